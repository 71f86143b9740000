//! What is read back: manifests, partners, border posts.

use jiff::Timestamp;
use manifest::{ManifestKey, Revision, State};
use scoring::{Counter, CounterKey};
use uuid::Uuid;

use super::{AuditEvent, AuditKind, ContentDigest, FeedPosition, ReceivedSalt};

/// A manifest in short: the columns that are searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestSummary {
    /// Its id; the resource name is `manifests/{id}`.
    pub id: Uuid,
    /// Its key.
    pub key: ManifestKey,
    /// Where it stands.
    pub state: State,
    /// Test traffic.
    pub test: bool,
    /// Border post of arrival.
    pub border_post_code: Option<String>,
    /// Registration of the conveyance as normalized.
    pub conveyance_registration: Option<String>,
    /// Expected arrival.
    pub arrival_time: Option<Timestamp>,
    /// When the gateway received it.
    pub receive_time: Timestamp,
    /// The roll-up's word: `GREEN`, `YELLOW`, `RED` or `WITHHELD`.
    pub verdict: String,
    /// When it came to the border post, as the post reports.
    pub arrive_time: Option<Timestamp>,
    /// When it was released, as the post reports.
    pub release_time: Option<Timestamp>,
    /// When the sender announced that it has arrived.
    pub announced_arrival_time: Option<Timestamp>,
}

/// One of the manifests under a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its id.
    pub id: Uuid,
    /// Its part; empty where there is none.
    pub part: String,
    /// Its restatement number.
    pub revision: Revision,
    /// Digest of what it declares.
    pub content_digest: ContentDigest,
    /// Where it stands.
    pub state: State,
}

/// Another name for a manifest, in its sender's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is called; what kind of name it is stands in front.
    pub said: String,
    /// The reference that it goes under.
    pub manifest_reference: String,
    /// Its part, where the name is that of one message; else empty.
    pub part: String,
    /// Its revision, where the name is that of one message; else 0.
    pub revision: u32,
}

/// How long one conveyance was at a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// The post.
    pub border_post_code: String,
    /// UN/ECE Recommendation 19 mode; empty where it is not known.
    pub mode_code: String,
    /// When it came.
    pub arrive_time: Timestamp,
    /// When it was released.
    pub release_time: Timestamp,
}

/// A manifest with everything that is kept of it but the received bytes. `Debug` prints the summary only.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredManifest {
    /// In short.
    pub summary: ManifestSummary,
    /// What the received bytes are.
    pub format: String,
    /// The depersonalised record.
    pub record: Vec<u8>,
    /// Findings without original values.
    pub findings: Vec<u8>,
    /// The receipt as first stored.
    pub receipt: Vec<u8>,
    /// What it says otherwise than the revision before.
    pub changes: Option<Vec<u8>>,
    /// What lies under the manifest's key.
    pub sealed: Sealed,
}

impl std::fmt::Debug for StoredManifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredManifest").field("summary", &self.summary).finish_non_exhaustive()
    }
}

/// What lies under a manifest's key, as far as it was asked for and still can be read.
#[derive(Clone, PartialEq, Eq)]
pub enum Sealed {
    /// Held, but not opened: it was not asked for.
    Closed,
    /// Opened. Reading it is audited by the asker.
    Open {
        /// The natural persons.
        persons: Option<Vec<u8>>,
        /// The findings' original values.
        originals: Option<Vec<u8>>,
        /// The salt of the digest in the receipt.
        received_salt: ReceivedSalt,
    },
    /// The manifest's key is destroyed.
    Destroyed,
}

/// Should what lies under the manifest's key be opened?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persons {
    /// Open it; the reading is to be audited.
    With,
    /// Leave it closed.
    Without,
}

/// The bytes as received, with what they are. `Debug` prints their length only.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedBytes {
    /// Format and contract version.
    pub format: String,
    /// Byte for byte.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for ReceivedBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceivedBytes({}, {} bytes)", self.format, self.bytes.len())
    }
}

/// The pre-decisions of one manifest. `Debug` prints the summary only.
#[derive(Clone, PartialEq, Eq)]
pub struct PreDecisions {
    /// Whose they are.
    pub summary: ManifestSummary,
    /// Conveyance first, with what they recompute from: `scoring::record`.
    pub decisions: Vec<u8>,
}

impl std::fmt::Debug for PreDecisions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreDecisions").field("summary", &self.summary).finish_non_exhaustive()
    }
}

/// Whose manifests may be seen. Test traffic is in the submitter's scope only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A submitter's own, test traffic among them.
    Partner(String),
    /// Everything live that is bound for a border post.
    BorderPost(String),
    /// Everything live: for analysts.
    All,
}

/// Which manifests of a scope are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManifestFilter {
    /// Only this reference.
    pub manifest_reference: Option<String>,
    /// Only received at or after this instant.
    pub receive_time_from: Option<Timestamp>,
    /// Only received before this instant.
    pub receive_time_before: Option<Timestamp>,
}

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestPage {
    /// In short form.
    pub manifests: Vec<ManifestSummary>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<FeedPosition>,
}

/// A registered partner as imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerRow {
    /// Stable id, lower case with hyphens.
    pub id: String,
    /// Role, loads, border posts, quota, subject URIs: JSON.
    pub settings_json: String,
    /// Trust anchors, PEM.
    pub anchors_pem: String,
    /// Revocation lists, PEM; empty where there are none.
    pub crls_pem: String,
    /// When the row last changed.
    pub updated_time: Timestamp,
}

/// A change of the registry: made as a whole, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryChange {
    /// Partners that are added or replaced; those that are not named stay.
    pub partners: Vec<PartnerRow>,
    /// Ids of partners that go.
    pub partners_removed: Vec<String>,
    /// Border posts that are added or replaced.
    pub border_posts: Vec<BorderPostRow>,
    /// Codes of border posts that go.
    pub border_posts_removed: Vec<String>,
    /// What is audited in the same transaction.
    pub audit: Vec<AuditEvent>,
}

/// What a change of the registry came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that were new.
    pub added: usize,
    /// Rows that changed.
    pub changed: usize,
    /// Rows that were there already, the same.
    pub unchanged: usize,
    /// Rows that went.
    pub removed: usize,
}

/// Which audited events are asked for: those that fit everything that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// At or after this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub before: Option<Timestamp>,
    /// Of this partner.
    pub partner_id: Option<String>,
    /// What happened.
    pub kind: Option<AuditKind>,
    /// About this manifest.
    pub manifest_id: Option<Uuid>,
}

/// A border post that the gateway knows more about than its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorderPostRow {
    /// Its code, for instance `UZ-GISHTKUPRIK`.
    pub code: String,
    /// Its settings: JSON.
    pub settings_json: String,
    /// When the row last changed.
    pub updated_time: Timestamp,
}

/// One past outcome, as far as it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// Which declaration it comes from: the same one counts once, however often it is imported.
    pub source_id: String,
    /// Day of the declaration.
    pub date: jiff::civil::Date,
    /// What it adds to the counters: `scoring::Scorer::updates`.
    pub updates: Vec<(CounterKey, Counter)>,
}

/// What an import of history came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryImported {
    /// Outcomes that were counted.
    pub counted: u64,
    /// Outcomes that had been counted before.
    pub repeated: u64,
    /// Of these, those that say otherwise than what was counted, where that is known. What was counted stands.
    pub changed: u64,
}
