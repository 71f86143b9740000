//! Who judges, and what inspectors have time for.

use jiff::Timestamp;
use scoring::kept::KeptFile;

use crate::persist::{
    BundleRow, CapacityImported, CapacityRow, ChallengerPage, ComparedRow, Error, FeedPosition, RevealedDraw,
    Store,
};

impl Store {
    /// Adds or replaces shifts, fixes each day's cut of random checks, commits to the day's seed by its hash, and audits all
    /// of it. `floor_share`: share of the budget that goes into random checks, where drift found lately does not ask for more.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_capacity(
        &self,
        rows: Vec<CapacityRow>,
        floor_share: f64,
        now: Timestamp,
    ) -> Result<CapacityImported, Error> {
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

    /// Drift was found: from tomorrow on, and for a quarter, random checks take a larger share of the posts' minutes. Audits
    /// it; says on how many days of posts more is now checked, none when it was noted today already.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was changed then.
    pub async fn note_drift(&self, now: Timestamp) -> Result<Option<usize>, Error> {
        match self {
            Self::Sqlite(store) => store.note_drift(now).await,
        }
    }

    /// Keeps what judges, so that its decisions can be made again by it, wherever its folder went and whatever the program's
    /// table of rules became. What is kept already stays.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn keep_judge(&self, files: Vec<KeptFile>, now: Timestamp) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.keep_judge(files, now).await,
        }
    }

    /// Every bundle and every policy that ever judged here.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn judge_files(&self) -> Result<Vec<KeptFile>, Error> {
        match self {
            Self::Sqlite(store) => store.judge_files().await,
        }
    }

    /// The bundle in use and those before it, each one further back; what was gone back from is not among them. Empty while the configuration's judges.
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
}
