//! Manifests as they are recorded, read and listed, and their documents.

use jiff::Timestamp;
use uuid::Uuid;

use crate::persist::{
    Error, FeedPosition, Link, ManifestFilter, ManifestKey, ManifestPage, Outcome, Persons, PreDecisions,
    ReceivedBytes, Recorded, RevisionRow, Scope, Store, StoredDocument, StoredManifest,
};

impl Store {
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

    /// Remembers other names of manifests, and since when; a name that is said again is new again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: nothing was stored.
    pub async fn link(&self, partner_id: &str, links: Vec<Link>, now: Timestamp) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.link(partner_id, links, now).await,
        }
    }

    /// What a partner calls by a name, what was said last first; `limit` at the most.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn links_of(&self, partner_id: &str, said: &str, limit: u32) -> Result<Vec<Link>, Error> {
        match self {
            Self::Sqlite(store) => store.links_of(partner_id, said, limit).await,
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

    /// The pre-decisions of one manifest with what they recompute from; `None` where there is no such manifest.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn pre_decisions(&self, id: Uuid) -> Result<Option<PreDecisions>, Error> {
        match self {
            Self::Sqlite(store) => store.pre_decisions(id).await,
        }
    }
}
