//! Step 8: an outcome becomes durable, in one transaction, or nothing does.
//!
//! [`Store`] offers operations, not tables, over bytes and columns: it knows neither the wire nor what the bytes say.
//! Who may see what is the asker's business, except that test traffic stays in its submitter's [`Scope`].

mod audit;
mod bundle;
mod capacity;
mod conduct;
mod config;
mod digests;
mod document;
mod error;
mod feed;
mod inspection;
mod outcome;
pub mod packed;
mod rows;
mod sealed;
mod secrets;
pub mod sqlite;

use std::collections::BTreeMap;

use jiff::Timestamp;
use scoring::reliability::{EntityKey, EntityKind, PeerGroup};
use scoring::{CounterKey, History};
use tokio::sync::watch;
use uuid::Uuid;

pub use audit::{AuditEvent, AuditKind};
pub use bundle::{BundleRow, ChallengerPage, ChallengerRow, ComparedRow};
pub use capacity::{CapacityRow, RevealedDraw};
pub use conduct::{AuthorisedOperator, Conduct, ConductPage};
pub use config::Config;
pub use digests::{ContentDigest, Digests, ReceivedSalt, received_digest};
pub use document::{DocumentPart, PART_OF_DOCUMENT, StoredDocument};
pub use error::Error;
pub use feed::{FeedEvent, FeedPosition, FeedRow};
pub use inspection::{
    CalibrationRow, Counted, Inspection, Predicted, RecordedInspection, Standing, head_word,
};
pub use manifest::{ManifestKey, State};
pub use outcome::{Finish, Finished, Outcome, Recorded, new_manifest_id};
pub use rows::{
    BorderPostRow, Clearance, HistoryImported, HistoryRow, Imported, ManifestFilter, ManifestPage,
    ManifestSummary, PartnerRow, Persons, PreDecisions, ReceivedBytes, RevisionRow, Scope, Sealed,
    StoredManifest,
};
pub use secrets::Secrets;
use sqlite::Movement;

/// Where manifests are kept. Cheap to clone; all clones share one writer. A closed set of backends: the compiler lists
/// what a new one lacks.
#[derive(Debug, Clone)]
pub enum Store {
    /// Embedded, one file.
    Sqlite(sqlite::Store),
}

impl Store {
    /// Creates the database when absent and brings its schema up to what this program knows. Forward only. Returns the
    /// number of the newest migration.
    ///
    /// # Errors
    /// [`Error::SchemaUnknown`] when the store is newer than this program, [`Error::Unavailable`] when it cannot be
    /// written.
    pub async fn migrate(config: &Config) -> Result<i64, Error> {
        sqlite::Store::migrate(config).await
    }

    /// Is there a store under this configuration, and does it hold manifests? Then its secrets must not be made anew.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be opened.
    pub async fn holds_manifests(config: &Config) -> Result<bool, Error> {
        sqlite::Store::holds_manifests(config).await
    }

    /// Opens the store and starts its writer. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Error::SchemaUnknown`] when its schema is older or newer than this program's, [`Error::Unavailable`] when it
    /// cannot be opened.
    pub async fn open(config: &Config, secrets: &Secrets) -> Result<Self, Error> {
        sqlite::Store::open(config, secrets).await.map(Self::Sqlite)
    }

