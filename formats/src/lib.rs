//! Readers of partners' own formats: the bytes of a document in, what its messages declare out.
//!
//! The leaves of step 2. A reader is a pure function of its input: no I/O, no clock, no runtime, so that each can be
//! fuzzed by itself and tried on a file without a gateway. Everything that a reader cannot fit into a
//! [`Declared`] field it notes ([`manifest::declared::FormNote`]) with the place where it stood; it corrects nothing
//! and throws nothing away. Only what is not the format at all, or ends in the middle, is [`Unreadable`], and then one
//! message of a document, never its neighbours.

pub mod edifact;

mod answer;
mod cuscar;
mod document;
mod ens;
mod format;
mod limits;
mod ncts;
mod paxlst;
mod recognise;
mod seen;
mod table;
mod unreadable;
mod voyage;
mod xml;

pub use answer::{Answer, AnswerFinding, AnswerHead, AnswerInKind, answer};
pub use document::{Answerable, Document, Envelope, Given, Half, Intent, Message, Naming};
pub use format::Format;
pub use limits::Limits;
pub use recognise::{read, recognise};
pub use unreadable::{Beyond, Cause, Unreadable};
