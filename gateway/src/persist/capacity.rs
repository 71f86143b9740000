//! What inspectors have time for, and the draws of random checks, as bytes and columns.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

/// Posts that one audit row names.
const POSTS_NAMED: usize = 20;

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

/// A file of shifts, read.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityFile {
    /// Its shifts.
    pub rows: Vec<CapacityRow>,
    /// Share of the minutes that goes into random checks, 0 to 1.
    pub floor_share: f64,
    /// SHA-256 of the file, lower-case hexadecimal: for the audit.
    pub file_digest: String,
}

impl CapacityFile {
    /// What is audited of it: share, days, posts, digest. Of many posts the first are named.
    #[must_use]
    pub fn in_short(&self) -> String {
        let days: BTreeSet<Date> = self.rows.iter().map(|row| row.day).collect();
        let posts: BTreeSet<&str> = self.rows.iter().map(|row| row.border_post_code.as_str()).collect();
        let mut named: Vec<&str> = posts.iter().copied().take(POSTS_NAMED).collect();
        let more = format!("{} more", posts.len().saturating_sub(POSTS_NAMED));
        if posts.len() > POSTS_NAMED {
            named.push(&more);
        }
        let span = match (days.first(), days.last()) {
            (Some(first), Some(last)) => format!("{} days {first} to {last}", days.len()),
            _ => "no days".to_owned(),
        };
        format!("share {}, {span}, {}, sha256 {}", self.floor_share, named.join(" "), self.file_digest)
    }
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
