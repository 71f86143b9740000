//! Asking what was received.

use prost_types::Timestamp;
use proto::v1::{
    ReconcileManifestsRequest, ReconciledManifest, ReconciliationTotals,
    reconciliation_service_client::ReconciliationServiceClient,
};

use crate::{Client, Error};

/// What the gateway received of us in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciled {
    /// The counts of the whole period.
    pub totals: ReconciliationTotals,
    /// Each manifest revision, in the order of recording.
    pub manifests: Vec<ReconciledManifest>,
}

impl Client {
    /// What was received, rejected and decided of one's own at or after `from` and before `before`.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn reconcile(&self, from: Timestamp, before: Timestamp) -> Result<Reconciled, Error> {
        let mut request = ReconcileManifestsRequest {
            receive_time_from: Some(from),
            receive_time_before: Some(before),
            page_size: 1_000,
            page_token: String::new(),
        };
        let (mut totals, mut manifests) = (None, Vec::new());
        loop {
            let page = self
                .repeat(|| async {
                    ReconciliationServiceClient::new(self.channel.clone())
                        .reconcile_manifests(self.timed(request.clone()))
                        .await
                        .map_err(Error::from_status)
                })
                .await?
                .into_inner();
            totals = totals.or(page.totals);
            manifests.extend(page.manifests);
            if page.next_page_token.is_empty() {
                let totals = totals.ok_or(Error::AnswerIncomplete("the totals"))?;
                return Ok(Reconciled { totals, manifests });
            }
            request.page_token = page.next_page_token;
        }
    }
}
