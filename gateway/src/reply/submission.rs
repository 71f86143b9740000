//! What was recorded becomes the answer to the one who submitted it, the first time and every time after.

use manifest::{State, record::decode_findings};
use prost::{
    Message as _,
    bytes::BufMut,
    encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len},
};
use proto::v1;
use scoring::{Decided, Verdict};
use uuid::Uuid;

use super::{
    Circumstances, Language, Unreadable, changes::told_changes, decode_decisions, finding, manifest_state,
    receipt, told::Told,
};

/// What stands in the store about one submission, as bytes.
#[derive(Clone, Copy)]
pub struct Recorded<'a> {
    /// The manifest's id.
    pub id: Uuid,
    /// Where the manifest stands now.
    pub state: State,
    /// The receipt as stored.
    pub receipt: &'a [u8],
    /// Salt of its digest, while the manifest's key lives.
    pub received_salt: Option<&'a [u8]>,
    /// Findings without original values.
    pub findings: &'a [u8],
    /// Original values, while the manifest's key lives.
    pub originals: Option<&'a [u8]>,
    /// Pre-decisions.
    pub decisions: Decisions<'a>,
    /// What it says otherwise than the revision before.
    pub changes: Option<&'a [u8]>,
    /// Was it recorded by an earlier submission of the same words?
    pub repeated: bool,
}

/// The pre-decisions of a submission.
#[derive(Clone, Copy)]
pub enum Decisions<'a> {
    /// As made a moment ago, and recorded since.
    Fresh(&'a Circumstances, &'a Decided),
    /// As stored.
    Stored(&'a [u8]),
}

/// An answer whose receipt is the stored bytes, so that nobody takes them apart and puts them together again, and whose
/// pre-decisions are encoded already.
#[derive(Debug, Clone)]
pub struct Answer {
    receipt: Vec<u8>,
    told: Told,
    /// Everything else.
    rest: v1::SubmitManifestResponse,
}

/// The receipt's number in `SubmitManifestResponse`.
const RECEIPT: u32 = 1;

impl Answer {
    /// Everything but the receipt and the pre-decisions.
    #[must_use]
    pub fn rest(&self) -> &v1::SubmitManifestResponse {
        &self.rest
    }

    /// The verdicts of the pre-decisions, the conveyance's first.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        self.told.verdicts()
    }

    /// Writes the message: the receipt's bytes as stored, the rest, the pre-decisions. Readers take fields in any order.
    pub fn encode(&self, out: &mut impl BufMut) {
        encode_key(RECEIPT, WireType::LengthDelimited, out);
        encode_varint(self.receipt.len() as u64, out);
        out.put_slice(&self.receipt);
        self.rest.encode_raw(out);
        self.told.encode(out);
    }

    /// How many bytes that is.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        key_len(RECEIPT)
            + encoded_len_varint(self.receipt.len() as u64)
            + self.receipt.len()
            + self.rest.encoded_len()
            + self.told.encoded_len()
    }

    /// The answer as a message, to embed it in another.
    ///
    /// # Errors
    /// [`Unreadable`] when the receipt is damaged.
    pub fn into_message(self) -> Result<v1::SubmitManifestResponse, Unreadable> {
        Ok(v1::SubmitManifestResponse {
            receipt: Some(receipt(&self.receipt)?),
            pre_decisions: self.told.messages()?,
            ..self.rest
        })
    }
}

/// The answer to its submitter.
///
/// # Errors
/// [`Unreadable`] when something stored is damaged.
pub fn submission(recorded: &Recorded<'_>, language: Language) -> Result<Answer, Unreadable> {
    let told = match recorded.decisions {
        Decisions::Fresh(circumstances, decided) => Told::of(recorded.id, circumstances, decided, language),
        Decisions::Stored(bytes) => {
            let (circumstances, decided) = decode_decisions(bytes)?;
            Told::of(recorded.id, &circumstances, &decided, language)
        }
    };
    let rest = v1::SubmitManifestResponse {
        receipt: None,
        findings: findings(recorded.findings, recorded.originals, language)?,
        pre_decisions: Vec::new(),
        repeated_submission: recorded.repeated,
        received_digest_salt: recorded.received_salt.map(<[u8]>::to_vec).unwrap_or_default(),
        state: manifest_state(recorded.state.as_str()).into(),
        changes: told_changes(recorded.changes),
    };
    Ok(Answer { receipt: recorded.receipt.to_vec(), told, rest })
}

