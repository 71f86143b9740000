//! What the program's verbs do, one file each.

mod border;
mod cancel;
mod conform;
mod document;
mod files;
mod get;
mod list;
mod outcome;
mod reconcile;
mod submit;
mod terminal;
mod validate;
mod watch;

use border::instant;
pub(crate) use border::{arrived, clearance_times, released};
pub(crate) use cancel::cancel;
pub(crate) use conform::conform;
pub(crate) use document::Tally;
pub(crate) use files::{Content, File, Sending, read};
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use outcome::{Report, outcome, outcomes};
pub(crate) use reconcile::reconcile;
use submit::progress;
pub(crate) use submit::submit;
pub(crate) use terminal::Terminal;
pub(crate) use validate::validate;
pub(crate) use watch::{stored_token, watch};

/// How a verb that got its answers ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Nothing needs correcting.
    Clean,
    /// A manifest was rejected, or a finding blocks a subject.
    NeedsCorrecting,
    /// Of several, some failed: the gravest exit code.
    Failed(u8),
}

impl Done {
    /// The graver of two.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed(one), Self::Failed(two)) => Self::Failed(one.max(two)),
            (failed @ Self::Failed(_), _) | (_, failed @ Self::Failed(_)) => failed,
            (Self::NeedsCorrecting, _) | (_, Self::NeedsCorrecting) => Self::NeedsCorrecting,
            (Self::Clean, Self::Clean) => Self::Clean,
        }
    }
}
