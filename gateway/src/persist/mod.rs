//! Step 8: an outcome becomes durable, in one transaction, or nothing does.
//!
//! [`Store`] offers operations, not tables, over bytes and columns: it knows neither the wire nor what the bytes say.
//! Who may see what is the asker's business, except that test traffic stays in its submitter's [`Scope`].

mod audit;
mod bundle;
mod capacity;
mod conduct;
mod config;
mod database;
mod digests;
mod document;
mod error;
mod feed;
mod inspection;
mod later;
mod outcome;
pub mod packed;
mod reconcile;
mod rows;
mod sealed;
mod secrets;
mod store;

pub use audit::{AuditEvent, AuditKind};
pub use bundle::{BundleRow, ChallengerPage, ChallengerRow, ComparedRow};
pub use capacity::{CapacityFile, CapacityImported, CapacityRow, RevealedDraw};
pub use conduct::{AuthorisedOperator, Conduct, ConductPage};
pub use config::Config;
pub use digests::{ContentDigest, Digests, ReceivedSalt, received_digest};
pub use document::{DocumentPart, PART_OF_DOCUMENT, StoredDocument};
pub use error::Error;
pub use feed::{FeedEvent, FeedPosition, FeedRow};
pub use inspection::{
    CalibrationRow, Counted, Inspection, Predicted, RecordedInspection, Standing, head_word,
};
pub use later::{Backlog, LaterDecision};
pub use manifest::{ManifestKey, State};
pub use outcome::{Finish, Finished, Outcome, Recorded, new_manifest_id};
pub use reconcile::{ReconciledPage, ReconciledRow};
pub use rows::{
    AuditFilter, BorderPostRow, Clearance, HistoryImported, HistoryRow, Imported, Link, ManifestFilter,
    ManifestPage, ManifestSummary, PartnerRow, Persons, PreDecisions, ReceivedBytes, RegistryChange,
    RevisionRow, Scope, Sealed, StoredManifest,
};
pub use secrets::Secrets;
pub use store::{Held, JourneyPlaces, LookedFor, Purged, Store};
