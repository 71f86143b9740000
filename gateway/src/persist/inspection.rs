//! What an inspection found, as bytes and columns, and what it counts for.

use jiff::{Timestamp, civil::Date};
use scoring::reliability::{EntityKey, EntityKind, PeerGroup, TrackRecord};
use scoring::{Counter, CounterKey, Head};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One report of an inspection, ready to be recorded. `Debug` prints no report.
#[derive(Clone, PartialEq)]
pub struct Inspection {
    /// Which manifest was examined.
    pub manifest_id: Uuid,
    /// The post that examined; the manifest is bound for it.
    pub border_post_code: String,
    /// The post's own reference.
    pub outcome_reference: String,
    /// Restatement number.
    pub revision: u32,
    /// Which part of the manifest, in the contract's words; a correction keeps it.
    pub subject: String,
    /// SHA-256 of what was reported: settles repeats.
    pub digest: [u8; 32],
    /// What was reported, as it is to be told again.
    pub report: Vec<u8>,
    /// An irregularity was found.
    pub irregular: bool,
    /// A critical one.
    pub critical: bool,
    /// The conveyance was drawn for a random check.
    pub drawn_at_random: bool,
    /// When the inspection ended.
    pub examine_time: Timestamp,
    /// When the report came.
    pub report_time: Timestamp,
    /// Who reports.
    pub partner_id: String,
    /// The caller's id of the request, for audit.
    pub request_id: Option<String>,
    /// What it counts for.
    pub counted: Counted,
}

impl std::fmt::Debug for Inspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspection")
            .field("manifest_id", &self.manifest_id)
            .field("border_post_code", &self.border_post_code)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// A recorded report. `Debug` prints no report.
#[derive(Clone, PartialEq)]
pub struct RecordedInspection {
    /// Which manifest was examined.
    pub manifest_id: Uuid,
    /// Number among the manifest's reports, from 1; revisions share it.
    pub number: i64,
    /// The post that examined.
    pub border_post_code: String,
    /// The post's own reference.
    pub outcome_reference: String,
    /// Restatement number.
    pub revision: u32,
    /// Which part of the manifest.
    pub subject: String,
    /// What was reported.
    pub report: Vec<u8>,
    /// An irregularity was found.
    pub irregular: bool,
    /// A critical one.
    pub critical: bool,
    /// The conveyance was drawn for a random check.
    pub drawn_at_random: bool,
    /// When the inspection ended.
    pub examine_time: Timestamp,
    /// When the report came.
    pub report_time: Timestamp,
    /// True when this is the answer to an earlier report of the same words.
    pub repeated: bool,
}

impl std::fmt::Debug for RecordedInspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedInspection")
            .field("manifest_id", &self.manifest_id)
            .field("number", &self.number)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// What a report counts for. Kept with it, so that a correction takes back exactly this.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    /// The day that history is known up to with it.
    pub date: Option<Date>,
    /// What it adds to the history counters.
    pub counters: Vec<(CounterKey, Counter)>,
    /// Whose records it goes into, each with what was found.
    pub entities: Vec<(EntityKey, bool)>,
    /// When it was found, for those records: seconds since 1970.
    pub at_seconds: i64,
    /// Does it say what is usual in the peer groups? Only random checks do.
    pub random: bool,
    /// What was predicted beside what was found.
    pub calibration: Vec<Predicted>,
}

/// One prediction beside what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// Digest of the bundle that predicted.
    pub bundle_digest: String,
    /// Which question.
    pub head: Head,
    /// Its answer, 0 to 1.
    pub probability: f64,
    /// What was found.
    pub found: bool,
}

/// Sums of predictions in one tenth of the probability.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationRow {
    /// Digest of the bundle that predicted.
    pub bundle_digest: String,
    /// Which question.
    pub head: Head,
    /// Random checks only, or all others.
    pub drawn_at_random: bool,
    /// The tenth, 0 to 9.
    pub bin: i64,
    /// How many outcomes.
    pub outcomes: i64,
    /// Sum of the predicted probabilities.
    pub predicted: f64,
    /// How many of them were found.
    pub found: i64,
}

