//! Why a call brings no result, and what the caller is told.

use uuid::Uuid;

use crate::{
    authenticate::registry::Refused,
    clock::Clock,
    observability::names::field,
    persist,
    quota::Exceeded,
    reply::{Notice, Reason},
};

/// Refusals and faults.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// We will not listen.
    #[error("refused: {}", .0.reason.as_str())]
    Told(Notice),
    /// The partner may not speak (any more).
    #[error(transparent)]
    Peer(#[from] Refused),
    /// The partner has asked for as much as is agreed.
    #[error(transparent)]
    Quota(#[from] Exceeded),
    /// The connection has no peer: the listener and the service do not belong together.
    #[error("the connection has no authenticated peer")]
    NoPeer,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] persist::Error),
    /// What the store answered cannot be read.
    #[error("what is stored cannot be read: {0}")]
    Unreadable(String),
}

impl From<Notice> for Failure {
    fn from(notice: Notice) -> Self {
        Failure::Told(notice)
    }
}

impl Failure {
    /// As the caller is told. Faults are logged here, once, under an id that travels to the caller.
    pub(super) fn into_notice(self, clock: &Clock) -> Notice {
        match self {
            Failure::Told(notice) => notice,
            Failure::Peer(refused) => refused.into(),
            Failure::Quota(exceeded) => exceeded.into(),
            Failure::Store(error) => {
                let id = persist::new_manifest_id(clock.now());
                let notice = Notice::of_store(&error, id);
                if notice.reason.is_fault() {
                    log(notice.reason, &id, &error);
                }
                notice
            }
            fault @ (Failure::NoPeer | Failure::Unreadable(_)) => {
                let id = persist::new_manifest_id(clock.now());
                log(Reason::Internal, &id, &fault);
                Notice::new(Reason::Internal).with("fault_id", id)
            }
        }
    }
}

fn log(reason: Reason, id: &Uuid, cause: &dyn std::fmt::Display) {
    tracing::error!(%cause, { field::FAULT_ID } = %id, { field::REASON } = reason.as_str(), "fault");
}
