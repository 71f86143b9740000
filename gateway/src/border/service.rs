//! The tonic service `BorderPostService`: posts report, posts and analysts read how long clearance takes.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use proto::v1::{self, border_post_service_server::BorderPostService};
use tonic::{Request, Response, Status};

use super::{Config, percentiles::by_post_and_mode};
use crate::{
    access::may_see,
    authenticate::registry::{Partner, Role},
    calls::{Door, Failure, names},
    persist::{ManifestSummary, Persons, Store},
    reply::{self, Notice, Reason},
};

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Border {
    /// Where manifests are kept.
    pub store: Store,
    /// Where calls come in.
    pub door: Door,
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

    async fn report(
        &self,
        partner: &Partner,
        name: &str,
        time: (&'static str, Option<prost_types::Timestamp>),
        reported: Reported,
    ) -> Result<v1::ManifestSummary, Failure> {
        if partner.role != Role::BorderPost {
            return Err(Notice::new(Reason::RoleNotAllowed).into());
        }
        let now = self.0.door.clock.now();
        let ahead = i64::from(self.0.config.max_clock_ahead_seconds).seconds();
        let latest = now.checked_add(ahead).unwrap_or(now);
        let (field, said) = time;
        let time = instant(field, said)?.unwrap_or(now);
        let invalid = |problem: &str| Notice::new(Reason::RequestInvalid).at(field, problem);
        if time > latest {
            return Err(invalid("lies in the future").into());
        }
        let summary = self.seen(partner, name).await?;
        if let (Reported::Release, Some(arrived)) = (reported, summary.arrive_time)
            && time < arrived
        {
            return Err(invalid("lies before the arrival").into());
        }
        let store = &self.0.store;
        let moved = match reported {
            Reported::Arrival => store.report_arrival(summary.id, &partner.id, time, now).await,
            Reported::Release => store.report_release(summary.id, &partner.id, time, now).await,
        };
        Ok(reply::summary(&moved?))
    }

    /// A manifest that the post may speak about; any other does not exist for it.
    async fn seen(&self, partner: &Partner, name: &str) -> Result<ManifestSummary, Failure> {
        let not_a_name =
            || Notice::new(Reason::RequestInvalid).at("name", "is not of the form manifests/{manifest}");
        let id = names::manifest(name).ok_or_else(not_a_name)?;
        let found = self.0.store.manifest(id, Persons::Without).await?.map(|stored| stored.summary);
        let found = found.filter(|summary| may_see(partner, summary));
        Ok(found.ok_or_else(|| Notice::new(Reason::ManifestNotFound))?)
    }

    async fn times(
        &self,
        partner: &Partner,
        request: v1::GetClearanceTimesRequest,
    ) -> Result<v1::GetClearanceTimesResponse, Failure> {
        let post = Some(request.border_post_code.as_str()).filter(|code| !code.is_empty());
        match (partner.role, post) {
            (Role::Analyst, _) => {}
            (Role::BorderPost, Some(code)) if partner.border_posts.contains(code) => {}
            (Role::BorderPost, Some(_)) => return Err(Notice::new(Reason::BorderPostNotAllowed).into()),
            (Role::BorderPost, None) => {
                let notice = Notice::new(Reason::RequestInvalid);
                return Err(notice.at("border_post_code", "is required for a border post").into());
            }
            (Role::Submitter | Role::Administrator, _) => {
                return Err(Notice::new(Reason::RoleNotAllowed).into());
            }
        }
        let required = |field: &'static str, said| {
            let missing = || Notice::new(Reason::RequestInvalid).at(field, "is missing");
            instant(field, said).and_then(|time| time.ok_or_else(missing))
        };
        let from = required("release_time_from", request.release_time_from)?;
        let before = required("release_time_before", request.release_time_before)?;
        let limit = self.0.config.max_clearances;
        // One more than is counted says whether there is more.
        let mut found = self.0.store.clearances(post, from, before, limit.saturating_add(1)).await?;
        let counted = usize::try_from(limit).unwrap_or(usize::MAX);
        let cut = found.len() > counted;
        found.truncate(counted);
        Ok(v1::GetClearanceTimesResponse { clearance_times: by_post_and_mode(&found), cut })
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
        let work = async |_, partner: Arc<Partner>, request: v1::ReportArrivalRequest| {
            let time = ("arrive_time", request.arrive_time);
            let manifest = self.report(&partner, &request.name, time, Reported::Arrival).await?;
            Ok(v1::ReportArrivalResponse { manifest: Some(manifest) })
        };
        self.0.door.call("ReportArrival", request, work).await
    }

    async fn report_release(
        &self,
        request: Request<v1::ReportReleaseRequest>,
    ) -> Result<Response<v1::ReportReleaseResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request: v1::ReportReleaseRequest| {
            let time = ("release_time", request.release_time);
            let manifest = self.report(&partner, &request.name, time, Reported::Release).await?;
            Ok(v1::ReportReleaseResponse { manifest: Some(manifest) })
        };
        self.0.door.call("ReportRelease", request, work).await
    }

    async fn get_clearance_times(
        &self,
        request: Request<v1::GetClearanceTimesRequest>,
    ) -> Result<Response<v1::GetClearanceTimesResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request| self.times(&partner, request).await;
        self.0.door.call("GetClearanceTimes", request, work).await
    }
}
