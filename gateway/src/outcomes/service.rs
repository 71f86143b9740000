//! The tonic service `OutcomeService`: border posts report, analysts read.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use manifest::record;
use proto::v1::{self, outcome_service_server::OutcomeService};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{Config, counting, report};
use crate::{
    access::may_see,
    authenticate::registry::{Partner, Role},
    calls::{Door, Failure, names},
    judging::Judging,
    persist::{Inspection, ManifestSummary, Persons, RecordedInspection, Store, StoredManifest},
    reply::{Notice, Reason, decode_decisions},
};

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// Where reports are kept.
    pub store: Store,
    /// Knows under which keys outcomes are counted.
    pub scorer: Judging,
    /// Where calls come in.
    pub door: Door,
    /// The section `[outcomes]`.
    pub config: Config,
}

/// `customs.prearrival.v1.OutcomeService`.
#[derive(Debug, Clone)]
pub struct Service(Arc<Outcomes>);

/// Revisions of all parts of a reference that are looked through for the first one.
const REVISIONS_LIMIT: u32 = 10_000;

/// Longest request id, in characters.
const REQUEST_ID_LIMIT: usize = 64;

impl Service {
    /// A service over a store.
    #[must_use]
    pub fn new(outcomes: Outcomes) -> Self {
        Self(Arc::new(outcomes))
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
        let now = self.0.door.clock.now();
        let ahead = i64::from(self.0.config.max_clock_ahead_seconds).seconds();
        let latest = now.checked_add(ahead).unwrap_or(now);
        let outcome = request.outcome.ok_or_else(|| invalid("outcome", "is missing"))?;
        let report = report::Report::read(outcome, latest)?;
        let stored = self.manifest(partner, names::manifest(&request.parent), "parent").await?;
        let id = stored.summary.id;
        self.announced_before(&stored.summary, report.examine_time).await?;
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

    /// Refuses an inspection that ended well before anybody announced what was inspected: it was of something else. What was
    /// restated after it was examined was announced when its first revision came.
    async fn announced_before(&self, summary: &ManifestSummary, examined: Timestamp) -> Result<(), Failure> {
        let minutes = self.0.config.max_before_receipt_minutes;
        let allowed = i64::from(minutes).minutes();
        let too_early =
            |received: Timestamp| received.checked_sub(allowed).is_ok_and(|earliest| examined < earliest);
        if !too_early(summary.receive_time) {
            return Ok(());
        }
        let key = &summary.key;
        let rows =
            self.0.store.revisions_of(&key.partner_id, &key.manifest_reference, REVISIONS_LIMIT).await?;
        // The highest first: of this part the last is the first that came.
        if let Some(first) = rows.iter().rfind(|row| row.part == key.part)
            && let Some(first) = self.0.store.manifest(first.id, Persons::Without).await?
            && !too_early(first.summary.receive_time)
        {
            return Ok(());
        }
        let problem = format!("lies more than {minutes} minutes before the manifest was received");
        Err(Notice::new(Reason::RequestInvalid).at("outcome.examine_time", problem).into())
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
        let work = async |_, partner: Arc<Partner>, request| self.report(&partner, request).await;
        self.0.door.call("ReportOutcome", request, work).await
    }

    async fn get_outcome(
        &self,
        request: Request<v1::GetOutcomeRequest>,
    ) -> Result<Response<v1::GetOutcomeResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request: v1::GetOutcomeRequest| {
            let (id, number) = names::outcome(&request.name).unzip();
            let reports = self.reports(&partner, id, "name").await?;
            let newest = reports.iter().rfind(|report| Some(report.number) == number);
            let newest = newest.ok_or_else(|| Notice::new(Reason::OutcomeNotFound))?;
            let outcome = report::told(newest).map_err(Failure::Unreadable)?;
            Ok(v1::GetOutcomeResponse { outcome: Some(outcome) })
        };
        self.0.door.call("GetOutcome", request, work).await
    }

    async fn list_outcomes(
        &self,
        request: Request<v1::ListOutcomesRequest>,
    ) -> Result<Response<v1::ListOutcomesResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request: v1::ListOutcomesRequest| {
            let reports = self.reports(&partner, names::manifest(&request.parent), "parent").await?;
            let outcomes = reports.iter().map(report::told).collect::<Result<_, _>>();
            Ok(v1::ListOutcomesResponse { outcomes: outcomes.map_err(Failure::Unreadable)? })
        };
        self.0.door.call("ListOutcomes", request, work).await
    }
}
