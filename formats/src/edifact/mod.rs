//! UN/EDIFACT (ISO 9735 syntax 1 to 4): from bytes to segments, and the envelope around messages.
//!
//! In the order of reading: `text` turns bytes into UTF-8, `start` finds where the interchange begins and by which
//! characters it separates, `tokens` cuts it, `envelope` finds its messages, `check` compares what the service segments
//! say with what is there, and `read` hands each message to the reader of its type. Values are slices of the text until
//! a reader keeps one. Disagreements are notes; only a text that is no interchange, or ends inside a message, is refused.

mod answer;
mod check;
mod date;
mod envelope;
mod keep;
mod look;
mod mail;
mod parts;
mod party;
mod read;
mod segment;
mod settle;
mod start;
pub(crate) mod tags;
mod text;
mod tokens;
pub mod write;

#[cfg(test)]
mod tests;

pub(crate) use answer::answers;
pub use date::clock_of;
pub(crate) use date::{Century, date, day_of, instant};
pub(crate) use keep::Keep;
pub(crate) use look::look;
pub(crate) use party::{party, scheme};
pub(crate) use read::{Content, Head, read};
pub(crate) use segment::Segment;
pub use start::Separators;
pub use tokens::Tokens;
