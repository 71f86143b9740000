//! The embedded store: one SQLite file.

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::*;

/// The embedded store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    wake: watch::Receiver<FeedPosition>,
}

fn stub<T>() -> Result<T, Error> {
    Err(Error::Unavailable("not built yet".into()))
}

#[allow(unused_variables, clippy::unused_async)]
impl Store {
    pub(super) async fn migrate(config: &Config) -> Result<i64, Error> {
        stub()
    }

    pub(super) async fn open(config: &Config, secrets: &Secrets) -> Result<Self, Error> {
        stub()
    }

    pub(super) async fn outcome_of(&self, key: &ManifestKey) -> Result<Option<Recorded>, Error> {
        stub()
    }

    pub(super) async fn record(&self, outcome: Outcome) -> Result<Recorded, Error> {
        stub()
    }

    pub(super) async fn history_for(&self, keys: &[scoring::CounterKey]) -> Result<scoring::History, Error> {
        stub()
    }
    pub(super) async fn import_history(
        &self,
        rows: Vec<HistoryRow>,
        now: Timestamp,
    ) -> Result<HistoryImported, Error> {
        stub()
    }
    pub(super) async fn manifest(&self, id: Uuid, persons: Persons) -> Result<Option<StoredManifest>, Error> {
        stub()
    }

    pub(super) async fn received(&self, id: Uuid) -> Result<Option<ReceivedBytes>, Error> {
        stub()
    }

    pub(super) async fn list_manifests(
        &self,
        scope: &Scope,
        filter: &ManifestFilter,
        before: Option<FeedPosition>,
        limit: u32,
    ) -> Result<ManifestPage, Error> {
        stub()
    }

    pub(super) async fn cancel(
        &self,
        id: Uuid,
        partner_id: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        stub()
    }

    pub(super) async fn pre_decisions(&self, id: Uuid) -> Result<Option<PreDecisions>, Error> {
        stub()
    }

    pub(super) async fn feed_after(
        &self,
        scope: &Scope,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Vec<FeedRow>, Error> {
        stub()
    }

    pub(super) async fn feed_end(&self) -> Result<FeedPosition, Error> {
        stub()
    }

    pub(super) fn feed_wake(&self) -> watch::Receiver<FeedPosition> {
        self.wake.clone()
    }

    pub(super) async fn audit(&self, event: AuditEvent) -> Result<(), Error> {
        stub()
    }

    pub(super) async fn audit_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, AuditEvent)>, Error> {
        stub()
    }

    pub(super) async fn partners(&self) -> Result<Vec<PartnerRow>, Error> {
        stub()
    }

    pub(super) async fn import_partners(
        &self,
        rows: Vec<PartnerRow>,
        now: Timestamp,
    ) -> Result<Imported, Error> {
        stub()
    }

    pub(super) async fn registry_version(&self) -> Result<i64, Error> {
        stub()
    }

    pub(super) async fn border_posts(&self) -> Result<Vec<BorderPostRow>, Error> {
        stub()
    }

    pub(super) async fn import_border_posts(&self, rows: Vec<BorderPostRow>) -> Result<Imported, Error> {
        stub()
    }

    pub(super) async fn purge_before(&self, instant: Timestamp, now: Timestamp) -> Result<u64, Error> {
        stub()
    }

    pub(super) async fn purge(&self, id: Uuid, now: Timestamp) -> Result<bool, Error> {
        stub()
    }

    pub(super) async fn rewrap(&self) -> Result<u64, Error> {
        stub()
    }

    pub(super) async fn ready(&self) -> Result<(), Error> {
        stub()
    }

    pub(super) async fn close(&self) {}
}
