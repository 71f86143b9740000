//! Invented submissions. SYNTHETIC: nobody and nothing in here exists.

use gateway::persist::{Finished, ManifestKey, Outcome, ReceivedSalt, Secrets, State, new_manifest_id};
use jiff::{Timestamp, ToSpan as _};

/// A name that must never be found in the open.
pub(crate) const NAME: &str = "SYNTHETIC-TRAVELLER-NAME";

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap() + seconds.seconds()
}

pub(crate) fn key(partner: &str, reference: &str) -> ManifestKey {
    ManifestKey::new(partner, reference, "", 0).unwrap()
}

/// A live cargo manifest of a partner for a post, received at second 0; its words are its reference.
pub(crate) fn outcome(secrets: &Secrets, partner: &str, reference: &str) -> Outcome {
    says(secrets, partner, reference, reference)
}

/// One that says something particular.
pub(crate) fn says(secrets: &Secrets, partner: &str, reference: &str, words: &str) -> Outcome {
    let receive_time = at(0);
    let receipt = format!("receipt of {reference}: {words}").into_bytes();
    let decisions = format!("decisions of {reference}: {words}").into_bytes();
    Outcome {
        id: new_manifest_id(receive_time),
        key: key(partner, reference),
        content_digest: secrets.digests().content(words.as_bytes()),
        received: format!("received {reference} from {NAME}: {words}").into_bytes(),
        format: "customs.prearrival.v1.SubmitManifestRequest",
        received_salt: ReceivedSalt::random().unwrap(),
        record: format!("record of {reference}").into_bytes(),
        persons: Some(format!("persons of {reference}: {NAME}").into_bytes()),
        findings: b"findings".to_vec(),
        originals: Some(format!("originals: {NAME}").into_bytes()),
        state: State::Submitted,
        changes: None,
        test: false,
        border_post_code: Some("UZ-GISHTKUPRIK".into()),
        journey_key: Some(format!("3:KZ:SYN{reference}:J1")),
        conveyance_registration: Some(format!("SYN{reference}")),
        arrival_time: Some(at(7200)),
        receive_time,
        request_id: Some("request-1".into()),
        links: Vec::new(),
        finish: Box::new(move |_, _| Finished {
            receipt: receipt.clone(),
            decisions: decisions.clone(),
            verdict: "GREEN".into(),
            fraud_probability: None,
            rules_only: false,
            always: false,
        }),
    }
}
