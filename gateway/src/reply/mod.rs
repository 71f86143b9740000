//! Step 9: what was recorded, or what failed, becomes a response or a `Status`. Nothing else makes a `Status`.

mod submission;
mod told;

mod changes;
mod decisions;
mod document;
mod finding;
mod in_kind;
mod officer;
mod pre_decision;
mod receipt;
mod reliability;
mod remedies;

mod cargo;
mod manifest;
mod people;
mod summary;

mod value;

pub mod layer;
mod notice;
mod reason;
mod status;

pub use ::manifest::finding_text::Language;
pub use changes::{changes, encode_changes, told_changes};
pub use decisions::{Circumstances, Unreadable, decode_decisions, encode_decisions, record_of_decisions};
pub use document::{Heading, document, document_message};
pub use finding::finding;
pub use in_kind::{answer_to, document_answer};
pub use manifest::{Life, manifest};
pub use notice::Notice;
pub use officer::add_explained;
pub use pre_decision::{Audience, corridor_of_word, pre_decisions, word_of_cause};
pub use reason::{DOMAIN, Reason};
pub use receipt::{Receipt, Submitted, receipt};
pub use reliability::{add_conduct, reliability};
pub use submission::{Answer, Decisions, Recorded, findings, submission};
pub use summary::summary;
pub use value::{manifest_name, manifest_state, outcome_name, timestamp, verdict_word};
