//! The tonic service `OutcomeService`: border posts report, analysts read.

use std::sync::Arc;

use jiff::ToSpan as _;
use manifest::record;
use proto::v1::{self, outcome_service_server::OutcomeService};
use tonic::{Request, Response, Status};
use tracing::{Instrument as _, Span, field::Empty, info_span};
use uuid::Uuid;

use super::{Config, counting, failure::Failure, report};
use crate::{
    authenticate::{
        Peer,
        registry::{Partner, Registry, Role},
    },
    clock::Clock,
    judging::Judging,
    observability::names::{field, span},
    persist::{Inspection, ManifestSummary, Persons, RecordedInspection, Store, StoredManifest},
    quota::Quota,
    refusals::Refusals,
    reply::{Notice, Reason, decode_decisions},
};

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// Where reports are kept.
    pub store: Store,
    /// Knows under which keys outcomes are counted.
    pub scorer: Judging,
    /// Who may speak.
    pub registry: Registry,
    /// How much each may ask; shared with the other services.
    pub quota: Quota,
    /// Where refusals are noted; shared with whoever else refuses.
    pub refusals: Refusals,
    /// Tells the time of reports.
    pub clock: Clock,
    /// The section `[outcomes]`.
    pub config: Config,
}

/// `customs.prearrival.v1.OutcomeService`.
#[derive(Debug, Clone)]
pub struct Service(Arc<Outcomes>);

/// Longest request id, in characters.
const REQUEST_ID_LIMIT: usize = 64;

impl Service {
    /// A service over a store.
    #[must_use]
    pub fn new(outcomes: Outcomes) -> Self {
        Self(Arc::new(outcomes))
    }

    /// One call of a registered partner, under its span: who asks, what came of it, and what is told when nothing did.
    async fn call<Q, T>(
        &self,
        method: &'static str,
        request: Request<Q>,
        work: impl AsyncFnOnce(Arc<Partner>, Q) -> Result<T, Failure>,
    ) -> Result<Response<T>, Status> {
        let (_, extensions, request) = request.into_parts();
        let peer = extensions.get::<Peer>();
        let answer = async {
            let outcome = async {
                let partner = self.0.registry.partner(peer.ok_or(Failure::NoPeer)?)?;
                Span::current().record(field::PARTNER_ID, partner.id.as_str());
                self.0.quota.call(&partner, self.0.clock.now())?;
                work(partner, request).await
            };
            match outcome.await {
                Ok(answer) => Ok(Response::new(answer)),
                Err(failure) => {
                    let notice = failure.into_notice(&self.0.clock);
                    self.0.refusals.told(notice.reason, peer);
                    Err(notice.into_status())
                }
            }
        };
        let call = info_span!(span::CALL, { field::METHOD } = method, { field::PARTNER_ID } = Empty);
        answer.instrument(call).await
    }

    /// A manifest that the partner may speak about; any other does not exist for it.
    async fn manifest(
        &self,
        partner: &Partner,
        id: Option<Uuid>,
        field: &str,
    ) -> Result<StoredManifest, Failure> {
        let not_a_name =
            || Notice::new(Reason::RequestInvalid).at(field, "is not a resource name of this kind");
        let found = self.0.store.manifest(id.ok_or_else(not_a_name)?, Persons::Without).await?;
        let found = found.filter(|stored| may_see(partner, &stored.summary));
        Ok(found.ok_or_else(|| Notice::new(Reason::ManifestNotFound))?)
    }

