//! The tonic service: one pre-decision, those of a manifest, and the stream.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::{Stream, stream};
use proto::v1::{
    self, pre_decision_service_server::PreDecisionService, watch_pre_decisions_response::Event as Told,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    Config, Seats, access,
    failure::Failure,
    names, resume_token,
    subscription::{Event, Pace, Subscription},
};
use crate::{
    authenticate::{
        Peer,
        registry::{Partner, Registry},
    },
    clock::Clock,
    observability::Metrics,
    persist::{Digests, FeedPosition, FeedRow, Store},
    reply::{self, Language, Notice, Reason},
};

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Where the feed is.
    pub store: Store,
    /// Who may speak.
    pub registry: Registry,
    /// Seals resume tokens.
    pub digests: Digests,
    /// Tells the time of heartbeats.
    pub clock: Clock,
    /// Where it counts.
    pub metrics: Metrics,
    /// Cancelled when the gateway begins to stop.
    pub draining: CancellationToken,
    /// The section `[watch]`.
    pub config: Config,
}

/// `customs.prearrival.v1.PreDecisionService`.
#[derive(Debug, Clone)]
pub struct Service {
    feed: Arc<Feed>,
    seats: Seats,
}

/// Pre-decisions in one page, unless the caller says otherwise; and at the most.
const PAGE: (usize, usize) = (100, 1_000);

impl Service {
    /// A service over a feed.
    #[must_use]
    pub fn new(feed: Feed) -> Self {
        let seats =
            Seats::new(feed.config.watchers_per_partner, feed.config.watchers_in_total, feed.metrics.clone());
        Self { feed: Arc::new(feed), seats }
    }

    fn told(&self, failure: Failure) -> Status {
        failure.into_notice(&self.feed.metrics, &self.feed.clock).into_status()
    }

    fn peer<T>(&self, request: &Request<T>) -> Result<(Peer, Arc<Partner>), Failure> {
        let peer = request.extensions().get::<Peer>().ok_or(Failure::NoPeer)?;
        let partner = self.feed.registry.partner(peer)?;
        Ok((peer.clone(), partner))
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
        if !access::may_see(partner, &found.summary) {
            return Err(missing());
        }
        views(found.summary.id, &found.decisions, partner, language)
    }

    async fn get(&self, request: Request<v1::GetPreDecisionRequest>) -> Result<v1::PreDecision, Failure> {
        let (_, partner) = self.peer(&request)?;
        let request = request.into_inner();
        let missing = Reason::PreDecisionNotFound;
        let (id, number) = names::pre_decision(&request.name).ok_or_else(|| not_a_name("name"))?;
        let all = self.of_manifest(&partner, id, missing, Language::asked(&request.language_code)).await?;
        all.into_iter().nth(number).ok_or_else(|| Notice::new(missing).into())
    }

    async fn list(
        &self,
        request: Request<v1::ListPreDecisionsRequest>,
    ) -> Result<v1::ListPreDecisionsResponse, Failure> {
        let (_, partner) = self.peer(&request)?;
        let request = request.into_inner();
        let size = match usize::try_from(request.page_size) {
            Ok(0) => PAGE.0,
            Ok(size) => size.min(PAGE.1),
            Err(_) => return Err(Notice::new(Reason::RequestInvalid).at("page_size", "is negative").into()),
        };
        // A manifest's pre-decisions never change, so the number of the next one is all that a page needs.
        let start: usize = match request.page_token.as_str() {
            "" => 0,
            token => token.parse().map_err(|_| {
                Notice::new(Reason::RequestInvalid).at("page_token", "is not one that was given")
            })?,
        };
        let id = names::manifest(&request.parent).ok_or_else(|| not_a_name("parent"))?;
        let all = self
            .of_manifest(&partner, id, Reason::ManifestNotFound, Language::asked(&request.language_code))
            .await?;
        let end = start.saturating_add(size);
        let next_page_token = if end < all.len() { end.to_string() } else { String::new() };
        let pre_decisions = all.into_iter().skip(start).take(size).collect();
        Ok(v1::ListPreDecisionsResponse { pre_decisions, next_page_token })
    }

