//! What the rules can be told: hours and ages are law, and law changes, so none of them is in code.

use std::sync::Arc;

use crate::findings::DEFAULT_FINDINGS_LIMIT;
use crate::rule::{Conditions, Deadlines};

/// Settings of normalize and validate. Each has a default; the gateway reads them from its configuration. A copy is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSettings {
    /// Most findings that are kept for one manifest.
    pub findings_limit: usize,
    /// Who files, by id in the registry: some rows of the tables hold for one partner. Empty for nobody in particular.
    pub partner: Arc<str>,
    /// How long before arrival a manifest must be filed.
    pub deadlines: Arc<Deadlines>,
    /// What a manifest must say.
    pub conditions: Arc<Conditions>,
    /// How far in the past a declared arrival may lie, in minutes.
    pub arrival_past_minutes: u32,
    /// How far ahead a declared arrival may lie, in days.
    pub arrival_ahead_days: u32,
    /// Under this age a passenger is a minor, in years.
    pub minor_age_years: u8,
    /// Over this age a date of birth is implausible, in years.
    pub oldest_age_years: u8,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self {
            findings_limit: DEFAULT_FINDINGS_LIMIT,
            partner: Arc::from(""),
            deadlines: Deadlines::built_in(),
            conditions: Conditions::built_in(),
            arrival_past_minutes: 60,
            arrival_ahead_days: 60,
            minor_age_years: 18,
            oldest_age_years: 120,
        }
    }
}

impl RuleSettings {
    /// The same rules for a manifest that a partner files.
    #[must_use]
    pub fn of_partner(&self, partner: &str) -> Self {
        Self { partner: Arc::from(partner), ..self.clone() }
    }

    /// Hands the tables to `out` row by row, for the digest that every pre-decision names beside the code lists.
    pub fn tables(&self, out: &mut dyn FnMut(&[u8])) {
        for row in self.deadlines.rows() {
            out(format!("{row:?}\n").as_bytes());
        }
        for row in self.conditions.rows() {
            out(format!("{row:?}\n").as_bytes());
        }
    }
}
