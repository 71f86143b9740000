//! What inspectors have time for, and the draws of random checks, as bytes and columns.

use jiff::{Timestamp, civil::Date};

/// One shift of a post, as imported.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityRow {
    /// The post.
    pub border_post_code: String,
    /// The day in the posts' calendar.
    pub day: Date,
    /// Name of the shift.
    pub shift: String,
    /// When it begins.
    pub begin: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Inspector-minutes.
    pub minutes: f64,
    /// What one full control takes.
    pub minutes_per_control: f64,
    /// Arrivals that are expected; from the last four shifts of this name when absent.
    pub expected_arrivals: Option<f64>,
}

/// What an import of capacities came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapacityImported {
    /// Shifts that were added or replaced.
    pub shifts: usize,
    /// Days on which random checks take a larger share than was asked for, because drift was found lately.
    pub raised_days: usize,
}

/// A day whose seed is revealed: everybody can verify its draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevealedDraw {
    /// The day.
    pub day: Date,
    /// What was made known before it.
    pub commitment: String,
    /// The seed.
    pub seed: [u8; 32],
}
