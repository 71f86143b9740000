//! The tonic service `BorderPostService`: posts report, posts and analysts read how long clearance takes.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use proto::v1::{self, border_post_service_server::BorderPostService};
use tonic::{Request, Response, Status};
use tracing::{Instrument as _, Span, field::Empty, info_span};
use uuid::Uuid;

use super::{Config, percentiles::by_post_and_mode};
use crate::{
    access::may_see,
    authenticate::{
        Peer,
        registry::{Partner, Registry, Role},
    },
    clock::Clock,
    observability::names::{field, span},
    persist::{Error, ManifestSummary, Persons, Store, new_manifest_id},
    quota::Quota,
    refusals::Refusals,
    reply::{self, Notice, Reason},
};

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Border {
    /// Where manifests are kept.
    pub store: Store,
    /// Who may speak.
    pub registry: Registry,
    /// How much each may ask; shared with the other services.
    pub quota: Quota,
    /// Where refusals are noted; shared with whoever else refuses.
    pub refusals: Refusals,
    /// Tells the time of reports.
    pub clock: Clock,
    /// The section `[border]`.
    pub config: Config,
}

/// `customs.prearrival.v1.BorderPostService`.
#[derive(Debug, Clone)]
pub struct Service(Arc<Border>);

/// What is reported of a conveyance.
#[derive(Clone, Copy)]
enum Reported {
    Arrival,
    Release,
}

impl Service {
    /// A service over a store.
    #[must_use]
    pub fn new(border: Border) -> Self {
        Self(Arc::new(border))
    }

    /// One call of a registered partner, under its span: who asks, what came of it, and what is told when nothing did.
    async fn call<Q, T>(
        &self,
        method: &'static str,
        request: Request<Q>,
        work: impl AsyncFnOnce(Arc<Partner>, Q) -> Result<T, Notice>,
    ) -> Result<Response<T>, Status> {
        let (_, extensions, request) = request.into_parts();
        let peer = extensions.get::<Peer>();
        let answer = async {
            let outcome = async {
                let peer = peer.ok_or_else(|| Notice::new(Reason::Internal))?;
                let partner = self.0.registry.partner(peer)?;
                Span::current().record(field::PARTNER_ID, partner.id.as_str());
                self.0.quota.call(&partner, self.0.clock.now())?;
                work(partner, request).await
            };
            outcome.await.map(Response::new).map_err(|notice: Notice| {
                self.0.refusals.told(notice.reason, peer);
                notice.into_status()
            })
        };
        let call = info_span!(span::CALL, { field::METHOD } = method, { field::PARTNER_ID } = Empty);
        answer.instrument(call).await
    }

    /// What the store's refusals and faults are told as; a fault is logged here, once.
    fn of_store(&self, error: &Error) -> Notice {
        let id = new_manifest_id(self.0.clock.now());
        let notice = Notice::of_store(error, id);
        if notice.reason.is_fault() {
            tracing::error!(cause = %error, { field::FAULT_ID } = %id, { field::REASON } = notice.reason.as_str(), "fault");
        }
        notice
    }