    async fn subscribe(&self, request: Request<v1::WatchPreDecisionsRequest>) -> Result<Watcher, Failure> {
        let (peer, partner) = self.peer(&request)?;
        let request = request.into_inner();
        let feed = &self.feed;
        if feed.draining.is_cancelled() {
            return Err(Notice::new(Reason::ShuttingDown).into());
        }
        let scope = access::scope(&partner, &request.border_post_code)?;
        let position = match request.resume_token.as_slice() {
            [] if request.from_now => feed.store.feed_end().await?,
            [] => FeedPosition::START,
            token if token.len() > feed.config.max_resume_token_bytes => {
                return Err(Notice::new(Reason::ResumeTokenInvalid).into());
            }
            token => resume_token::open(&feed.digests, &scope, token)
                .map_err(|_| Notice::new(Reason::ResumeTokenInvalid))?,
        };
        let seat = self
            .seats
            .take(&partner.id)
            .map_err(|full| Notice::new(Reason::Overloaded).with("limit", full.0))?;
        let pace = Pace {
            heartbeat: Duration::from_millis(feed.config.heartbeat_ms),
            min_read_interval: Duration::from_millis(feed.config.min_read_interval_ms),
            page_size: feed.config.page_size,
        };
        let means = (feed.store.clone(), feed.registry.clone(), feed.metrics.clone(), feed.draining.clone());
        let who = (peer, request.border_post_code, scope);
        tracing::info!(partner.id = %partner.id, "a watcher follows the feed");
        Ok(Watcher {
            service: self.clone(),
            subscription: Subscription::new(means, pace, who, position, seat),
            language: Language::asked(&request.language_code),
        })
    }
}

#[tonic::async_trait]
impl PreDecisionService for Service {
    async fn get_pre_decision(
        &self,
        request: Request<v1::GetPreDecisionRequest>,
    ) -> Result<Response<v1::GetPreDecisionResponse>, Status> {
        let pre_decision = self.get(request).await.map_err(|failure| self.told(failure))?;
        Ok(Response::new(v1::GetPreDecisionResponse { pre_decision: Some(pre_decision) }))
    }

    async fn list_pre_decisions(
        &self,
        request: Request<v1::ListPreDecisionsRequest>,
    ) -> Result<Response<v1::ListPreDecisionsResponse>, Status> {
        self.list(request).await.map(Response::new).map_err(|failure| self.told(failure))
    }

    type WatchPreDecisionsStream =
        Pin<Box<dyn Stream<Item = Result<v1::WatchPreDecisionsResponse, Status>> + Send>>;

    async fn watch_pre_decisions(
        &self,
        request: Request<v1::WatchPreDecisionsRequest>,
    ) -> Result<Response<Self::WatchPreDecisionsStream>, Status> {
        let watcher = self.subscribe(request).await.map_err(|failure| self.told(failure))?;
        Ok(Response::new(Box::pin(watcher.stream())))
    }
}

/// One watcher's stream.
struct Watcher {
    service: Service,
    subscription: Subscription,
    language: Language,
}

impl Watcher {
    /// Pulled by the connection: the next event is looked for only when the last one is on its way.
    fn stream(self) -> impl Stream<Item = Result<v1::WatchPreDecisionsResponse, Status>> + Send {
        stream::unfold(Some(self), |watcher| async move {
            let mut watcher = watcher?;
            match watcher.next().await {
                Ok(message) => Some((Ok(message), Some(watcher))),
                // The seat is given back with the watcher, before the client learns why.
                Err(failure) => Some((Err(watcher.service.told(failure)), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<v1::WatchPreDecisionsResponse, Failure> {
        let feed = Arc::clone(&self.service.feed);
        let (event, position) = match self.subscription.next().await? {
            Event::Row(row) => {
                let partner = self.subscription.still_allowed()?;
                (Told::ManifestDecided(decided(&row, &partner, self.language)?), row.position)
            }
            Event::Heartbeat(position) => {
                let heartbeat_time = Some(reply::timestamp(feed.clock.now()));
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
