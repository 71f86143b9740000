//! What intake hands over to be made durable, and what it gets back.

use jiff::Timestamp;
use uuid::Uuid;

use manifest::{ManifestKey, State};
use scoring::Capacity;

use super::{ContentDigest, Error, Link, ReceivedSalt};

/// An id for a new manifest: UUID version 7, so that ids sort by the time of receipt.
#[must_use]
pub fn new_manifest_id(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

macro_rules! words {
    ($(#[doc = $doc:literal])+ $enum:ident { $( $(#[doc = $each:literal])+ $name:ident = $word:literal, )+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum { $( $(#[doc = $each])+ $name, )+ }

        impl $enum {
            /// Every one there is, in declaration order.
            pub const ALL: &[$enum] = &[$( $enum::$name, )+];

            /// The word under which it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( $enum::$name => $word, )+ }
            }

            /// The one that a stored word names.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some($enum::$name), )+ _ => None }
            }
        }
    };
}
pub(crate) use words;

/// Finishes a decision inside the transaction. A pure function: it may be called again when a batch is written a
/// second time, and must not block, log or read the clock.
///
/// It is told where the manifest stands now that it is recorded beside its other revisions.
pub type Finish = Box<dyn Fn(&Capacity, State) -> Finished + Send + Sync>;

/// A finished decision, as bytes and columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finished {
    /// The receipt, returned unchanged on every repeat. Without the salt, which lies under the manifest's key.
    pub receipt: Vec<u8>,
    /// The pre-decisions, conveyance first, with what they recompute from: `scoring::record`.
    pub decisions: Vec<u8>,
    /// The roll-up's word, by which lists are read: `GREEN`, `YELLOW`, `RED` or `WITHHELD`.
    pub verdict: String,
    /// The worst probability of an irregularity, where goods were scored: what a post's scores are counted by.
    pub fraud_probability: Option<f32>,
    /// Rules alone decided: it is to be judged again.
    pub rules_only: bool,
    /// Under a post's budget: a finding, a record or the critical head asked for full control, whatever was left.
    pub always: bool,
}

/// Everything about one submission that becomes durable at once. `Debug` prints its key and id only.
pub struct Outcome {
    /// Its id, from [`new_manifest_id`].
    pub id: Uuid,
    /// Its key.
    pub key: ManifestKey,
    /// Digest of what was declared; settles repeats.
    pub content_digest: ContentDigest,
    /// The message's bytes as received. Sealed: they name people.
    pub received: Vec<u8>,
    /// What those bytes are: format and contract version.
    pub format: &'static str,
    /// The salt of the digest over them. Sealed.
    pub received_salt: ReceivedSalt,
    /// The depersonalised record, versioned.
    pub record: Vec<u8>,
    /// The natural persons, versioned. Sealed.
    pub persons: Option<Vec<u8>>,
    /// Findings without original values, versioned.
    pub findings: Vec<u8>,
    /// The findings' original values. Sealed.
    pub originals: Option<Vec<u8>>,
    /// Where it would stand alone: DRAFT, SUBMITTED, CLOSED or REJECTED.
    pub state: State,
    /// What it says otherwise than the revision before: kinds and paths, never a value. `None` for the first.
    pub changes: Option<Vec<u8>>,
    /// Test traffic: never in a feed but the submitter's own.
    pub test: bool,
    /// Border post of arrival.
    pub border_post_code: Option<String>,
    /// Mode, nationality, normalized registration and journey: the key under which a conveyance is in order. `None`
    /// when mode or registration is unknown.
    pub journey_key: Option<String>,
    /// Registration as normalized: what random checks are drawn by.
    pub conveyance_registration: Option<String>,
    /// Expected arrival.
    pub arrival_time: Option<Timestamp>,
    /// When the gateway received it.
    pub receive_time: Timestamp,
    /// The caller's id of the request, for audit.
    pub request_id: Option<String>,
    /// Other names under which it is found. Stored where it is the first under its key; a repeat's are not.
    pub links: Vec<Link>,
    /// Finishes the decision inside the transaction.
    pub finish: Finish,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outcome").field("id", &self.id).field("key", &self.key).finish_non_exhaustive()
    }
}

/// What stands in the store under a key: only from here an answer can be made. `Debug` prints key, id and state only.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The manifest's id.
    pub id: Uuid,
    /// Its key.
    pub key: ManifestKey,
    /// Digest of what was declared.
    pub content_digest: ContentDigest,
    /// Where it stands now.
    pub state: State,
    /// Test traffic.
    pub test: bool,
    /// When the gateway received it.
    pub receive_time: Timestamp,
    /// The receipt, byte for byte as first stored.
    pub receipt: Vec<u8>,
    /// The salt of the digest in the receipt; `None` once the manifest's key is destroyed.
    pub received_salt: Option<ReceivedSalt>,
    /// Findings without original values.
    pub findings: Vec<u8>,
    /// The findings' original values, while the manifest's key lives.
    pub originals: Option<Vec<u8>>,
    /// The pre-decisions' record.
    pub decisions: Vec<u8>,
    /// What it says otherwise than the revision before.
    pub changes: Option<Vec<u8>>,
    /// True when this is the answer to an earlier submission of the same words. Whoever answers it audits that.
    pub repeated: bool,
}

impl Recorded {
    /// What a submission with this digest under the same key is told.
    ///
    /// # Errors
    /// [`Error::RevisionConflict`] when it says something else than the one that is recorded.
    pub fn for_repeat_of(self, digest: &ContentDigest) -> Result<Self, Error> {
        if self.content_digest == *digest {
            Ok(Self { repeated: true, ..self })
        } else {
            Err(Error::RevisionConflict { id: self.id })
        }
    }
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded")
            .field("id", &self.id)
            .field("key", &self.key)
            .field("state", &self.state)
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}
