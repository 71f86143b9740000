//! Step 7: scores and findings become pre-decisions. Thresholds and rules change by decree, models by evidence,
//! so nothing here knows a feature's position.

mod change;
mod decide;
mod draft;
mod judged;
mod mark;
mod public;
mod reasons;
mod roll_up;
mod rules;
mod texts;
mod thresholds;

/// The parameter of [`ReasonCode::NoPrecedent`] that says that no precedent could be looked for.
pub(crate) const NOT_DECLARED: &str = "NOT_DECLARED";

pub(crate) use change::change_under;
pub(crate) use decide::{decide, explain_item, withheld};
pub(crate) use draft::Draft;
pub use public::{PublicReason, public_text};
pub use reasons::{Language, Reason, ReasonCode, text};
pub use roll_up::{Parts, roll_up};
pub use rules::{RULES, RuleTable, SubjectKind, leaves_unknown, minimum};
pub use thresholds::{Cut, ImporterRecord, Policy, PolicyError, TrustedImporter};
