//! What can go wrong in the store.

use manifest::State;
use uuid::Uuid;

/// Why an operation of the store did not do what was asked. Never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The store cannot be reached or written: our trouble, worth another try.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What the caller looked at before was changed by another since, beside what kept them apart: worth another try, which looks
    /// at that.
    #[error("what it is about was changed meanwhile")]
    Outdated,
    /// The store was closed; nothing is taken any more.
    #[error("the store is closed")]
    Closed,
    /// The same key was recorded earlier with other content.
    #[error("manifest {id} holds other content under the same key")]
    RevisionConflict {
        /// The manifest that stands under the key.
        id: Uuid,
    },
    /// No such manifest, or not one of the asking partner.
    #[error("no such manifest")]
    NotFound,
    /// The manifest's state does not allow it.
    #[error("the manifest is {}", .state.as_str())]
    StateConflict {
        /// The state it is in.
        state: State,
    },
    /// A later revision is in force: that is what was examined.
    #[error("manifest {by} restates it")]
    Restated {
        /// The revision in force.
        by: Uuid,
    },
    /// A report of an inspection stands there that says something else, or the part was reported under another
    /// reference.
    #[error("outcome {number} of manifest {manifest} stands there")]
    InspectionConflict {
        /// The manifest that was examined.
        manifest: Uuid,
        /// The report that stands there.
        number: i64,
    },
    /// A correction skips a revision, or corrects what was never reported.
    #[error("the next revision is {expected}")]
    InspectionRevision {
        /// The one that would be next.
        expected: u32,
    },
    /// The function that finishes a decision panicked; nothing of this submission was stored.
    #[error("finishing the decision failed")]
    FinishFailed,
    /// What is stored cannot be read back (damaged, or sealed under a key that we do not have), or what is to be
    /// stored breaks a rule of the schema.
    #[error("what is stored is damaged: {0}")]
    Corrupt(String),
    /// The schema is not the one that this program was built for.
    #[error(
        "the store's schema is {found}, this program knows {known}: run `gateway migrate` with the matching program"
    )]
    SchemaUnknown {
        /// Number of the newest migration that the store has seen; 0 for an empty store.
        found: i64,
        /// Number of the newest migration that this program knows.
        known: i64,
    },
    /// A secret file is absent, unreadable, readable by everybody, or not of the known form.
    #[error("secret file {path}: {problem}")]
    Secret {
        /// The file.
        path: String,
        /// What is the matter; never the content.
        problem: String,
    },
}
