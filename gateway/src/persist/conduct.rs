//! How entrepreneurs conduct themselves when they announce, as columns: shown, and no part of any decision.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use scoring::reliability::EntityKey;

use super::FeedPosition;

/// Countries of origin that are kept of one entrepreneur; more say no more.
const MAX_ORIGINS: usize = 64;

/// What was seen of one entrepreneur in one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// When it was first announced.
    pub first_seen: Timestamp,
    /// And last.
    pub last_seen: Timestamp,
    /// Manifests that name it, revisions among them.
    pub manifests: i64,
    /// Of them filed later than agreed.
    pub late: i64,
    /// Of them amending an earlier one.
    pub amended: i64,
    /// HS chapters of its goods, a bit each by their number.
    pub chapters: u128,
    /// Countries of origin of its goods.
    pub origins: BTreeSet<String>,
}

impl Conduct {
    /// Adds what was seen of the same entrepreneur at another time.
    pub fn merge(&mut self, other: &Self) {
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.manifests += other.manifests;
        self.late += other.late;
        self.amended += other.amended;
        self.chapters |= other.chapters;
        for origin in &other.origins {
            if self.origins.len() < MAX_ORIGINS {
                self.origins.insert(origin.clone());
            }
        }
    }
}

/// What was seen since, and how far that goes.
#[derive(Debug, Clone, PartialEq)]
pub struct ConductPage {
    /// What was seen, an entrepreneur once.
    pub rows: Vec<(EntityKey, Conduct)>,
    /// From here.
    pub after: FeedPosition,
    /// Everything up to here was counted.
    pub position: FeedPosition,
}

/// An entry of the register of authorised economic operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisedOperator {
    /// The certificate's number.
    pub reference: String,
    /// First day on which it is valid.
    pub valid_from: Date,
    /// Last day on which it is valid.
    pub valid_until: Date,
}