/// Stored findings in full; without `originals` they say what, not what stood there.
///
/// # Errors
/// [`Unreadable`] when the bytes are damaged or of a later version.
pub fn findings(
    findings: &[u8],
    originals: Option<&[u8]>,
    language: Language,
) -> Result<Vec<v1::Finding>, Unreadable> {
    let findings =
        decode_findings(findings, originals).map_err(|error| Unreadable::new("findings", error))?;
    Ok(findings.iter().map(|each| finding(each, language)).collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use manifest::{About, FieldPath, Finding, FindingCode, Severity, record::encode_findings};
    use scoring::{Capacity, Corridor, PreDecision, Scored, SubjectRef, Withheld, finish};

    use super::*;
    use crate::reply::pre_decision::{Audience, told};

    #[test]
    fn an_answer_is_encoded_as_its_message_is() {
        let findings = [Finding {
            code: FindingCode::DocumentExpired,
            severity: Severity::Blocking,
            about: About::Passenger(1),
            path: FieldPath::from("passenger_list.passengers[1].travel_documents[0]"),
            place: None,
            document: None,
            original: None,
            parameters: vec![],
        }];
        let subjects = [
            SubjectRef::Conveyance,
            SubjectRef::CrewMember(0),
            SubjectRef::Passenger(0),
            SubjectRef::Passenger(1),
            SubjectRef::Passenger(2),
            SubjectRef::Consignment(0),
            SubjectRef::Consignment(1),
        ];
        let withheld = Scored::withheld(Withheld::BlockingFinding, None, &findings);
        let mut decided = finish(withheld, &Capacity::default());
        let conveyance = decided.pre_decisions[0].clone();
        decided.pre_decisions = subjects
            .map(|subject| {
                let verdict = match subject {
                    SubjectRef::Passenger(1) | SubjectRef::Conveyance => conveyance.verdict,
                    SubjectRef::Consignment(1) => Verdict::Corridor(Corridor::Red),
                    _ => Verdict::Corridor(Corridor::Green),
                };
                PreDecision { subject, verdict, ..conveyance.clone() }
            })
            .into();
        let circumstances = Circumstances {
            decide_time: Timestamp::UNIX_EPOCH,
            expire_time: Some(Timestamp::UNIX_EPOCH),
            code_lists: "ab".into(),
            consignment_references: vec!["SYNTHETIC-1".into()],
        };
        let (id, language) = (Uuid::from_u128(7), Language::Russian);
        let stored = v1::Receipt { manifest: "manifests/x".repeat(30), ..v1::Receipt::default() };
        let receipt_bytes = stored.encode_to_vec();
        let recorded = Recorded {
            id,
            state: State::Submitted,
            receipt: &receipt_bytes,
            received_salt: Some(&[1, 2]),
            findings: &encode_findings(&[]).findings_json,
            originals: None,
            decisions: Decisions::Fresh(&circumstances, &decided),
            changes: None,
            repeated: true,
        };
        let answer = submission(&recorded, language).unwrap();
        let mut bytes = Vec::new();
        answer.encode(&mut bytes);
        assert_eq!(bytes.len(), answer.encoded_len());
        let read = v1::SubmitManifestResponse::decode(&*bytes).unwrap();
        assert_eq!(read, answer.into_message().unwrap());
        assert_eq!(read.receipt, Some(stored));

        // Another road to the same words: each put together for itself.
        let mut plain = told(id, &circumstances, &decided, Audience::Submitter, language);
        plain.iter_mut().skip(1).for_each(|part| part.digests = None);
        assert_eq!(read.pre_decisions, plain);
    }
}
