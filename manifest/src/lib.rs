//! The nouns of the trade and the three steps that make a declared manifest fit to be scored.
//!
//! ```text
//! Declared ──normalize──▶ Manifest + findings ──validate──▶ Validated, or Rejected, + findings
//! ```
//!
//! Pure: no I/O, no async, no clock, no wire format. `now` is an argument wherever time matters. A finding is
//! data beside the manifest, never an error, and only a blocking one about the manifest itself rejects it.

pub mod declared;
pub mod normalize;
pub mod validate;

pub mod border_post;
pub mod code_list;
pub mod consignment;
pub mod conveyance;
pub mod field_path;
pub mod finding;
pub mod finding_reasons;
pub mod finding_text;
mod finding_words_en;
mod finding_words_ru;
mod finding_words_uz;
pub mod findings;
pub mod life;
pub mod manifest;
pub mod party;
pub mod person;
pub mod phrase;
pub mod quantity;
pub mod record;
mod record_compact_read;
mod record_compact_write;
mod record_findings;
mod record_form;
mod record_shapes;
#[cfg(test)]
mod record_tests;
pub mod rule;
#[cfg(test)]
mod samples;

pub use code_list::CodeLists;
pub use declared::Declared;
pub use field_path::FieldPath;
pub use finding::{About, Finding, FindingCode, OriginalValue, Severity};
pub use findings::Findings;
pub use life::State;
pub use manifest::{KeyError, Load, Manifest, ManifestKey, Revision};
pub use normalize::normalize;
pub use validate::{Rejected, RuleSettings, Validated, validate};
