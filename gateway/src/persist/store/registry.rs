//! Who may speak, and what is audited.

use crate::persist::{
    AuditEvent, AuditFilter, BorderPostRow, Error, Imported, PartnerRow, RegistryChange, Store,
};

impl Store {
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

    /// Audited events that fit a filter, in order, among those with numbers after `after` and up to `upto`. Every number
    /// between is looked at, so ask for some at a time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn audit_between(
        &self,
        after: i64,
        upto: i64,
        filter: &AuditFilter,
    ) -> Result<Vec<(i64, AuditEvent)>, Error> {
        match self {
            Self::Sqlite(store) => store.audit_between(after, upto, filter).await,
        }
    }

    /// Number of the newest audited event; 0 where there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn audit_end(&self) -> Result<i64, Error> {
        match self {
            Self::Sqlite(store) => store.audit_end().await,
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

    /// Changes the registry if it still is of version `expected`; `None` when it moved meanwhile, and then nothing was
    /// changed or audited. Bumps the version if anything changed.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was changed then.
    pub async fn change_registry(
        &self,
        expected: i64,
        change: RegistryChange,
    ) -> Result<Option<Imported>, Error> {
        match self {
            Self::Sqlite(store) => store.change_registry(expected, change).await,
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
}
