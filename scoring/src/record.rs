//! The stored form of pre-decisions: one versioned JSON text with the evidence beside the advice.
//!
//! Compact on purpose, for it is written while a partner waits: vectors are base64 of little-endian float32, counters
//! plain lists, empty parts left out. Older versions stay readable; a new meaning is a new version.

use serde::{Deserialize, Serialize};

use crate::case::CrewMember;
use crate::features::{FeatureVector, Undeclared, WIDTH, from_counters};
use crate::history::{Counter, CounterKind, Moments};
use crate::measures::KEYS;
use crate::policy::{PublicReason, Reason, ReasonCode};
use crate::pre_decision::{DecidingItem, Head, OfficerPart, PreDecision, SubjectRef, Verdict, Withheld};
use crate::scorer::{Capacity, Decided, Evidence, Identity, ItemEvidence, Scored, Scorer, Shape, finish};
use manifest::finding::{About, FindingCode, Severity};

/// Version of the form.
pub const VERSION: u32 = 1;

/// Why a stored record cannot be read or made again.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not the JSON that a record is.
    #[error("pre-decision record is malformed: {0}")]
    Malformed(String),
    /// Written by a version that this build does not know.
    #[error("pre-decision record has version {0}, known is {VERSION}")]
    Version(u32),
    /// Another model or policy judged.
    #[error("pre-decision record was made by bundle {bundle} and policy {policy}, not by the loaded ones")]
    Identity {
        /// Digest of its bundle.
        bundle: String,
        /// Digest of its policy.
        policy: String,
    },
    /// The vector of a goods item does not follow from the history values beside it.
    #[error("goods item {0}: the stored features do not follow from the stored history values")]
    History(usize),
    /// The same evidence gave other pre-decisions.
    #[error("the evidence gives other pre-decisions than were stored")]
    Differs,
}

/// The bytes to store.
#[must_use]
pub fn encode(decided: &Decided) -> Vec<u8> {
    // Serializing plain owned values into memory has no way to fail; an empty record would be refused when read.
    serde_json::to_vec(&Stored::of(decided)).unwrap_or_default()
}

