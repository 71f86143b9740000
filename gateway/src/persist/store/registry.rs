//! Who may speak, and what is audited.

use jiff::Timestamp;

use crate::persist::{AuditEvent, BorderPostRow, Error, Imported, PartnerRow, Store};

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
}
