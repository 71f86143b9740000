//! What was recorded becomes the answer to the one who submitted it, the first time and every time after.

use manifest::{State, record::decode_findings};
use prost::{
    Message as _,
    bytes::BufMut,
    encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len},
};
use proto::v1;
use scoring::Decided;
use uuid::Uuid;

use super::{
    Circumstances, Language, Unreadable, changes::told_changes, decode_decisions, finding, manifest_state,
    pre_decision::told_together, receipt,
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

/// An answer whose receipt is the stored bytes, so that nobody takes them apart and puts them together again.
#[derive(Debug, Clone)]
pub struct Answer {
    receipt: Vec<u8>,
    /// Everything but the receipt.
    rest: v1::SubmitManifestResponse,
}

/// The receipt's number in `SubmitManifestResponse`.
const RECEIPT: u32 = 1;

impl Answer {
    /// Everything but the receipt.
    #[must_use]
    pub fn rest(&self) -> &v1::SubmitManifestResponse {
        &self.rest
    }

    /// Writes the message: the receipt's bytes as stored, then the rest.
    pub fn encode(&self, out: &mut impl BufMut) {
        encode_key(RECEIPT, WireType::LengthDelimited, out);
        encode_varint(self.receipt.len() as u64, out);
        out.put_slice(&self.receipt);
        self.rest.encode_raw(out);
    }

    /// How many bytes that is.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        key_len(RECEIPT)
            + encoded_len_varint(self.receipt.len() as u64)
            + self.receipt.len()
            + self.rest.encoded_len()
    }

    /// The answer as a message, to embed it in another.
    ///
    /// # Errors
    /// [`Unreadable`] when the receipt is damaged.
    pub fn into_message(self) -> Result<v1::SubmitManifestResponse, Unreadable> {
        Ok(v1::SubmitManifestResponse { receipt: Some(receipt(&self.receipt)?), ..self.rest })
    }
}

/// The answer to its submitter.
///
/// # Errors
/// [`Unreadable`] when something stored is damaged.
pub fn submission(recorded: &Recorded<'_>, language: Language) -> Result<Answer, Unreadable> {
    let rest = v1::SubmitManifestResponse {
        receipt: None,
        findings: findings(recorded.findings, recorded.originals, language)?,
        pre_decisions: match recorded.decisions {
            Decisions::Fresh(circumstances, decided) => {
                told_together(recorded.id, circumstances, decided, language)
            }
            Decisions::Stored(bytes) => {
                let (circumstances, decided) = decode_decisions(bytes)?;
                told_together(recorded.id, &circumstances, &decided, language)
            }
        },
        repeated_submission: recorded.repeated,
        received_digest_salt: recorded.received_salt.map(<[u8]>::to_vec).unwrap_or_default(),
        state: manifest_state(recorded.state.as_str()).into(),
        changes: told_changes(recorded.changes),
    };
    Ok(Answer { receipt: recorded.receipt.to_vec(), rest })
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
    use super::*;

    #[test]
    fn an_answer_is_encoded_as_its_message_is() {
        let receipt = v1::Receipt { manifest: "manifests/x".repeat(30), ..v1::Receipt::default() };
        let rest = v1::SubmitManifestResponse {
            pre_decisions: vec![v1::PreDecision {
                subject: "conveyance".into(),
                ..v1::PreDecision::default()
            }],
            repeated_submission: true,
            ..v1::SubmitManifestResponse::default()
        };
        let answer = Answer { receipt: receipt.encode_to_vec(), rest };
        let mut bytes = Vec::new();
        answer.encode(&mut bytes);
        assert_eq!(bytes.len(), answer.encoded_len());
        assert_eq!(v1::SubmitManifestResponse::decode(&*bytes).unwrap().receipt, Some(receipt));
        assert_eq!(bytes, answer.into_message().unwrap().encode_to_vec());
    }
}
