//! The tonic service `ReconciliationService`.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proto::v1::{self, reconciliation_service_server::ReconciliationService};
use tonic::{Request, Response, Status};

use super::{Config, Ledger};
use crate::{
    authenticate::registry::{Partner, Role},
    calls::{Door, Failure},
    persist::{FeedPosition, ReconciledRow, Store},
    reply::{self, Notice, Reason},
};

/// Manifests in one page, unless the caller says otherwise; and at the most.
const PAGE: (u32, u32) = (100, 1_000);

/// What the service needs; put together by `app`.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// Where manifests are kept.
    pub store: Store,
    /// Where calls come in.
    pub door: Door,
    /// Counts periods.
    pub ledger: Ledger,
    /// The section `[reconcile]`.
    pub config: Config,
}

/// `customs.prearrival.v1.ReconciliationService`.
#[derive(Debug, Clone)]
pub struct Service(Arc<Reconciliation>);

impl Service {
    /// A service over a store.
    #[must_use]
    pub fn new(reconciliation: Reconciliation) -> Self {
        Self(Arc::new(reconciliation))
    }

    async fn reconcile(
        &self,
        partner: &Partner,
        request: v1::ReconcileManifestsRequest,
    ) -> Result<v1::ReconcileManifestsResponse, Failure> {
        // Whose manifests it is about is the certificate; nobody else has any of its own.
        if partner.role != Role::Submitter {
            return Err(Notice::new(Reason::RoleNotAllowed).into());
        }
        let invalid =
            |field: &'static str, problem: &str| Notice::new(Reason::RequestInvalid).at(field, problem);
        let from = instant("receive_time_from", request.receive_time_from)?;
        let before = instant("receive_time_before", request.receive_time_before)?;
        if before <= from {
            return Err(invalid("receive_time_before", "is not after receive_time_from").into());
        }
        let longest = SignedDuration::from_hours(24 * i64::from(self.0.config.max_days));
        if before.duration_since(from) > longest {
            let notice = invalid("receive_time_before", "is too long after receive_time_from");
            return Err(notice.with("max_days", self.0.config.max_days).into());
        }
        let size = match u32::try_from(request.page_size) {
            Ok(0) => PAGE.0,
            Ok(size) => size.min(PAGE.1),
            Err(_) => return Err(invalid("page_size", "is negative").into()),
        };
        let after = match request.page_token.as_str() {
            "" => None,
            token => {
                let position = token.parse::<i64>().ok().map(i64::to_be_bytes);
                let position = position.and_then(FeedPosition::from_bytes);
                Some(position.ok_or_else(|| invalid("page_token", "is not one that was given"))?)
            }
        };
        let totals = match after {
            None => Some(self.0.ledger.totals(&partner.id, (from, before)).await?),
            Some(_) => None,
        };
        let page = self.0.store.reconciled(&partner.id, (from, before), after, size, true).await?;
        let manifests = page.rows.iter().map(told).collect::<Result<_, _>>()?;
        let next = page.next.map(|position| i64::from_be_bytes(position.to_bytes()).to_string());
        Ok(v1::ReconcileManifestsResponse { totals, manifests, next_page_token: next.unwrap_or_default() })
    }
}

fn told(row: &ReconciledRow) -> Result<v1::ReconciledManifest, Failure> {
    let receipt = reply::receipt(&row.receipt).map_err(|error| Failure::Unreadable(error.to_string()))?;
    Ok(v1::ReconciledManifest {
        name: reply::manifest_name(row.id),
        manifest_reference: row.key.manifest_reference.clone(),
        part: row.key.part.clone(),
        revision: i32::try_from(row.key.revision.number()).unwrap_or(i32::MAX),
        state: reply::manifest_state(row.state.as_str()).into(),
        receive_time: Some(reply::timestamp(row.receive_time)),
        received_digest: receipt.received_digest,
        received_digest_salt: row.received_salt.map(|salt| salt.0.to_vec()).unwrap_or_default(),
        corridor: reply::corridor_of_word(&row.verdict).into(),
        test: row.test,
    })
}

fn instant(field: &'static str, said: Option<prost_types::Timestamp>) -> Result<Timestamp, Notice> {
    let invalid = |problem: &str| Notice::new(Reason::RequestInvalid).at(field, problem);
    let prost_types::Timestamp { seconds, nanos } = said.ok_or_else(|| invalid("is missing"))?;
    let instant = (nanos >= 0).then(|| Timestamp::new(seconds, nanos).ok()).flatten();
    instant.ok_or_else(|| invalid("is not an instant"))
}

#[tonic::async_trait]
impl ReconciliationService for Service {
    async fn reconcile_manifests(
        &self,
        request: Request<v1::ReconcileManifestsRequest>,
    ) -> Result<Response<v1::ReconcileManifestsResponse>, Status> {
        let work = async |_, partner: Arc<Partner>, request| self.reconcile(&partner, request).await;
        self.0.door.call("ReconcileManifests", request, work).await
    }
}
