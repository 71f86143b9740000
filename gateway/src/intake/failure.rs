//! Why a call brings no result: refusals and faults, from the small error of each step.

use manifest::{KeyError, record::RecordError};

use super::admit::NotAllowed;
use crate::{
    authenticate::registry::Refused,
    decode, persist,
    quota::{Exceeded, NotCounted},
    reply::Unreadable,
};

/// A refusal (we will not listen) or a fault (our trouble). Findings are neither: they are recorded.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The peer may not speak at all.
    #[error(transparent)]
    Peer(#[from] Refused),
    /// The partner may speak, but not say this.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The partner has said as much as agreed.
    #[error(transparent)]
    Quota(#[from] Exceeded),
    /// What was received is not read.
    #[error(transparent)]
    Decode(#[from] decode::Refusal),
    /// Without a key nothing can be recorded.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A request that is no submission cannot be acted on.
    #[error("{field} {problem}")]
    Request {
        /// The field, in protobuf names.
        field: &'static str,
        /// What is wrong with it, without its value.
        problem: &'static str,
    },
    /// There is no such manifest, or it is none of the peer's.
    #[error("no such manifest")]
    ManifestNotFound,
    /// As much is under way, and waits, as is taken on.
    #[error("{setting} is used up")]
    Overloaded {
        /// The bound that was met.
        setting: &'static str,
    },
    /// The reader of a format gave up in a way that it never should.
    #[error("the reader of a format panicked")]
    Reader,
    /// The time given for the call ran out.
    #[error("the time given for the call ran out")]
    DeadlineExceeded,
    /// The gateway is being stopped.
    #[error("the gateway is being stopped")]
    ShuttingDown,
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] persist::Error),
    /// A stored record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Stored bytes cannot be told.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The connection has no peer: listener and service do not belong together.
    #[error("the connection has no authenticated peer")]
    NoPeer,
}

impl From<NotCounted> for Failure {
    fn from(why: NotCounted) -> Self {
        match why {
            NotCounted::Exceeded(exceeded) => Self::Quota(exceeded),
            NotCounted::Store(error) => Self::Store(error),
        }
    }
}

impl Failure {
    /// Is it our trouble? Then its cause is logged under an id, and only the id is told.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        match self {
            Failure::Store(error) => match error {
                persist::Error::Unavailable(_)
                | persist::Error::Outdated
                | persist::Error::FinishFailed
                | persist::Error::Corrupt(_)
                | persist::Error::SchemaUnknown { .. }
                | persist::Error::Secret { .. } => true,
                persist::Error::Closed
                | persist::Error::RevisionConflict { .. }
                | persist::Error::NotFound
                | persist::Error::InspectionConflict { .. }
                | persist::Error::InspectionRevision { .. }
                | persist::Error::Restated { .. }
                | persist::Error::StateConflict { .. } => false,
            },
            Failure::Record(_) | Failure::Unreadable(_) | Failure::Reader | Failure::NoPeer => true,
            Failure::Peer(_)
            | Failure::NotAllowed(_)
            | Failure::Quota(_)
            | Failure::Decode(_)
            | Failure::Key(_)
            | Failure::Request { .. }
            | Failure::ManifestNotFound
            | Failure::Overloaded { .. }
            | Failure::DeadlineExceeded
            | Failure::ShuttingDown => false,
        }
    }
}