    async fn report(
        &self,
        partner: &Partner,
        name: &str,
        time: (&'static str, Option<prost_types::Timestamp>),
        reported: Reported,
    ) -> Result<v1::ManifestSummary, Notice> {
        if partner.role != Role::BorderPost {
            return Err(Notice::new(Reason::RoleNotAllowed));
        }
        let now = self.0.clock.now();
        let ahead = i64::from(self.0.config.max_clock_ahead_seconds).seconds();
        let latest = now.checked_add(ahead).unwrap_or(now);
        let (field, said) = time;
        let time = instant(field, said)?.unwrap_or(now);
        let invalid = |problem: &str| Notice::new(Reason::RequestInvalid).at(field, problem);
        if time > latest {
            return Err(invalid("lies in the future"));
        }
        let summary = self.seen(partner, name).await?;
        if let (Reported::Release, Some(arrived)) = (reported, summary.arrive_time)
            && time < arrived
        {
            return Err(invalid("lies before the arrival"));
        }
        let store = &self.0.store;
        let moved = match reported {
            Reported::Arrival => store.report_arrival(summary.id, &partner.id, time, now).await,
            Reported::Release => store.report_release(summary.id, &partner.id, time, now).await,
        };
        Ok(reply::summary(&moved.map_err(|error| self.of_store(&error))?))
    }

    /// A manifest that the post may speak about; any other does not exist for it.
    async fn seen(&self, partner: &Partner, name: &str) -> Result<ManifestSummary, Notice> {
        let id = name
            .strip_prefix("manifests/")
            .filter(|id| id.len() == uuid::fmt::Hyphenated::LENGTH)
            .and_then(|id| Uuid::try_parse(id).ok())
            .ok_or_else(|| {
                Notice::new(Reason::RequestInvalid).at("name", "is not of the form manifests/{manifest}")
            })?;
        let found =
            self.0.store.manifest(id, Persons::Without).await.map_err(|error| self.of_store(&error))?;
        found
            .map(|stored| stored.summary)
            .filter(|summary| may_see(partner, summary))
            .ok_or_else(|| Notice::new(Reason::ManifestNotFound))
    }

    async fn times(
        &self,
        partner: &Partner,
        request: v1::GetClearanceTimesRequest,
    ) -> Result<v1::GetClearanceTimesResponse, Notice> {
        let post = Some(request.border_post_code.as_str()).filter(|code| !code.is_empty());
        match (partner.role, post) {
            (Role::Analyst, _) => {}
            (Role::BorderPost, Some(code)) if partner.border_posts.contains(code) => {}
            (Role::BorderPost, Some(_)) => return Err(Notice::new(Reason::BorderPostNotAllowed)),
            (Role::BorderPost, None) => {
                let notice = Notice::new(Reason::RequestInvalid);
                return Err(notice.at("border_post_code", "is required for a border post"));
            }
            (Role::Submitter | Role::Administrator, _) => return Err(Notice::new(Reason::RoleNotAllowed)),
        }
        let required = |field: &'static str, said| {
            let missing = || Notice::new(Reason::RequestInvalid).at(field, "is missing");
            instant(field, said).and_then(|time| time.ok_or_else(missing))
        };
        let from = required("release_time_from", request.release_time_from)?;
        let before = required("release_time_before", request.release_time_before)?;
        let limit = self.0.config.max_clearances;
        let found = self.0.store.clearances(post, from, before, limit).await;
        let found = found.map_err(|error| self.of_store(&error))?;
        Ok(v1::GetClearanceTimesResponse {
            clearance_times: by_post_and_mode(&found),
            cut: found.len() >= usize::try_from(limit).unwrap_or(usize::MAX),
        })
    }
}

fn instant(field: &'static str, said: Option<prost_types::Timestamp>) -> Result<Option<Timestamp>, Notice> {
    let Some(prost_types::Timestamp { seconds, nanos }) = said else { return Ok(None) };
    let instant = (nanos >= 0).then(|| Timestamp::new(seconds, nanos).ok()).flatten();
    instant.map(Some).ok_or_else(|| Notice::new(Reason::RequestInvalid).at(field, "is not an instant"))
}

#[tonic::async_trait]
impl BorderPostService for Service {
    async fn report_arrival(
        &self,
        request: Request<v1::ReportArrivalRequest>,
    ) -> Result<Response<v1::ReportArrivalResponse>, Status> {
        let work = async |partner: Arc<Partner>, request: v1::ReportArrivalRequest| {
            let time = ("arrive_time", request.arrive_time);
            let manifest = self.report(&partner, &request.name, time, Reported::Arrival).await?;
            Ok(v1::ReportArrivalResponse { manifest: Some(manifest) })
        };
        self.call("ReportArrival", request, work).await
    }

    async fn report_release(
        &self,
        request: Request<v1::ReportReleaseRequest>,
    ) -> Result<Response<v1::ReportReleaseResponse>, Status> {
        let work = async |partner: Arc<Partner>, request: v1::ReportReleaseRequest| {
            let time = ("release_time", request.release_time);
            let manifest = self.report(&partner, &request.name, time, Reported::Release).await?;
            Ok(v1::ReportReleaseResponse { manifest: Some(manifest) })
        };
        self.call("ReportRelease", request, work).await
    }

    async fn get_clearance_times(
        &self,
        request: Request<v1::GetClearanceTimesRequest>,
    ) -> Result<Response<v1::GetClearanceTimesResponse>, Status> {
        let work = async |partner: Arc<Partner>, request| self.times(&partner, request).await;
        self.call("GetClearanceTimes", request, work).await
    }
}
