//! What the program's verbs do, one file each.

mod cancel;
mod files;
mod get;
mod list;
mod outcome;
mod submit;
mod terminal;
mod validate;
mod watch;

pub(crate) use cancel::cancel;
pub(crate) use files::{File, read};
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use outcome::{Report, outcome, outcomes};
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
