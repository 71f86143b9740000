//! The pre-decisions of an answer in the form in which they travel. Fifty travellers of a coach are mostly told the same:
//! it is put into words and encoded once, and for each of them only the name and the subject are written before it.

use std::fmt::Write as _;

use prost::{
    Message as _,
    bytes::BufMut,
    encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len},
};
use proto::v1;
use scoring::{Decided, PreDecision, PublicReason, SubjectRef, Verdict};
use uuid::Uuid;

use super::{
    Circumstances, Language, Unreadable,
    pre_decision::{digests, one},
    value::subject,
};

/// `SubmitManifestResponse.pre_decisions`.
const PRE_DECISIONS: u32 = 3;
/// The fields of `PreDecision` that differ from part to part: `name`, `subject`, `subject_reference`.
const OWN: [u32; 3] = [1, 2, 3];

/// More different things than this are seldom told about one manifest; the rest is encoded one by one.
const MOST_KEPT: usize = 16;

/// Pre-decisions as they travel, the conveyance first.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Fields of `SubmitManifestResponse`, keys included.
    bytes: Vec<u8>,
    verdicts: Vec<Verdict>,
}

impl Told {
    /// What an answer to a submission tells: what is the same in all of them is told once, with the conveyance.
    pub(super) fn of(
        manifest_id: Uuid,
        circumstances: &Circumstances,
        decided: &Decided,
        language: Language,
    ) -> Self {
        let parts = &decided.pre_decisions;
        let mut told = Self {
            bytes: Vec::with_capacity(parts.len().saturating_mul(192)),
            verdicts: parts.iter().map(|part| part.verdict).collect(),
        };
        let mut common = Common::default();
        let mut name = format!("manifests/{manifest_id}/preDecisions/");
        let prefix = name.len();
        for (number, part) in parts.iter().enumerate() {
            name.truncate(prefix);
            let _ = write!(name, "{number}"); // a text takes whatever is written
            let reference = match part.subject {
                SubjectRef::Consignment(place) => {
                    circumstances.consignment_references.get(place).map_or("", String::as_str)
                }
                _ => "",
            };
            let first = (number == 0).then(|| digests(circumstances, decided));
            let own = [name.as_str(), &subject(part.subject), reference];
            told.put(own, common.of(part, first, circumstances, language));
        }
        told
    }

    fn put(&mut self, own: [&str; 3], common: &[u8]) {
        let fields = OWN.iter().zip(own).filter(|(_, text)| !text.is_empty());
        let length = |(field, text): (&u32, &str)| {
            key_len(*field) + encoded_len_varint(text.len() as u64) + text.len()
        };
        let length = fields.clone().map(length).sum::<usize>() + common.len();
        encode_key(PRE_DECISIONS, WireType::LengthDelimited, &mut self.bytes);
        encode_varint(length as u64, &mut self.bytes);
        for (field, text) in fields {
            encode_key(*field, WireType::LengthDelimited, &mut self.bytes);
            encode_varint(text.len() as u64, &mut self.bytes);
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self.bytes.extend_from_slice(common);
    }

    /// The verdicts, in the same order.
    pub(super) fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// How many bytes they take in an answer.
    pub(super) fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes them into an answer.
    pub(super) fn encode(&self, out: &mut impl BufMut) {
        out.put_slice(&self.bytes);
    }

    /// As messages, to embed them in another.
    pub(super) fn messages(&self) -> Result<Vec<v1::PreDecision>, Unreadable> {
        v1::SubmitManifestResponse::decode(&*self.bytes)
            .map(|answer| answer.pre_decisions)
            .map_err(|error| Unreadable::new("pre-decisions", error))
    }
}

/// What was told of some part, encoded without what is its own.
#[derive(Default)]
struct Common<'d> {
    known: Vec<(Verdict, &'d [PublicReason], Vec<u8>)>,
    last: Vec<u8>,
}

impl<'d> Common<'d> {
    fn of(
        &mut self,
        part: &'d PreDecision,
        digests: Option<v1::DecisionDigests>,
        circumstances: &Circumstances,
        language: Language,
    ) -> &[u8] {
        let reasons = part.public_reasons.as_slice();
        let alike = |(verdict, said, _): &(Verdict, &[PublicReason], Vec<u8>)| {
            *verdict == part.verdict && *said == reasons
        };
        let plain = digests.is_none();
        if plain && let Some(place) = self.known.iter().position(alike) {
            return &self.known[place].2;
        }
        let message = v1::PreDecision {
            subject: String::new(),
            subject_reference: String::new(),
            digests,
            ..one(part, circumstances, language)
        };
        let bytes = message.encode_to_vec();
        if plain && self.known.len() < MOST_KEPT {
            self.known.push((part.verdict, reasons, bytes));
            return self.known.last().map_or(&[], |(.., bytes)| bytes);
        }
        self.last = bytes;
        &self.last
    }
}
