//! The receipt: built before the commit, stored as bytes, returned unchanged for ever. Never an original value.

use jiff::Timestamp;
use manifest::{Finding, State};
use prost::Message as _;
use proto::v1;
use scoring::Decided;
use uuid::Uuid;

use super::{
    Circumstances, Unreadable,
    finding::in_short,
    pre_decision::{digests, public_code, public_reasons},
    value::{manifest_name, manifest_state, subject, timestamp, verdict_word},
};

/// What a receipt is made of, but for the verdicts, which are finished inside the store's transaction.
#[derive(Debug, Clone, Copy)]
pub struct Submitted<'a> {
    /// The manifest's id.
    pub id: Uuid,
    /// Who submitted it.
    pub partner_id: &'a str,
    /// The sender's reference.
    pub manifest_reference: &'a str,
    /// Part; empty where there is none.
    pub part: &'a str,
    /// Restatement number.
    pub revision: u32,
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
            state: v1::ManifestState::Unspecified.into(),
            receive_time: Some(timestamp(submitted.receive_time)),
            received_digest: submitted.received_digest.to_vec(),
            findings: submitted.findings.iter().map(in_short).collect(),
            verdicts: Vec::new(),
            test: submitted.test,
            partner_id: submitted.partner_id.to_owned(),
            expire_time: None,
            digests: None,
        })
    }

    /// The receipt's bytes with the verdicts in, how long they hold and what made them, and where the manifest stands.
    #[must_use]
    pub fn finish(&self, circumstances: &Circumstances, decided: &Decided, state: State) -> Vec<u8> {
        let verdicts = decided.pre_decisions.iter().map(|pre_decision| v1::ReceiptVerdict {
            subject: subject(pre_decision.subject),
            verdict: verdict_word(pre_decision.verdict).to_owned(),
            reason_codes: public_reasons(pre_decision)
                .iter()
                .map(|reason| public_code(*reason).to_owned())
                .collect(),
        });
        let receipt = v1::Receipt {
            state: manifest_state(state.as_str()).into(),
            verdicts: verdicts.collect(),
            expire_time: circumstances.expire_time.map(timestamp),
            digests: Some(digests(circumstances, decided)),
            ..self.0.clone()
        };
        receipt.encode_to_vec()
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
    use scoring::{Capacity, Corridor, Scored, Verdict, Withheld, finish};

    use super::*;

    fn circumstances() -> Circumstances {
        Circumstances {
            decide_time: Timestamp::UNIX_EPOCH,
            expire_time: Some(Timestamp::UNIX_EPOCH),
            code_lists: "ab".into(),
            consignment_references: vec![],
        }
    }

    fn submitted(findings: &[Finding]) -> Submitted<'_> {
        Submitted {
            id: Uuid::nil(),
            partner_id: "kz-customs",
            manifest_reference: "SYNTHETIC-1",
            part: "",
            revision: 2,
            receive_time: Timestamp::UNIX_EPOCH,
            received_digest: [7; 32],
            findings,
            test: true,
        }
    }

    #[test]
    fn a_receipt_travels_byte_for_byte_and_without_originals() {
        let findings = [Finding {
            code: FindingCode::DocumentExpired,
            severity: Severity::Blocking,
            about: About::Passenger(0),
            path: FieldPath::from("passenger_list.passengers[0].travel_documents[0]"),
            place: None,
            document: None,
            original: Some(OriginalValue("ZZ0000000".into())),
            parameters: vec![],
        }];
        let decided =
            finish(Scored::withheld(Withheld::ScoringFailed, None, &findings), &Capacity::default());
        let receipt_bytes =
            Receipt::of(&submitted(&findings)).finish(&circumstances(), &decided, State::Submitted);

        let message = receipt(&receipt_bytes).unwrap();
        assert_eq!(message.encode_to_vec(), receipt_bytes);
        let response = v1::SubmitManifestResponse { receipt: Some(message.clone()), ..Default::default() };
        let embedded = v1::SubmitManifestResponse::decode(&*response.encode_to_vec()).unwrap();
        assert_eq!(embedded.receipt.unwrap().encode_to_vec(), receipt_bytes);

        assert_eq!(message.verdicts[0].verdict, "WITHHELD");
        assert_eq!(message.findings[0].code, "DOCUMENT_EXPIRED");
        assert!(!receipt_bytes.windows(9).any(|window| window == b"ZZ0000000"));
    }

    /// Its bytes are frozen for ever, so whatever a sender must be able to prove later stands in it from the first day.
    #[test]
    fn it_says_whose_how_long_and_by_what_and_green_has_its_reason() {
        let mut decided = finish(Scored::withheld(Withheld::ScoringFailed, None, &[]), &Capacity::default());
        decided.pre_decisions[0].verdict = Verdict::Corridor(Corridor::Green);
        decided.pre_decisions[0].public_reasons.clear();
        let bytes = Receipt::of(&submitted(&[])).finish(&circumstances(), &decided, State::Submitted);
        let message = receipt(&bytes).unwrap();
        assert_eq!(message.partner_id, "kz-customs");
        assert_eq!(message.expire_time, Some(timestamp(Timestamp::UNIX_EPOCH)));
        assert_eq!(message.digests.unwrap().code_lists, "ab");
        assert_eq!(message.verdicts[0].reason_codes, ["NOTHING_FOUND"]);
    }
}
