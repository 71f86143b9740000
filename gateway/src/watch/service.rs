//! The tonic service: one pre-decision, those of a manifest, and the stream.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::{Stream, stream};
use proto::v1::{
    self, pre_decision_service_server::PreDecisionService, watch_pre_decisions_response::Event as Told,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tracing::{Instrument as _, Span, field::Empty, info_span};
use uuid::Uuid;

use super::{
    Config, Seats, access,
    explain::Explainers,
    resume_token, standing,
    subscription::{Days, Event, Pace, Subscription},
};
use crate::{
    access::may_see,
    authenticate::{Peer, registry::Partner},
    calls::{Door, Failure, names},
    judging::Judging,
    observability::{
        Metrics,
        names::{field, span},
    },
    persist::{Digests, FeedPosition, FeedRow, Scope, Store},
    reconcile::{self, Ledger},
    reply::{self, Audience, Language, Notice, Reason},
};

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Where the feed is.
    pub store: Store,
    /// Where calls come in.
    pub door: Door,
    /// Seals resume tokens.
    pub digests: Digests,
    /// Where it counts.
    pub metrics: Metrics,
    /// Who explains what an officer asks about.
    pub judging: Judging,
    /// Cancelled when the gateway begins to stop.
    pub draining: CancellationToken,
    /// The section `[watch]`.
    pub config: Config,
    /// The seats of the watchers.
    pub seats: Seats,
    /// Counts what was received in a day.
    pub ledger: Ledger,
}

/// `customs.prearrival.v1.PreDecisionService`.
#[derive(Debug, Clone)]
pub struct Service {
    feed: Arc<Feed>,
    explainers: Explainers,
}

/// Pre-decisions in one page, unless the caller says otherwise; and at the most.
const PAGE: (usize, usize) = (100, 1_000);

impl Service {
    /// A service over a feed.
    #[must_use]
    pub fn new(feed: Feed) -> Self {
        Self { explainers: Explainers::new(feed.judging.clone()), feed: Arc::new(feed) }
    }

    /// The pre-decisions of a manifest, if the partner may see them; otherwise it is told that there are none.
    async fn of_manifest(
        &self,
        partner: &Partner,
        id: Uuid,
        missing: Reason,
        language: Language,
    ) -> Result<Vec<v1::PreDecision>, Failure> {
        let missing = || Failure::Told(Notice::new(missing));
        let found = self.feed.store.pre_decisions(id).await?.ok_or_else(missing)?;
        if !may_see(partner, &found.summary) {
            return Err(missing());
        }
        let mut views = views(found.summary.id, &found.decisions, partner, language)?;
        if access::audience(partner) == Audience::Officer {
            standing::add(&self.feed.store, id, self.feed.door.clock.now(), &mut views).await?;
        }
        Ok(views)
    }

    async fn get(
        &self,
        partner: &Partner,
        request: v1::GetPreDecisionRequest,
    ) -> Result<v1::GetPreDecisionResponse, Failure> {
        let missing = Reason::PreDecisionNotFound;
        let (id, number) = names::pre_decision(&request.name).ok_or_else(|| not_a_name("name"))?;
        let language = Language::from_tag(&request.language_code);
        let all = self.of_manifest(partner, id, missing, language).await?;
        let mut pre_decision = all.into_iter().nth(number).ok_or_else(|| Notice::new(missing))?;
        if !request.explain_field_paths.is_empty() {
            let Some(view) = &mut pre_decision.officer_view else {
                let refused = Notice::new(Reason::RequestInvalid);
                return Err(refused.at("explain_field_paths", "is for border posts and analysts").into());
            };
            let stored = self.feed.store.pre_decisions(id).await?.ok_or_else(|| Notice::new(missing))?;
            let (_, decided) = reply::decode_decisions(&stored.decisions)
                .map_err(|error| Failure::Unreadable(error.to_string()))?;
            let part = number.checked_sub(1);
            let paths = &request.explain_field_paths;
            for item in self.explainers.explain(&self.feed.store, decided, part, paths).await? {
                reply::add_explained(view, &item, language);
            }
        }
        Ok(v1::GetPreDecisionResponse { pre_decision: Some(pre_decision) })
    }

