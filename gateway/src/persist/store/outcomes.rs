//! What inspections found, and what is known of goods and entrepreneurs by it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scoring::reliability::{EntityKey, EntityKind, PeerGroup};
use scoring::{CounterKey, History};
use uuid::Uuid;

use crate::persist::{
    AuthorisedOperator, CalibrationRow, Conduct, ConductPage, Error, FeedPosition, HistoryImported,
    HistoryRow, Inspection, RecordedInspection, Standing, Store,
};

impl Store {
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
}
