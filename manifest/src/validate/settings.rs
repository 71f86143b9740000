//! What the rules can be told: hours and ages are law, and law changes, so none of them is in code.

use crate::findings::DEFAULT_FINDINGS_LIMIT;

/// Settings of normalize and validate. Each has a default; the gateway reads them from its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSettings {
    /// Most findings that are kept for one manifest.
    pub findings_limit: usize,
    /// How long before arrival a road manifest must be filed, in minutes.
    pub road_deadline_minutes: u32,
    /// How long before arrival a rail manifest must be filed, in minutes.
    pub rail_deadline_minutes: u32,
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
            road_deadline_minutes: 120,
            rail_deadline_minutes: 120,
            arrival_past_minutes: 60,
            arrival_ahead_days: 60,
            minor_age_years: 18,
            oldest_age_years: 120,
        }
    }
}