    async fn list(
        &self,
        partner: &Partner,
        request: v1::ListPreDecisionsRequest,
    ) -> Result<v1::ListPreDecisionsResponse, Failure> {
        let size = match usize::try_from(request.page_size) {
            Ok(0) => PAGE.0,
            Ok(size) => size.min(PAGE.1),
            Err(_) => return Err(Notice::new(Reason::RequestInvalid).at("page_size", "is negative").into()),
        };
        let id = names::manifest(&request.parent).ok_or_else(|| not_a_name("parent"))?;
        let all = self
            .of_manifest(partner, id, Reason::ManifestNotFound, Language::from_tag(&request.language_code))
            .await?;
        // Pre-decisions that rules alone made are made anew once: the number of the next one, and of which time they are.
        let made = all.first().and_then(|one| one.decide_time).unwrap_or_default();
        let made = format!("{}.{:09}", made.seconds, made.nanos);
        let refused = |problem| Notice::new(Reason::RequestInvalid).at("page_token", problem);
        let start: usize = match request.page_token.split_once('@') {
            None if request.page_token.is_empty() => 0,
            token => match token.and_then(|(number, of)| Some((number.parse().ok()?, of == made))) {
                Some((start, true)) => start,
                Some((_, false)) => {
                    return Err(refused("is of pre-decisions that were made anew: begin without it").into());
                }
                None => return Err(refused("is not one that was given").into()),
            },
        };
        let end = start.saturating_add(size);
        let next_page_token = if end < all.len() { format!("{end}@{made}") } else { String::new() };
        let pre_decisions = all.into_iter().skip(start).take(size).collect();
        Ok(v1::ListPreDecisionsResponse { pre_decisions, next_page_token })
    }

    async fn subscribe(
        &self,
        peer: Peer,
        partner: &Partner,
        request: v1::WatchPreDecisionsRequest,
    ) -> Result<Watcher, Failure> {
        let feed = &self.feed;
        if feed.draining.is_cancelled() {
            return Err(Notice::new(Reason::ShuttingDown).into());
        }
        let scope = access::scope(partner, &request.border_post_code)?;
        if request.daily_summaries && !matches!(scope, Scope::Partner(_)) {
            let notice = Notice::new(Reason::RequestInvalid);
            return Err(notice.at("daily_summaries", "are for submitters").into());
        }
        let days = request.daily_summaries.then(|| Days { clock: feed.door.clock.clone(), told: None });
        let position = match request.resume_token.as_slice() {
            [] if request.from_now => feed.store.feed_end().await?,
            [] => FeedPosition::START,
            token if token.len() > feed.config.max_resume_token_bytes => {
                return Err(Notice::new(Reason::ResumeTokenInvalid).into());
            }
            token => resume_token::open(&feed.digests, &scope, token)
                .map_err(|_| Notice::new(Reason::ResumeTokenInvalid))?,
        };
        let seat = feed
            .seats
            .take(&partner.id)
            .map_err(|full| Notice::new(Reason::Overloaded).with("limit", full.0))?;
        let pace = Pace {
            heartbeat: Duration::from_millis(feed.config.heartbeat_ms),
            min_read_interval: Duration::from_millis(feed.config.min_read_interval_ms),
            page_size: feed.config.page_size,
        };
        let means =
            (feed.store.clone(), feed.door.registry.clone(), feed.metrics.clone(), feed.draining.clone());
        let span = info_span!(
            span::WATCH,
            { field::PARTNER_ID } = partner.id.as_str(),
            { field::BORDER_POST_CODE } = Empty
        );
        // Only a code that the registry knows; an analyst may ask for any text.
        if let Some(code) = partner.border_posts.get(&request.border_post_code) {
            span.record(field::BORDER_POST_CODE, code.as_str());
        }
        span.in_scope(|| tracing::info!("a watcher follows the feed"));
        let who = (peer, request.border_post_code, scope);
        Ok(Watcher {
            span,
            service: self.clone(),
            subscription: Subscription::new(means, pace, who, position, days, seat),
            language: Language::from_tag(&request.language_code),
        })
    }
}

#[tonic::async_trait]
impl PreDecisionService for Service {
    async fn get_pre_decision(
        &self,
        request: Request<v1::GetPreDecisionRequest>,
    ) -> Result<Response<v1::GetPreDecisionResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request| self.get(&partner, request).await;
        self.feed.door.call("GetPreDecision", request, work).await
    }

    async fn list_pre_decisions(
        &self,
        request: Request<v1::ListPreDecisionsRequest>,
    ) -> Result<Response<v1::ListPreDecisionsResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request| self.list(&partner, request).await;
        self.feed.door.call("ListPreDecisions", request, work).await
    }

    type WatchPreDecisionsStream =
        Pin<Box<dyn Stream<Item = Result<v1::WatchPreDecisionsResponse, Status>> + Send>>;

    async fn watch_pre_decisions(
        &self,
        request: Request<v1::WatchPreDecisionsRequest>,
    ) -> Result<Response<Self::WatchPreDecisionsStream>, Status> {
        let work = async |peer, partner: Arc<Partner>, request| {
            let watcher = self.subscribe(peer, &partner, request).await?;
            Ok(Box::pin(watcher.stream()) as Self::WatchPreDecisionsStream)
        };
        self.feed.door.call("WatchPreDecisions", request, work).await
    }
}