/// What the store knows about some entrepreneurs and about their groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    /// The record of each that has one.
    pub records: Vec<(EntityKey, TrackRecord)>,
    /// The groups that anything is known about.
    pub groups: Vec<(EntityKind, PeerGroup)>,
}

/// The word of a head in rows and reports.
#[must_use]
pub const fn head_word(head: Head) -> &'static str {
    match head {
        Head::Fraud => "FRAUD",
        Head::Critical => "CRITICAL",
    }
}

/// The head of a word.
#[must_use]
pub(super) fn head_of(word: &str) -> Option<Head> {
    [Head::Fraud, Head::Critical].into_iter().find(|head| head_word(*head) == word)
}

/// Count, mean, squared deviations: float64 as bits, which come back exactly.
type MomentsForm = (i64, u64, u64);

/// Kind, hash, outcomes, irregular, critical, moments of value and mass.
type CounterForm = (i64, i64, i64, i64, i64, Option<(MomentsForm, MomentsForm)>);

#[derive(Serialize, Deserialize)]
struct CountedForm {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// Kind, hash, outcomes, irregular, critical, and the moments where there are any.
    counters: Vec<CounterForm>,
    /// Kind, hash, irregular.
    entities: Vec<(i64, i64, bool)>,
    at: i64,
    random: bool,
    /// Bundle, head, probability's bits, found.
    calibration: Vec<(String, String, u64, bool)>,
}

impl Counted {
    /// The bytes to store.
    pub(super) fn encode(&self) -> Vec<u8> {
        let moments = |m: &scoring::Moments| (m.n, m.mean.to_bits(), m.m2.to_bits());
        let form = CountedForm {
            v: 1,
            date: self.date.map(|date| date.to_string()),
            counters: self
                .counters
                .iter()
                .map(|(key, c)| {
                    let some = c.value.n != 0 || c.mass.n != 0;
                    let both = some.then(|| (moments(&c.value), moments(&c.mass)));
                    (key.kind.code(), key.hash, c.n, c.fraud, c.critical, both)
                })
                .collect(),
            entities: self.entities.iter().map(|(key, y)| (key.kind.code(), key.hash, *y)).collect(),
            at: self.at_seconds,
            random: self.random,
            calibration: self
                .calibration
                .iter()
                .map(|p| {
                    (p.bundle_digest.clone(), head_word(p.head).to_owned(), p.probability.to_bits(), p.found)
                })
                .collect(),
        };
        // Plain values into memory: nothing can fail.
        serde_json::to_vec(&form).unwrap_or_default()
    }

    /// What was stored; `None` when it is damaged.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let form: CountedForm =
            serde_json::from_slice(bytes).ok().filter(|form: &CountedForm| form.v == 1)?;
        let moments = |(n, mean, m2): MomentsForm| scoring::Moments {
            n,
            mean: f64::from_bits(mean),
            m2: f64::from_bits(m2),
        };
        Some(Self {
            date: form.date.map(|date| date.parse()).transpose().ok()?,
            counters: form
                .counters
                .into_iter()
                .map(|(kind, hash, n, fraud, critical, both)| {
                    let kind = scoring::CounterKind::from_code(kind)?;
                    let (value, mass) = both.map(|(v, m)| (moments(v), moments(m))).unwrap_or_default();
                    Some((CounterKey { kind, hash }, Counter { n, fraud, critical, value, mass }))
                })
                .collect::<Option<_>>()?,
            entities: form
                .entities
                .into_iter()
                .map(|(kind, hash, y)| Some((EntityKey { kind: EntityKind::from_code(kind)?, hash }, y)))
                .collect::<Option<_>>()?,
            at_seconds: form.at,
            random: form.random,
            calibration: form
                .calibration
                .into_iter()
                .map(|(bundle_digest, head, probability, found)| {
                    let probability = f64::from_bits(probability);
                    Some(Predicted { bundle_digest, head: head_of(&head)?, probability, found })
                })
                .collect::<Option<_>>()?,
        })
    }
}
