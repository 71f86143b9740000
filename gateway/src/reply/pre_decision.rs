//! Pre-decisions on their way to the wire, for one of two audiences. What is an officer's stays an officer's: a
//! partner must not be handed a guide to evasion.

use proto::v1;
use scoring::{Corridor, Decided, PreDecision, PublicReason, SubjectRef, Verdict, Withheld};
use uuid::Uuid;

use super::{
    Circumstances, Language, Unreadable, decode_decisions, officer,
    value::{subject, timestamp},
};

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// A partner: corridor, expiry, public reasons.
    Submitter,
    /// A border post or an analyst: everything.
    Officer,
}

/// The pre-decisions of one manifest from their stored bytes, the conveyance first.
///
/// # Errors
/// [`Unreadable`] when the bytes are damaged or of a later version.
pub fn pre_decisions(
    manifest_id: Uuid,
    decisions: &[u8],
    audience: Audience,
    language: Language,
) -> Result<Vec<v1::PreDecision>, Unreadable> {
    let (circumstances, decided) = decode_decisions(decisions)?;
    Ok(told(manifest_id, &circumstances, &decided, audience, language))
}

/// The pre-decisions of one manifest, the conveyance first.
pub(super) fn told(
    manifest_id: Uuid,
    circumstances: &Circumstances,
    decided: &Decided,
    audience: Audience,
    language: Language,
) -> Vec<v1::PreDecision> {
    let digests = digests(circumstances, decided);
    let told = decided.pre_decisions.iter().enumerate().map(|(number, pre_decision)| v1::PreDecision {
        name: format!("manifests/{manifest_id}/preDecisions/{number}"),
        digests: Some(digests.clone()),
        officer_view: (audience == Audience::Officer).then(|| officer::view(pre_decision, decided, language)),
        ..one(pre_decision, circumstances, language)
    });
    told.collect()
}

/// Identities of what made the pre-decisions; without model and policy when neither was asked.
pub(super) fn digests(circumstances: &Circumstances, decided: &Decided) -> v1::DecisionDigests {
    v1::DecisionDigests {
        code_lists: circumstances.code_lists.clone(),
        ..decided.evidence.identity.as_ref().map_or_else(v1::DecisionDigests::default, |identity| {
            v1::DecisionDigests {
                model_bundle: identity.bundle_digest.clone(),
                policy: identity.policy_digest.clone(),
                code_lists: String::new(),
                model_bundle_name: format!("{} {}", identity.bundle_name, identity.bundle_version),
            }
        })
    }
}

/// What one part is told, without its name.
pub(super) fn one(
    pre_decision: &PreDecision,
    circumstances: &Circumstances,
    language: Language,
) -> v1::PreDecision {
    let (corridor, withheld_reason) = match pre_decision.verdict {
        Verdict::Corridor(given) => (corridor(given), v1::WithheldReason::Unspecified),
        Verdict::Withheld(cause) => (v1::Corridor::Unspecified, withheld(cause)),
    };
    v1::PreDecision {
        name: String::new(),
        subject: subject(pre_decision.subject),
        subject_reference: match pre_decision.subject {
            SubjectRef::Consignment(place) => {
                circumstances.consignment_references.get(place).cloned().unwrap_or_default()
            }
            _ => String::new(),
        },
        corridor: corridor.into(),
        withheld_reason: withheld_reason.into(),
        reasons: public_reasons(pre_decision).iter().map(|reason| public_reason(*reason, language)).collect(),
        decide_time: Some(timestamp(circumstances.decide_time)),
        expire_time: circumstances.expire_time.map(timestamp),
        officer_view: None,
        digests: None,
        rules_only: pre_decision.public_reasons.contains(&PublicReason::RulesOnly),
    }
}

/// Every pre-decision comes with a reason; that of a plain green one follows from the corridor and is not stored.
pub(super) fn public_reasons(pre_decision: &PreDecision) -> &[PublicReason] {
    match (pre_decision.public_reasons.as_slice(), pre_decision.verdict) {
        ([], Verdict::Corridor(Corridor::Green)) => &[PublicReason::NothingFound],
        (reasons, _) => reasons,
    }
}

/// The corridor of a roll-up's stored word (`GREEN`...); UNSPECIFIED for `WITHHELD` and everything else.
#[must_use]
pub fn corridor_of_word(word: &str) -> v1::Corridor {
    [Corridor::Green, Corridor::Yellow, Corridor::Red]
        .into_iter()
        .find(|corridor| corridor.as_str() == word)
        .map_or(v1::Corridor::Unspecified, corridor)
}