/// One watcher's stream.
struct Watcher {
    service: Service,
    subscription: Subscription,
    language: Language,
    /// Open for as long as the stream is.
    span: Span,
}

impl Watcher {
    /// Pulled by the connection: the next event is looked for only when the last one is on its way.
    fn stream(self) -> impl Stream<Item = Result<v1::WatchPreDecisionsResponse, Status>> + Send {
        stream::unfold(Some(self), |watcher| async move {
            let mut watcher = watcher?;
            let span = watcher.span.clone();
            match watcher.next().instrument(span.clone()).await {
                Ok(message) => Some((Ok(message), Some(watcher))),
                Err(failure) => {
                    let (service, peer) = (watcher.service.clone(), watcher.subscription.peer.clone());
                    // The seat is given back before the client learns why.
                    drop(watcher);
                    Some((Err(span.in_scope(|| service.feed.door.told(failure, Some(&peer)))), None))
                }
            }
        })
    }

    async fn next(&mut self) -> Result<v1::WatchPreDecisionsResponse, Failure> {
        let feed = Arc::clone(&self.service.feed);
        let (event, position) = match self.subscription.next().await? {
            Event::Row(row) => {
                let partner = self.subscription.still_allowed()?;
                let mut told = decided(&row, &partner, self.language)?;
                if access::audience(&partner) == Audience::Officer {
                    let now = feed.door.clock.now();
                    standing::add(&feed.store, row.manifest.id, now, &mut told.pre_decisions).await?;
                }
                (Told::ManifestDecided(told), row.position)
            }
            Event::DayOver(day, position) => {
                let partner = self.subscription.still_allowed()?;
                let period = reconcile::day(day).ok_or(Failure::Unreadable("a day out of range".into()))?;
                let totals = feed.ledger.totals(&partner.id, period).await?;
                let summary = v1::DailySummary {
                    from_time: Some(reply::timestamp(period.0)),
                    before_time: Some(reply::timestamp(period.1)),
                    totals: Some(totals),
                };
                (Told::DailySummary(summary), position)
            }
            Event::Heartbeat(position) => {
                let heartbeat_time = Some(reply::timestamp(feed.door.clock.now()));
                (Told::Heartbeat(v1::Heartbeat { heartbeat_time }), position)
            }
        };
        let resume_token = resume_token::seal(&feed.digests, &self.subscription.scope, position);
        Ok(v1::WatchPreDecisionsResponse { event: Some(event), resume_token })
    }
}

fn not_a_name(field: &str) -> Notice {
    Notice::new(Reason::RequestInvalid).at(field, "is not a resource name of this kind")
}

fn decided(row: &FeedRow, partner: &Partner, language: Language) -> Result<v1::ManifestDecided, Failure> {
    let manifest = &row.manifest;
    Ok(v1::ManifestDecided {
        manifest: reply::manifest_name(manifest.id),
        manifest_reference: manifest.key.manifest_reference.clone(),
        part: manifest.key.part.clone(),
        revision: i32::try_from(manifest.key.revision.number()).unwrap_or(i32::MAX),
        state: reply::manifest_state(manifest.state.as_str()).into(),
        partner_id: manifest.key.partner_id.clone(),
        border_post_code: manifest.border_post_code.clone().unwrap_or_default(),
        conveyance_registration: manifest.conveyance_registration.clone().unwrap_or_default(),
        arrival_time: manifest.arrival_time.map(reply::timestamp),
        pre_decisions: views(manifest.id, &row.decisions, partner, language)?,
        test: manifest.test,
        arrive_time: manifest.arrive_time.map(reply::timestamp),
        release_time: manifest.release_time.map(reply::timestamp),
        changes: reply::told_changes(row.changes.as_deref()),
        announced_arrival_time: manifest.announced_arrival_time.map(reply::timestamp),
    })
}

fn views(
    id: Uuid,
    decisions: &[u8],
    partner: &Partner,
    language: Language,
) -> Result<Vec<v1::PreDecision>, Failure> {
    reply::pre_decisions(id, decisions, access::audience(partner), language)
        .map_err(|error| Failure::Unreadable(error.to_string()))
}
