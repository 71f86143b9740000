//! The word that marks what rules alone decided. It has a page among the reasons: docs/reasons/RULES_ONLY.md.

/// Nothing was scored in time, and rules alone decided.
pub(super) const RULES_ONLY: &str = "RULES_ONLY";
