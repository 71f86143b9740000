//! The words of a record: short, for ever, and each readable back.

use std::borrow::Cow;

use manifest::finding::{About, FindingCode, Severity};

use crate::features::MEASURED;
use crate::policy::PublicReason;
use crate::pre_decision::SubjectRef;

/// The word of a public reason; a finding's is its own code.
pub(super) fn public_word(reason: &PublicReason) -> Cow<'static, str> {
    match reason.finding() {
        Some(code) => format!("FINDING:{}", code.as_str()).into(),
        None => reason.as_str().into(),
    }
}

pub(super) fn public_of(word: &str) -> Option<PublicReason> {
    if let Some(code) = word.strip_prefix("FINDING:") {
        return FindingCode::parse(code).map(PublicReason::Finding);
    }
    [
        PublicReason::RiskAssessment,
        PublicReason::DocumentaryCheck,
        PublicReason::NoDecision,
        PublicReason::TravellersWithheld,
        PublicReason::RulesOnly,
    ]
    .into_iter()
    .find(|reason| reason.as_str() == word)
}

// Subjects: V the conveyance, C consignment, W crew member, P passenger, M the manifest, G goods item.

pub(super) fn subject_text(subject: SubjectRef) -> String {
    match subject {
        SubjectRef::Conveyance => "V".to_owned(),
        SubjectRef::Consignment(place) => format!("C{place}"),
        SubjectRef::CrewMember(place) => format!("W{place}"),
        SubjectRef::Passenger(place) => format!("P{place}"),
    }
}

pub(super) fn subject_of(text: &str) -> Option<SubjectRef> {
    match (text.get(..1)?, text.get(1..)?) {
        ("V", "") => Some(SubjectRef::Conveyance),
        ("C", place) => place.parse().ok().map(SubjectRef::Consignment),
        ("W", place) => place.parse().ok().map(SubjectRef::CrewMember),
        ("P", place) => place.parse().ok().map(SubjectRef::Passenger),
        _ => None,
    }
}

pub(super) fn about_text(about: About) -> String {
    match about {
        About::Manifest => "M".to_owned(),
        About::Conveyance => "V".to_owned(),
        About::Consignment(place) => format!("C{place}"),
        About::GoodsItem { consignment, item } => format!("G{consignment}.{item}"),
        About::CrewMember(place) => format!("W{place}"),
        About::Passenger(place) => format!("P{place}"),
    }
}

pub(super) fn about_of(text: &str) -> Option<About> {
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

pub(super) fn letter(severity: Severity) -> char {
    match severity {
        Severity::Note => 'N',
        Severity::Warning => 'W',
        Severity::Blocking => 'B',
    }
}

pub(super) fn severity_of(letter: char) -> Option<Severity> {
    [Severity::Note, Severity::Warning, Severity::Blocking].into_iter().find(|s| self::letter(*s) == letter)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 without padding of the little-endian bytes of measured features.
pub(super) fn base64(values: [f32; MEASURED]) -> String {
    let mut bytes = [0; MEASURED * 4];
    for (four, value) in bytes.chunks_exact_mut(4).zip(values) {
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

pub(super) fn measured(text: &str) -> Option<[f32; MEASURED]> {
    let mut bytes = Vec::with_capacity(MEASURED * 4 + 2);
    for four in text.as_bytes().chunks(4) {
        let mut group = 0u32;
        for letter in four {
            group = group << 6 | ALPHABET.iter().position(|a| a == letter)? as u32;
        }
        group <<= 6 * (4 - four.len());
        bytes.extend_from_slice(&group.to_be_bytes()[1..four.len()]);
    }
    let mut values = [0.0; MEASURED];
    if bytes.len() != MEASURED * 4 {
        return None;
    }
    for (value, four) in values.iter_mut().zip(bytes.chunks_exact(4)) {
        *value = f32::from_le_bytes(four.try_into().ok()?);
    }
    Some(values)
}