    /// What stands under a key. A shortcut for repeats: the guarantee is [`Store::record`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn outcome_of(&self, key: &ManifestKey) -> Result<Option<Recorded>, Error> {
        match self {
            Self::Sqlite(store) => store.outcome_of(key).await,
        }
    }

    /// Makes an outcome durable with its decisions, feed row and audit row, in one transaction; returns after the
    /// commit. When its key is taken, the outcome that stands there is handed back with `repeated` set. If the caller
    /// goes away meanwhile, the whole of it is stored, or nothing.
    ///
    /// # Errors
    /// [`Error::RevisionConflict`] when the key stands with other content; [`Error::FinishFailed`],
    /// [`Error::Unavailable`], [`Error::Closed`]: nothing was stored.
    pub async fn record(&self, outcome: Outcome) -> Result<Recorded, Error> {
        match self {
            Self::Sqlite(store) => store.record(outcome).await,
        }
    }

    /// Keeps a document that holds several messages, before the first of them is recorded.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: nothing was stored.
    pub async fn record_document(&self, document: StoredDocument) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.record_document(document).await,
        }
    }

    /// Everything that stands under a partner's reference, by part and revision, the highest first; `limit` at the most.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn revisions_of(
        &self,
        partner_id: &str,
        manifest_reference: &str,
        limit: u32,
    ) -> Result<Vec<RevisionRow>, Error> {
        match self {
            Self::Sqlite(store) => store.revisions_of(partner_id, manifest_reference, limit).await,
        }
    }

    /// The counters under some keys, the base rates always among them. A key that nothing is counted under is left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`]: withhold then.
    pub async fn history_for(&self, keys: &[CounterKey]) -> Result<History, Error> {
        match self {
            Self::Sqlite(store) => store.history_for(keys).await,
        }
    }

    /// Counts past outcomes, each source once for ever. In several transactions when there are many: an import that
    /// broke off is finished by importing again.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: some may be counted.
    pub async fn import_history(
        &self,
        rows: Vec<HistoryRow>,
        now: Timestamp,
    ) -> Result<HistoryImported, Error> {
        match self {
            Self::Sqlite(store) => store.import_history(rows, now).await,
        }
    }

    /// Makes a report of an inspection durable with its audit row, and moves the history counters, track records, peer
    /// groups and calibration by what it counts for: all in one transaction, once. A report of the same words is
    /// handed back with `repeated` set.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such live manifest bound for the post; [`Error::InspectionConflict`] when
    /// other words stand there; [`Error::InspectionRevision`] when a revision is skipped; [`Error::Unavailable`].
    pub async fn report_inspection(&self, inspection: Inspection) -> Result<RecordedInspection, Error> {
        match self {
            Self::Sqlite(store) => store.report_inspection(inspection).await,
        }
    }

    /// Every report on a manifest with every revision, in the order of their arrival.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn inspections(&self, manifest: Uuid) -> Result<Vec<RecordedInspection>, Error> {
        match self {
            Self::Sqlite(store) => store.inspections(manifest).await,
        }
    }

    /// Adds or replaces shifts, fixes each day's cut of random checks, commits to the day's seed by its hash, and audits all
    /// of it. `floor_share`: share of the budget that goes into random checks.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_capacity(
        &self,
        rows: Vec<CapacityRow>,
        floor_share: f64,
        now: Timestamp,
    ) -> Result<Imported, Error> {
        match self {
            Self::Sqlite(store) => store.import_capacity(rows, floor_share, now).await,
        }
    }

    /// Reveals the seeds of all days before a day that were not revealed yet, and audits it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a seed is not the one that was committed to; [`Error::Unavailable`].
    pub async fn reveal_draws(
        &self,
        before: jiff::civil::Date,
        now: Timestamp,
    ) -> Result<Vec<RevealedDraw>, Error> {
        match self {
            Self::Sqlite(store) => store.reveal_draws(before, now).await,
        }
    }

    /// The bundle that was taken into use last, and the one before it; empty while the configuration's judges.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn bundles(&self) -> Result<Vec<BundleRow>, Error> {
        match self {
            Self::Sqlite(store) => store.bundles().await,
        }
    }

    /// Takes bundles (folder, digest) into use in this order, the last of them effective; audits it.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was taken then.
    pub async fn take_bundles(&self, bundles: Vec<(String, String)>, now: Timestamp) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.take_bundles(bundles, now).await,
        }
    }

    /// How far in the feed a challenger is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn challenger_position(&self, digest: &str) -> Result<FeedPosition, Error> {
        match self {
            Self::Sqlite(store) => store.challenger_position(digest).await,
        }
    }

    /// Keeps what a challenger said, and how far it came, in one transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put_challenger(&self, page: ChallengerPage) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.put_challenger(page).await,
        }
    }

    /// What a challenger said beside what was effective and what inspections found.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn compared(&self, digest: &str) -> Result<Vec<ComparedRow>, Error> {
        match self {
            Self::Sqlite(store) => store.compared(digest).await,
        }
    }

    /// How far in the feed conduct is counted.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn conduct_position(&self) -> Result<FeedPosition, Error> {
        match self {
            Self::Sqlite(store) => store.conduct_position().await,
        }
    }

    /// Counts what was seen of entrepreneurs, once: a page that does not begin where counting stands is left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put_conduct(&self, page: ConductPage) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.put_conduct(page).await,
        }
    }

    /// What was seen of some entrepreneurs, and their entries in the register of authorised ones.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn conduct(
        &self,
        keys: &[EntityKey],
    ) -> Result<(BTreeMap<EntityKey, Conduct>, BTreeMap<EntityKey, AuthorisedOperator>), Error> {
        match self {
            Self::Sqlite(store) => store.conduct(keys).await,
        }
    }

    /// Adds or replaces entries of the register of authorised operators, and audits it.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_authorised(
        &self,
        rows: Vec<(EntityKey, AuthorisedOperator)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.import_authorised(rows, now).await,
        }
    }

    /// The track records of some entrepreneurs, and what is usual in each group.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn standing(&self, keys: &[EntityKey]) -> Result<Standing, Error> {
        match self {
            Self::Sqlite(store) => store.standing(keys).await,
        }
    }

    /// Fits how much each group weighs against an entrepreneur's own record; gives the groups. Walks all records: for a
    /// quiet hour.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn fit_peer_groups(&self, now: Timestamp) -> Result<Vec<(EntityKind, PeerGroup)>, Error> {
        match self {
            Self::Sqlite(store) => store.fit_peer_groups(now.as_second()).await,
        }
    }

    /// What was predicted beside what was found, by bundle, question, and whether the check was random.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn calibration(&self) -> Result<Vec<CalibrationRow>, Error> {
        match self {
            Self::Sqlite(store) => store.calibration().await,
        }
    }

    /// One manifest; `None` where there is none. Opening persons is to be audited by the asker.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn manifest(&self, id: Uuid, persons: Persons) -> Result<Option<StoredManifest>, Error> {
        match self {
            Self::Sqlite(store) => store.manifest(id, persons).await,
        }
    }

    /// The bytes as received, of the whole document where it came in one with others; `None` where there is no such
    /// manifest or its key, or its document's, is destroyed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn received(&self, id: Uuid) -> Result<Option<ReceivedBytes>, Error> {
        match self {
            Self::Sqlite(store) => store.received(id).await,
        }
    }

    /// A page of a scope's manifests, newest first; `before` is the previous page's `next`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn list_manifests(
        &self,
        scope: &Scope,
        filter: &ManifestFilter,
        before: Option<FeedPosition>,
        limit: u32,
    ) -> Result<ManifestPage, Error> {
        match self {
            Self::Sqlite(store) => store.list_manifests(scope, filter, before, limit).await,
        }
    }

    /// Withdraws a partner's manifest. Repeating is safe: a withdrawn one stays so and nothing is written again.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the partner has no such manifest; [`Error::StateConflict`] when its state does not
    /// allow it; [`Error::Unavailable`].
    pub async fn cancel(
        &self,
        id: Uuid,
        partner_id: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.cancel(id, partner_id, reason, now).await,
        }
    }

    /// A border post reports that the conveyance of a manifest has come. The first time stays.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::StateConflict`] when its state does not allow it; [`Error::Unavailable`].
    pub async fn report_arrival(
        &self,
        id: Uuid,
        partner_id: &str,
        arrive_time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.report(id, partner_id, Movement::Arrival, arrive_time, now).await,
        }
    }

    /// A border post reports that it was released. The first time stays.
    ///
    /// # Errors
    /// As [`Store::report_arrival`].
    pub async fn report_release(
        &self,
        id: Uuid,
        partner_id: &str,
        release_time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.report(id, partner_id, Movement::Release, release_time, now).await,
        }
    }

    /// Its sender announces that a manifest's conveyance has arrived: kept and told, its state stays. The first time stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Unavailable`].
    pub async fn announce_arrival(
        &self,
        id: Uuid,
        partner_id: &str,
        time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.report(id, partner_id, Movement::Announced, time, now).await,
        }
    }

    /// Looks at the manifests that were expected before an instant, some at a time, and expires those that never arrived.
    /// Returns how many were looked at and how many expired; nothing more to look at when the first is 0.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn expire(&self, before: Timestamp, limit: u32, now: Timestamp) -> Result<(u64, u64), Error> {
        match self {
            Self::Sqlite(store) => store.expire(before, limit, now).await,
        }
    }

    /// What was released between two instants, at one post or at all; `limit` at the most. Without test traffic.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn clearances(
        &self,
        border_post_code: Option<&str>,
        from: Timestamp,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Clearance>, Error> {
        match self {
            Self::Sqlite(store) => store.clearances(border_post_code, from, before, limit).await,
        }
    }

    /// The pre-decisions of one manifest with what they recompute from; `None` where there is no such manifest.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn pre_decisions(&self, id: Uuid) -> Result<Option<PreDecisions>, Error> {
        match self {
            Self::Sqlite(store) => store.pre_decisions(id).await,
        }
    }

    /// The rows of a scope after a position, in commit order. Fewer than `limit` rows: that is all there is now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn feed_after(
        &self,
        scope: &Scope,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Vec<FeedRow>, Error> {
        match self {
            Self::Sqlite(store) => store.feed_after(scope, after, limit).await,
        }
    }

    /// The position of the newest committed row: where "from now" begins.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn feed_end(&self) -> Result<FeedPosition, Error> {
        match self {
            Self::Sqlite(store) => store.feed_end().await,
        }
    }

    /// Changes whenever this process has committed to the feed, so that watchers sleep until then. Rows of another
    /// process (`gateway` commands) show at the next heartbeat. Subscribe before reading the feed, then none is missed.
    #[must_use]
    pub fn feed_wake(&self) -> watch::Receiver<FeedPosition> {
        match self {
            Self::Sqlite(store) => store.feed_wake(),
        }
    }

    /// Appends an event; returns after the commit. Shares its commit with submissions.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`].
    pub async fn audit(&self, event: AuditEvent) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.audit(event).await,
        }
    }

    /// Audited events in order, oldest first, after an event number (0: from the first).
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn audit_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, AuditEvent)>, Error> {
        match self {
            Self::Sqlite(store) => store.audit_after(after, limit).await,
        }
    }

    /// Every registered partner, by id.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn partners(&self) -> Result<Vec<PartnerRow>, Error> {
        match self {
            Self::Sqlite(store) => store.partners().await,
        }
    }

    /// Adds or replaces partners; those that are not named stay. Bumps the registry's version if anything changed, and
    /// audits it.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_partners(&self, rows: Vec<PartnerRow>, now: Timestamp) -> Result<Imported, Error> {
        match self {
            Self::Sqlite(store) => store.import_partners(rows, now).await,
        }
    }

    /// Grows with every change of the partners or border posts; cheap to poll.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn registry_version(&self) -> Result<i64, Error> {
        match self {
            Self::Sqlite(store) => store.registry_version().await,
        }
    }

    /// The border posts that more is known about than their code.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn border_posts(&self) -> Result<Vec<BorderPostRow>, Error> {
        match self {
            Self::Sqlite(store) => store.border_posts().await,
        }
    }

    /// Adds or replaces border posts; those that are not named stay.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_border_posts(&self, rows: Vec<BorderPostRow>) -> Result<Imported, Error> {
        match self {
            Self::Sqlite(store) => store.import_border_posts(rows).await,
        }
    }

    /// Destroys the keys of every manifest received before an instant: what lay under them can never be read again.
    /// Key, content digest, receipt, depersonalised record and decisions stay. Returns how many keys were destroyed. They
    /// are overwritten in the store's own files; copies of those files (backups, snapshots of the disk) are the
    /// operator's to destroy, or the wrapping key is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge_before(&self, instant: Timestamp, now: Timestamp) -> Result<u64, Error> {
        match self {
            Self::Sqlite(store) => store.purge_before(instant, now).await,
        }
    }

    /// Destroys the key of one manifest; `false` when there was none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge(&self, id: Uuid, now: Timestamp) -> Result<bool, Error> {
        match self {
            Self::Sqlite(store) => store.purge(id, now).await,
        }
    }

    /// Wraps again, with the newest wrapping key, every manifest's key that is wrapped with an older one; afterwards
    /// the older ones can leave the file. Returns how many.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Corrupt`] when one of the older keys is not there.
    pub async fn rewrap(&self) -> Result<u64, Error> {
        match self {
            Self::Sqlite(store) => store.rewrap().await,
        }
    }

    /// Can the store be written, right now? Writes to find out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`] when it cannot.
    pub async fn ready(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.ready().await,
        }
    }

    /// Writes what is queued, then closes. What comes later is told [`Error::Closed`].
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
        }
    }
}