    async fn report(
        &self,
        partner: &Partner,
        request: v1::ReportOutcomeRequest,
    ) -> Result<v1::ReportOutcomeResponse, Failure> {
        let invalid = |field: &str, problem: &str| Notice::new(Reason::RequestInvalid).at(field, problem);
        if partner.role != Role::BorderPost {
            return Err(Notice::new(Reason::RoleNotAllowed).into());
        }
        if request.request_id.chars().count() > REQUEST_ID_LIMIT {
            return Err(invalid("request_id", "is longer than 64 characters").into());
        }
        let now = self.0.clock.now();
        let ahead = i64::from(self.0.config.max_clock_ahead_seconds).seconds();
        let latest = now.checked_add(ahead).unwrap_or(now);
        let outcome = request.outcome.ok_or_else(|| invalid("outcome", "is missing"))?;
        let report = report::Report::read(outcome, latest)?;
        let stored = self.manifest(partner, manifest_id(&request.parent), "parent").await?;
        let id = stored.summary.id;
        let unreadable = |error: &dyn std::fmt::Display| Failure::Unreadable(error.to_string());
        let manifest = record::decode(&stored.record, None).map_err(|error| unreadable(&error))?;
        let decisions = self.0.store.pre_decisions(id).await?;
        let decisions = decisions.ok_or_else(|| Notice::new(Reason::ManifestNotFound))?;
        let (_, decided) = decode_decisions(&decisions.decisions).map_err(|error| unreadable(&error))?;
        let drawn_at_random = decided.evidence.budget.is_some_and(|budget| budget.drawn());
        let counted = counting::of(&report, &manifest, &decided, &self.0.scorer.now(), drawn_at_random)
            .map_err(|missing| {
                invalid(&format!("outcome.{}", missing.0), "names a part that the manifest does not have")
            })?;
        let recorded = self
            .0
            .store
            .report_inspection(Inspection {
                manifest_id: id,
                border_post_code: stored.summary.border_post_code.unwrap_or_default(),
                outcome_reference: report.outcome_reference.clone(),
                revision: report.revision,
                subject: report.part.word(),
                digest: report.digest(),
                report: report.encode(),
                irregular: report.irregular,
                critical: report.critical,
                drawn_at_random,
                examine_time: report.examine_time,
                report_time: now,
                partner_id: partner.id.clone(),
                request_id: Some(request.request_id),
                counted,
            })
            .await?;
        Ok(v1::ReportOutcomeResponse {
            repeated_report: recorded.repeated,
            outcome: Some(report::told(&recorded).map_err(|error| unreadable(&error))?),
        })
    }

    async fn reports(
        &self,
        partner: &Partner,
        id: Option<Uuid>,
        field: &str,
    ) -> Result<Vec<RecordedInspection>, Failure> {
        if !matches!(partner.role, Role::BorderPost | Role::Analyst) {
            return Err(Notice::new(Reason::RoleNotAllowed).into());
        }
        let stored = self.manifest(partner, id, field).await?;
        Ok(self.0.store.inspections(stored.summary.id).await?)
    }
}

#[tonic::async_trait]
impl OutcomeService for Service {
    async fn report_outcome(
        &self,
        request: Request<v1::ReportOutcomeRequest>,
    ) -> Result<Response<v1::ReportOutcomeResponse>, Status> {
        let work = async |partner: Arc<Partner>, request| self.report(&partner, request).await;
        self.call("ReportOutcome", request, work).await
    }

    async fn get_outcome(
        &self,
        request: Request<v1::GetOutcomeRequest>,
    ) -> Result<Response<v1::GetOutcomeResponse>, Status> {
        let work = async |partner: Arc<Partner>, request: v1::GetOutcomeRequest| {
            let (id, number) = outcome_id(&request.name).unzip();
            let reports = self.reports(&partner, id, "name").await?;
            let newest = reports.iter().rfind(|report| Some(report.number) == number);
            let newest = newest.ok_or_else(|| Notice::new(Reason::OutcomeNotFound))?;
            let outcome = report::told(newest).map_err(Failure::Unreadable)?;
            Ok(v1::GetOutcomeResponse { outcome: Some(outcome) })
        };
        self.call("GetOutcome", request, work).await
    }

    async fn list_outcomes(
        &self,
        request: Request<v1::ListOutcomesRequest>,
    ) -> Result<Response<v1::ListOutcomesResponse>, Status> {
        let work = async |partner: Arc<Partner>, request: v1::ListOutcomesRequest| {
            let reports = self.reports(&partner, manifest_id(&request.parent), "parent").await?;
            let outcomes = reports.iter().map(report::told).collect::<Result<_, _>>();
            Ok(v1::ListOutcomesResponse { outcomes: outcomes.map_err(Failure::Unreadable)? })
        };
        self.call("ListOutcomes", request, work).await
    }
}

/// A post sees what is bound for it, an analyst everything that is live.
fn may_see(partner: &Partner, manifest: &ManifestSummary) -> bool {
    let bound_for_it =
        || manifest.border_post_code.as_ref().is_some_and(|code| partner.border_posts.contains(code));
    match partner.role {
        Role::BorderPost => !manifest.test && bound_for_it(),
        Role::Analyst => !manifest.test,
        Role::Submitter | Role::Administrator => false,
    }
}

/// The id in `manifests/{uuid}`; only the hyphenated form: one manifest has one name.
fn manifest_id(name: &str) -> Option<Uuid> {
    let id = name.strip_prefix("manifests/")?;
    (id.len() == uuid::fmt::Hyphenated::LENGTH).then(|| Uuid::try_parse(id).ok()).flatten()
}

/// Id and number in `manifests/{uuid}/outcomes/{n}`.
fn outcome_id(name: &str) -> Option<(Uuid, i64)> {
    let (manifest, number) = name.split_once("/outcomes/")?;
    let canonical = !number.starts_with(['0', '+', '-']);
    Some((manifest_id(manifest)?, canonical.then(|| number.parse().ok()).flatten()?))
}
