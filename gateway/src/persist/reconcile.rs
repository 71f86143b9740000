//! What was received of a partner, as it is compared with what the partner sent.

use jiff::Timestamp;
use manifest::{ManifestKey, State};
use uuid::Uuid;

use super::{FeedPosition, ReceivedSalt};

/// One manifest revision that was received. `Debug` leaves the receipt out.
#[derive(Clone, PartialEq, Eq)]
pub struct ReconciledRow {
    /// Its id.
    pub id: Uuid,
    /// Its key.
    pub key: ManifestKey,
    /// Where it stands.
    pub state: State,
    /// Test traffic.
    pub test: bool,
    /// When it was received.
    pub receive_time: Timestamp,
    /// The roll-up's word.
    pub verdict: String,
    /// The receipt as first stored.
    pub receipt: Vec<u8>,
    /// The salt of the digest in the receipt, where it was asked for and the manifest's key lives.
    pub received_salt: Option<ReceivedSalt>,
}

impl std::fmt::Debug for ReconciledRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReconciledRow")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// One page, in the order of recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciledPage {
    /// What was received.
    pub rows: Vec<ReconciledRow>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<FeedPosition>,
}
