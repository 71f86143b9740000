//! The receipt: built before the commit, stored as bytes, returned unchanged for ever. Never an original value.

use jiff::Timestamp;
use manifest::{Finding, State};
use prost::Message as _;
use proto::v1;
use scoring::PreDecision;
use uuid::Uuid;

use super::{
    Unreadable,
    finding::in_short,
    pre_decision::public_code,
    value::{manifest_name, manifest_state, subject, timestamp, verdict_word},
};

/// What a receipt is made of, but for the verdicts, which are finished inside the store's transaction.
#[derive(Debug, Clone, Copy)]
pub struct Submitted<'a> {
    /// The manifest's id.
    pub id: Uuid,
    /// The sender's reference.
    pub manifest_reference: &'a str,
    /// Part; empty where there is none.
    pub part: &'a str,
    /// Restatement number.
    pub revision: u32,
    /// SUBMITTED or REJECTED.
    pub state: State,
    /// When it was received.
    pub receive_time: Timestamp,
    /// Salted digest of the bytes as received.
    pub received_digest: [u8; 32],
    /// What was noted.
    pub findings: &'a [Finding],
    /// Test traffic.
    pub test: bool,
}

/// A receipt that lacks its verdicts only.
#[derive(Debug, Clone)]
pub struct Receipt(v1::Receipt);

impl Receipt {
    /// Begins a receipt.
    #[must_use]
    pub fn of(submitted: &Submitted<'_>) -> Self {
        Self(v1::Receipt {
            manifest: manifest_name(submitted.id),
            manifest_reference: submitted.manifest_reference.to_owned(),
            part: submitted.part.to_owned(),
            revision: i32::try_from(submitted.revision).unwrap_or(i32::MAX),
            state: manifest_state(submitted.state.as_str()).into(),
            receive_time: Some(timestamp(submitted.receive_time)),
            received_digest: submitted.received_digest.to_vec(),
            findings: submitted.findings.iter().map(in_short).collect(),
            verdicts: Vec::new(),
            test: submitted.test,
        })
    }

    /// The receipt's bytes with the verdicts in.
    #[must_use]
    pub fn finish(&self, pre_decisions: &[PreDecision]) -> Vec<u8> {
        let verdicts = pre_decisions.iter().map(|pre_decision| v1::ReceiptVerdict {
            subject: subject(pre_decision.subject),
            verdict: verdict_word(pre_decision.verdict).to_owned(),
            reason_codes: pre_decision
                .public_reasons
                .iter()
                .map(|reason| public_code(*reason).to_owned())
                .collect(),
        });
        v1::Receipt { verdicts: verdicts.collect(), ..self.0.clone() }.encode_to_vec()
    }
}

/// A stored receipt as a message, only to embed it in an answer: encoding it again gives the stored bytes.
///
/// # Errors
/// [`Unreadable`] when the bytes are damaged.
pub fn receipt(bytes: &[u8]) -> Result<v1::Receipt, Unreadable> {
    v1::Receipt::decode(bytes).map_err(|error| Unreadable::new("receipt", error))
}

#[cfg(test)]
mod tests {
    use manifest::{About, FieldPath, FindingCode, OriginalValue, Severity};
    use scoring::{Capacity, Scored, Withheld, finish};

    use super::*;

    #[test]
    fn a_receipt_travels_byte_for_byte_and_without_originals() {
        let findings = [Finding {
            code: FindingCode::DocumentExpired,
            severity: Severity::Blocking,
            about: About::Passenger(0),
            path: FieldPath::from("passenger_list.passengers[0].travel_documents[0]"),
            original: Some(OriginalValue("ZZ0000000".into())),
            parameters: vec![],
        }];
        let receipt_bytes = Receipt::of(&Submitted {
            id: Uuid::nil(),
            manifest_reference: "SYNTHETIC-1",
            part: "",
            revision: 2,
            state: State::Submitted,
            receive_time: Timestamp::UNIX_EPOCH,
            received_digest: [7; 32],
            findings: &findings,
            test: true,
        })
        .finish(
            &finish(Scored::withheld(Withheld::ScoringFailed, None, &findings), &Capacity::default())
                .pre_decisions,
        );

        let message = receipt(&receipt_bytes).unwrap();
        assert_eq!(message.encode_to_vec(), receipt_bytes);
        let response = v1::SubmitManifestResponse { receipt: Some(message.clone()), ..Default::default() };
        let embedded = v1::SubmitManifestResponse::decode(&*response.encode_to_vec()).unwrap();
        assert_eq!(embedded.receipt.unwrap().encode_to_vec(), receipt_bytes);

        assert_eq!(message.verdicts[0].verdict, "WITHHELD");
        assert_eq!(message.findings[0].code, "DOCUMENT_EXPIRED");
        assert!(!receipt_bytes.windows(9).any(|window| window == b"ZZ0000000"));
    }
}