/// Reads stored bytes.
///
/// # Errors
/// When they are not a record, or one of another version.
pub fn decode(bytes: &[u8]) -> Result<Decided, RecordError> {
    #[derive(Deserialize)]
    struct Head {
        v: u32,
    }
    let malformed = |error: serde_json::Error| RecordError::Malformed(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(malformed)?;
    if head.v != VERSION {
        return Err(RecordError::Version(head.v));
    }
    let stored: Stored = serde_json::from_slice(bytes).map_err(malformed)?;
    stored.decided().ok_or_else(|| RecordError::Malformed("a code, place or vector is not known".into()))
}

/// Judges a stored record again from its own evidence and proves that the same bytes come out.
///
/// # Errors
/// When the record cannot be read, was made by others, contradicts itself, or comes out differently.
pub fn recompute(scorer: &Scorer, bytes: &[u8]) -> Result<Decided, RecordError> {
    let stored = decode(bytes)?;
    for (place, item) in stored.evidence.items.iter().enumerate() {
        let counted = from_counters(&item.counters);
        if counted.iter().zip(&item.vector.0).any(|(a, b)| a.to_bits() != b.to_bits()) {
            return Err(RecordError::History(place));
        }
    }
    let scored = match (&stored.evidence.identity, stored.evidence.withheld) {
        (Some(identity), _) if identity == scorer.identity() => scorer.judge(stored.evidence),
        (Some(identity), _) => {
            return Err(RecordError::Identity {
                bundle: identity.bundle_digest.clone(),
                policy: identity.policy_digest.clone(),
            });
        }
        (None, reason) => Scored::unjudged(stored.evidence, reason.unwrap_or(Withheld::ScoringFailed)),
    };
    let again = finish(scored, &Capacity::default());
    if encode(&again) == bytes { Ok(again) } else { Err(RecordError::Differs) }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    by: Option<By>,
    /// Goods items of each consignment; only a truck has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cargo: Option<Vec<usize>>,
    /// A truck that is declared empty.
    #[serde(default, skip_serializing_if = "is_false")]
    empty: bool,
    /// Number of passengers; only a coach has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coach: Option<usize>,
    /// `d` for a driver, `o` for another, in order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    crew: String,
    /// The mode is one for which nothing is decided.
    #[serde(default, skip_serializing_if = "is_false")]
    mode_not_decided: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld: Option<String>,
    /// Base rates: outcomes, irregular, critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<[i64; 3]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<Item>,
    /// Code, severity, subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<(String, char, String)>,
    decisions: Vec<Decision>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    bundle: String,
    version: String,
    bundle_digest: String,
    features: String,
    policy: String,
    policy_digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    /// The vector.
    x: String,
    /// Outcomes, irregular, critical of each kind by its code from 1.
    h: Vec<i64>,
    /// Moments of the HS code's unit value and mass: count, mean, squared deviations of each; the latter two as the
    /// bits of a float64, which come back exactly whatever they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    m: Option<(i64, u64, u64, i64, u64, u64)>,
    /// Kinds of counters for which something was not declared: the bit of a kind is its code.
    #[serde(default, skip_serializing_if = "is_zero")]
    u: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    of: String,
    verdict: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    public: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fraud: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    critical: Option<f32>,
    #[serde(default, skip_serializing_if = "is_false")]
    no_precedent: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Why>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<Deciding>,
}

/// Code, parameters, contribution.
type Why = (String, Vec<String>, Option<f64>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deciding {
    /// Consignment and item.
    at: (usize, usize),
    fraud: f32,
    critical: f32,
    /// The critical head is explained, not the other.
    #[serde(default, skip_serializing_if = "is_false")]
    by_critical: bool,
    base: f64,
    why: Vec<Why>,
    rest: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl Stored {
    fn of(decided: &Decided) -> Self {
        let evidence = &decided.evidence;
        let (cargo, coach, crew): (_, _, &[CrewMember]) = match &evidence.shape {
            Shape::Cargo { items, crew } => (Some(items.clone()), None, crew),
            Shape::EmptyTruck { crew } => (None, None, crew),
            Shape::Coach { crew, passengers } => (None, Some(*passengers), crew),
            Shape::ModeNotDecided | Shape::Unknown => (None, None, &[]),
        };
        Self {
            v: VERSION,
            by: evidence.identity.as_ref().map(By::of),
            cargo,
            empty: matches!(evidence.shape, Shape::EmptyTruck { .. }),
            coach,
            crew: crew.iter().map(|m| if *m == CrewMember::Driver { 'd' } else { 'o' }).collect(),
            mode_not_decided: evidence.shape == Shape::ModeNotDecided,
            as_of: evidence.history_as_of.map(|day| day.to_string()),
            withheld: evidence.withheld.map(|reason| reason.as_str().to_owned()),
            base: evidence.items.first().map(|item| counts(&item.counters[0])),
            items: evidence.items.iter().map(Item::of).collect(),
            findings: evidence
                .findings
                .iter()
                .map(|(code, severity, about)| {
                    (code.as_str().to_owned(), letter(*severity), about_text(*about))
                })
                .collect(),
            decisions: decided.pre_decisions.iter().map(Decision::of).collect(),
        }
    }

    fn decided(self) -> Option<Decided> {
        let crew = self.crew.chars().map(|letter| match letter {
            'd' => Some(CrewMember::Driver),
            'o' => Some(CrewMember::Other),
            _ => None,
        });
        let crew = crew.collect::<Option<Vec<_>>>()?;
        let base = self.base.unwrap_or_default();
        Some(Decided {
            evidence: Evidence {
                identity: self.by.map(By::identity),
                shape: match (self.cargo, self.empty, self.coach, self.mode_not_decided) {
                    (Some(items), false, None, false) => Shape::Cargo { items, crew },
                    (None, true, None, false) => Shape::EmptyTruck { crew },
                    (None, false, Some(passengers), false) => Shape::Coach { crew, passengers },
                    (None, false, None, true) => Shape::ModeNotDecided,
                    (None, false, None, false) => Shape::Unknown,
                    _ => return None,
                },
                history_as_of: match self.as_of {
                    Some(day) => Some(day.parse().ok()?),
                    None => None,
                },
                withheld: match self.withheld {
                    Some(word) => Some(Withheld::parse(&word)?),
                    None => None,
                },
                items: self.items.into_iter().map(|item| item.evidence(base)).collect::<Option<_>>()?,
                findings: self
                    .findings
                    .into_iter()
                    .map(|(code, severity, about)| {
                        Some((FindingCode::parse(&code)?, severity_of(severity)?, about_of(&about)?))
                    })
                    .collect::<Option<_>>()?,
            },
            pre_decisions: self.decisions.into_iter().map(Decision::pre_decision).collect::<Option<_>>()?,
        })
    }
}

impl By {
    fn of(identity: &Identity) -> Self {
        Self {
            bundle: identity.bundle_name.clone(),
            version: identity.bundle_version.clone(),
            bundle_digest: identity.bundle_digest.clone(),
            features: identity.feature_fingerprint.clone(),
            policy: identity.policy_version.clone(),
            policy_digest: identity.policy_digest.clone(),
        }
    }

    fn identity(self) -> Identity {
        Identity {
            bundle_name: self.bundle,
            bundle_version: self.version,
            bundle_digest: self.bundle_digest,
            feature_fingerprint: self.features,
            policy_version: self.policy,
            policy_digest: self.policy_digest,
        }
    }
}

fn counts(counter: &Counter) -> [i64; 3] {
    [counter.n, counter.fraud, counter.critical]
}

impl Item {
    fn of(item: &ItemEvidence) -> Self {
        let hs6 = &item.counters[CounterKind::Hs6 as usize];
        let (v, m) = (hs6.value, hs6.mass);
        Self {
            x: base64(&item.vector),
            h: item.counters[1..].iter().flat_map(counts).collect(),
            m: (v != Moments::default() || m != Moments::default())
                .then(|| (v.n, v.mean.to_bits(), v.m2.to_bits(), m.n, m.mean.to_bits(), m.m2.to_bits())),
            u: item.undeclared.0,
        }
    }

    fn evidence(self, base: [i64; 3]) -> Option<ItemEvidence> {
        let mut counters = [Counter::default(); KEYS + 1];
        if self.h.len() != KEYS * 3 {
            return None;
        }
        for (counter, values) in counters.iter_mut().zip(base.chunks(3).chain(self.h.chunks(3))) {
            (counter.n, counter.fraud, counter.critical) = (values[0], values[1], values[2]);
        }
        if let Some((vn, v_mean, v_m2, mn, m_mean, m_m2)) = self.m {
            let hs6 = &mut counters[CounterKind::Hs6 as usize];
            let of = |n, mean, m2| Moments { n, mean: f64::from_bits(mean), m2: f64::from_bits(m2) };
            hs6.value = of(vn, v_mean, v_m2);
            hs6.mass = of(mn, m_mean, m_m2);
        }
        Some(ItemEvidence { vector: vector(&self.x)?, counters, undeclared: Undeclared(self.u) })
    }
}

impl Decision {
    fn of(decision: &PreDecision) -> Self {
        let officer = &decision.officer;
        Self {
            of: subject_text(decision.subject),
            verdict: decision.verdict.as_str().to_owned(),
            public: decision.public_reasons.iter().map(public_word).collect(),
            fraud: officer.fraud_probability,
            critical: officer.critical_probability,
            no_precedent: officer.no_precedent,
            rules: officer.rules.iter().map(why).collect(),
            items: officer
                .deciding_items
                .iter()
                .map(|item| Deciding {
                    at: (item.consignment, item.item),
                    fraud: item.fraud_probability,
                    critical: item.critical_probability,
                    by_critical: item.head == Head::Critical,
                    base: item.base_log_odds,
                    why: item.reasons.iter().map(why).collect(),
                    rest: item.rest,
                })
                .collect(),
        }
    }

    fn pre_decision(self) -> Option<PreDecision> {
        Some(PreDecision {
            subject: subject_of(&self.of)?,
            verdict: Verdict::parse(&self.verdict)?,
            public_reasons: self.public.iter().map(|word| public_of(word)).collect::<Option<_>>()?,
            officer: OfficerPart {
                fraud_probability: self.fraud,
                critical_probability: self.critical,
                no_precedent: self.no_precedent,
                rules: self.rules.into_iter().map(reason).collect::<Option<_>>()?,
                deciding_items: self
                    .items
                    .into_iter()
                    .map(|item| {
                        Some(DecidingItem {
                            consignment: item.at.0,
                            item: item.at.1,
                            fraud_probability: item.fraud,
                            critical_probability: item.critical,
                            head: if item.by_critical { Head::Critical } else { Head::Fraud },
                            base_log_odds: item.base,
                            reasons: item.why.into_iter().map(reason).collect::<Option<_>>()?,
                            rest: item.rest,
                        })
                    })
                    .collect::<Option<_>>()?,
            },
        })
    }
}

fn why(reason: &Reason) -> Why {
    (reason.code.as_str().to_owned(), reason.parameters.clone(), reason.contribution)
}

fn reason((code, parameters, contribution): Why) -> Option<Reason> {
    Some(Reason { code: ReasonCode::parse(&code)?, parameters, contribution })
}

/// The word of a public reason; a finding's is its own code.
fn public_word(reason: &PublicReason) -> String {
    match reason.finding() {
        Some(code) => format!("FINDING:{}", code.as_str()),
        None => reason.as_str().to_owned(),
    }
}

fn public_of(word: &str) -> Option<PublicReason> {
    if let Some(code) = word.strip_prefix("FINDING:") {
        return FindingCode::parse(code).map(PublicReason::Finding);
    }
    [PublicReason::RiskAssessment, PublicReason::DocumentaryCheck, PublicReason::NoDecision]
        .into_iter()
        .find(|reason| reason.as_str() == word)
}

// Subjects: V the conveyance, C consignment, W crew member, P passenger, M the manifest, G goods item.

fn subject_text(subject: SubjectRef) -> String {
    match subject {
        SubjectRef::Conveyance => "V".to_owned(),
        SubjectRef::Consignment(place) => format!("C{place}"),
        SubjectRef::CrewMember(place) => format!("W{place}"),
        SubjectRef::Passenger(place) => format!("P{place}"),
    }
}

fn subject_of(text: &str) -> Option<SubjectRef> {
    match (text.get(..1)?, text.get(1..)?) {
        ("V", "") => Some(SubjectRef::Conveyance),
        ("C", place) => place.parse().ok().map(SubjectRef::Consignment),
        ("W", place) => place.parse().ok().map(SubjectRef::CrewMember),
        ("P", place) => place.parse().ok().map(SubjectRef::Passenger),
        _ => None,
    }
}

fn about_text(about: About) -> String {
    match about {
        About::Manifest => "M".to_owned(),
        About::Conveyance => "V".to_owned(),
        About::Consignment(place) => format!("C{place}"),
        About::GoodsItem { consignment, item } => format!("G{consignment}.{item}"),
        About::CrewMember(place) => format!("W{place}"),
        About::Passenger(place) => format!("P{place}"),
    }
}

fn about_of(text: &str) -> Option<About> {
    match (text.get(..1)?, text.get(1..)?) {
        ("M", "") => Some(About::Manifest),
        ("G", places) => {
            let (consignment, item) = places.split_once('.')?;
            Some(About::GoodsItem { consignment: consignment.parse().ok()?, item: item.parse().ok()? })
        }
        _ => Some(match subject_of(text)? {
            SubjectRef::Conveyance => About::Conveyance,
            SubjectRef::Consignment(place) => About::Consignment(place),
            SubjectRef::CrewMember(place) => About::CrewMember(place),
            SubjectRef::Passenger(place) => About::Passenger(place),
        }),
    }
}

fn letter(severity: Severity) -> char {
    match severity {
        Severity::Note => 'N',
        Severity::Warning => 'W',
        Severity::Blocking => 'B',
    }
}

fn severity_of(letter: char) -> Option<Severity> {
    [Severity::Note, Severity::Warning, Severity::Blocking].into_iter().find(|s| self::letter(*s) == letter)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 without padding of the vector's little-endian bytes.
fn base64(vector: &FeatureVector) -> String {
    let mut bytes = [0; WIDTH * 4];
    for (four, value) in bytes.chunks_exact_mut(4).zip(vector.0) {
        four.copy_from_slice(&value.to_le_bytes());
    }
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for three in bytes.chunks(3) {
        let group =
            three.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for sextet in 0..=three.len() {
            text.push(char::from(ALPHABET[(group >> (18 - 6 * sextet) & 63) as usize]));
        }
    }
    text
}

fn vector(text: &str) -> Option<FeatureVector> {
    let mut bytes = Vec::with_capacity(WIDTH * 4 + 2);
    for four in text.as_bytes().chunks(4) {
        let mut group = 0u32;
        for letter in four {
            group = group << 6 | ALPHABET.iter().position(|a| a == letter)? as u32;
        }
        group <<= 6 * (4 - four.len());
        bytes.extend_from_slice(&group.to_be_bytes()[1..four.len()]);
    }
    let mut vector = [0.0; WIDTH];
    if bytes.len() != WIDTH * 4 {
        return None;
    }
    for (value, four) in vector.iter_mut().zip(bytes.chunks_exact(4)) {
        *value = f32::from_le_bytes(four.try_into().ok()?);
    }
    Some(FeatureVector(vector))
}