/// A cause's word in metrics, the contract's without its prefix.
#[must_use]
pub fn word_of_cause(cause: Withheld) -> &'static str {
    let name = withheld(cause).as_str_name();
    name.strip_prefix("WITHHELD_REASON_").unwrap_or(name)
}

fn corridor(given: Corridor) -> v1::Corridor {
    match given {
        Corridor::Green => v1::Corridor::Green,
        Corridor::Yellow => v1::Corridor::Yellow,
        Corridor::Red => v1::Corridor::Red,
    }
}

fn withheld(cause: Withheld) -> v1::WithheldReason {
    match cause {
        Withheld::ManifestRejected => v1::WithheldReason::ManifestRejected,
        Withheld::BlockingFinding => v1::WithheldReason::BlockingFinding,
        Withheld::ScoringFailed => v1::WithheldReason::ScoringFailed,
        Withheld::HistoryUnavailable => v1::WithheldReason::HistoryUnavailable,
        Withheld::ModeNotDecided => v1::WithheldReason::ModeNotDecided,
        Withheld::TravellersWithheld => v1::WithheldReason::TravellersWithheld,
        Withheld::Draft => v1::WithheldReason::Draft,
    }
}

/// The code of a public reason; a finding's is the finding's own, so that the sender finds it in the list.
pub(super) fn public_code(reason: PublicReason) -> &'static str {
    reason.finding().map_or(reason.as_str(), |code| code.as_str())
}

fn public_reason(reason: PublicReason, language: Language) -> v1::Reason {
    v1::Reason {
        code: public_code(reason).to_owned(),
        text: scoring::policy::public_text(reason, language),
        ..v1::Reason::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use scoring::{Capacity, OfficerPart, Reason, ReasonCode, Scored, finish};

    use super::*;
    use crate::reply::encode_decisions;

    fn stored(change: impl FnOnce(&mut PreDecision)) -> Vec<u8> {
        let scored = Scored::withheld(Withheld::ScoringFailed, None, &[]);
        let mut decided = finish(scored, &Capacity::default());
        change(&mut decided.pre_decisions[0]);
        let circumstances = Circumstances {
            decide_time: Timestamp::UNIX_EPOCH,
            expire_time: None,
            code_lists: "ab".into(),
            consignment_references: vec![],
        };
        encode_decisions(&circumstances, &decided)
    }

    fn read(bytes: &[u8], audience: Audience) -> v1::PreDecision {
        pre_decisions(Uuid::nil(), bytes, audience, Language::English).unwrap().remove(0)
    }

    #[test]
    fn a_partner_is_never_shown_an_officers_part() {
        let bytes = stored(|pre_decision| {
            pre_decision.verdict = Verdict::Corridor(Corridor::Red);
            pre_decision.officer = OfficerPart {
                fraud_probability: Some(0.5),
                rules: vec![Reason { code: ReasonCode::NoPrecedent, parameters: vec![], contribution: None }],
                ..OfficerPart::default()
            };
        });
        let submitter = read(&bytes, Audience::Submitter);
        assert_eq!(submitter.corridor(), v1::Corridor::Red);
        assert_eq!(submitter.officer_view, None);
        let officer = read(&bytes, Audience::Officer).officer_view.unwrap();
        assert_eq!(officer.fraud_probability, Some(0.5));
        assert_eq!(officer.rules[0].code, "NO_PRECEDENT");
    }

    #[test]
    fn withheld_has_no_corridor_and_says_why() {
        let told = read(&stored(|_| ()), Audience::Submitter);
        assert_eq!(told.corridor(), v1::Corridor::Unspecified);
        assert_eq!(told.withheld_reason(), v1::WithheldReason::ScoringFailed);
        assert_eq!(told.subject, "conveyance");
        assert_eq!(told.digests.unwrap().code_lists, "ab");
    }

    #[test]
    fn a_plain_green_one_has_a_reason_too() {
        let bytes = stored(|pre_decision| {
            pre_decision.verdict = Verdict::Corridor(Corridor::Green);
            pre_decision.public_reasons.clear();
        });
        let told = read(&bytes, Audience::Submitter);
        assert_eq!((told.reasons.len(), told.reasons[0].code.as_str()), (1, "NOTHING_FOUND"));
    }

    #[test]
    fn words_of_the_roll_up() {
        assert_eq!(corridor_of_word("YELLOW"), v1::Corridor::Yellow);
        assert_eq!(corridor_of_word("WITHHELD"), v1::Corridor::Unspecified);
    }
}
