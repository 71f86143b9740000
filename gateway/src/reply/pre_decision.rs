//! Pre-decisions on their way to the wire, for one of two audiences. What is an officer's stays an officer's: a
//! partner must not be handed a guide to evasion.

use proto::v1;
use scoring::reliability::{EntityKind, Reliability};
use scoring::{Corridor, Decided, DecidingItem, PreDecision, PublicReason, SubjectRef, Verdict, Withheld};
use uuid::Uuid;

use crate::persist::{AuthorisedOperator, Conduct};

use super::{
    Circumstances, Language, Unreadable, decode_decisions,
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
        officer_view: (audience == Audience::Officer).then(|| match pre_decision.subject {
            SubjectRef::Conveyance => v1::OfficerView {
                selection: decided.selection().map(|selection| told_selection(&selection)),
                ..officer_view(pre_decision, &deciding_items(decided), &deciding_rules(decided), language)
            },
            _ => officer_view(
                pre_decision,
                &pre_decision.officer.deciding_items,
                &own_rules(pre_decision),
                language,
            ),
        }),
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

/// What decided the conveyance is what decided its worst parts: their items, the worst part's first.
fn deciding_items(decided: &Decided) -> Vec<DecidingItem> {
    let mut parts: Vec<&PreDecision> = decided.pre_decisions.iter().collect();
    parts.sort_by_key(|part| match part.verdict {
        Verdict::Corridor(Corridor::Red) => 0,
        Verdict::Withheld(_) => 1,
        Verdict::Corridor(Corridor::Yellow) => 2,
        Verdict::Corridor(Corridor::Green) => 3,
    });
    parts.iter().flat_map(|part| part.officer.deciding_items.iter().cloned()).collect()
}

/// Rules, each with the path of the part that it spoke about; without one when that is the subject itself.
type Rules<'d> = Vec<(String, &'d scoring::Reason)>;

fn own_rules(pre_decision: &PreDecision) -> Rules<'_> {
    pre_decision.officer.rules.iter().map(|rule| (String::new(), rule)).collect()
}

/// The rules that decided the conveyance: its own, and under their names those of the parts from which it has its
/// verdict. Travellers count only where they withhold it; otherwise they colour nothing.
fn deciding_rules(decided: &Decided) -> Rules<'_> {
    let Some((conveyance, parts)) = decided.pre_decisions.split_first() else { return Vec::new() };
    let by_travellers = conveyance.verdict == Verdict::Withheld(Withheld::TravellersWithheld);
    let decides = |part: &&PreDecision| match part.subject {
        SubjectRef::Conveyance => false,
        SubjectRef::Consignment(_) => part.verdict == conveyance.verdict,
        SubjectRef::CrewMember(_) | SubjectRef::Passenger(_) => {
            by_travellers && matches!(part.verdict, Verdict::Withheld(_))
        }
    };
    let mut rules = own_rules(conveyance);
    for part in parts.iter().filter(decides) {
        let path = part_path(part.subject);
        rules.extend(part.officer.rules.iter().map(|rule| (path.clone(), rule)));
    }
    rules
}

fn part_path(part: SubjectRef) -> String {
    match part {
        SubjectRef::Conveyance => String::new(),
        SubjectRef::Consignment(place) => format!("cargo.consignments[{place}]"),
        SubjectRef::CrewMember(place) => format!("crew_members[{place}]"),
        SubjectRef::Passenger(place) => format!("passenger_list.passengers[{place}]"),
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

fn officer_view(
    pre_decision: &PreDecision,
    deciding_items: &[DecidingItem],
    rules: &[(String, &scoring::Reason)],
    language: Language,
) -> v1::OfficerView {
    let officer = &pre_decision.officer;
    v1::OfficerView {
        fraud_probability: officer.fraud_probability.map(f64::from),
        critical_probability: officer.critical_probability.map(f64::from),
        reasons: deciding_items
            .iter()
            .flat_map(|item| {
                let path = item_path(item);
                item.reasons.iter().map(move |reason| officer_reason(reason, &path, language))
            })
            .collect(),
        rules: rules.iter().map(|(path, rule)| officer_reason(rule, path, language)).collect(),
        no_precedent: officer.no_precedent,
        deciding_items: deciding_items.iter().map(item_path).collect(),
        changes: deciding_items
            .iter()
            .filter_map(|item| Some(officer_reason(item.change.as_ref()?, &item_path(item), language)))
            .collect(),
        party_reliabilities: Vec::new(),
        selection: None,
    }
}

fn told_selection(selection: &scoring::Selection) -> v1::Selection {
    let budget = &selection.budget;
    v1::Selection {
        probability: selection.probability,
        drawn_at_random: budget.drawn(),
        draw: budget.draw,
        draw_cut: budget.cut,
        score_threshold: Some(budget.threshold)
            .filter(|threshold| threshold.is_finite() && !budget.as_policy()),
        chosen_by_score: selection.chosen_by_score,
    }
}

/// How reliable an entrepreneur has proven in one part of the trade.
#[must_use]
pub fn reliability(kind: EntityKind, standing: &Reliability) -> v1::Reliability {
    v1::Reliability {
        kind: kind.as_str().to_owned(),
        probability: standing.probability,
        low: standing.low,
        high: standing.high,
        group_rate: standing.group_rate,
        outcome_count: standing.outcomes,
        evidence: standing.evidence.as_str().to_owned(),
        ..v1::Reliability::default()
    }
}

/// Adds what is shown beside it: how the entrepreneur conducts itself, and its certificate.
pub fn add_conduct(
    to: &mut v1::Reliability,
    conduct: Option<&Conduct>,
    authorised: Option<&AuthorisedOperator>,
) {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    if let Some(conduct) = conduct {
        to.manifest_count = conduct.manifests;
        to.first_seen_time = Some(timestamp(conduct.first_seen));
        to.chapter_count = count(conduct.chapters.count_ones() as usize);
        to.origin_count = count(conduct.origins.len());
        to.late_count = conduct.late;
        to.amended_count = conduct.amended;
    }
    if let Some(entry) = authorised {
        let date = |day: jiff::civil::Date| v1::CivilDate {
            year: i32::from(day.year()),
            month: i32::from(day.month()),
            day: i32::from(day.day()),
        };
        to.authorised_operator_reference.clone_from(&entry.reference);
        to.authorised_from_date = Some(date(entry.valid_from));
        to.authorised_until_date = Some(date(entry.valid_until));
    }
}

fn item_path(item: &DecidingItem) -> String {
    format!("cargo.consignments[{}].goods_items[{}]", item.consignment, item.item)
}

/// Parameters are numbered from 1, in the order in which the reason's page names them.
fn officer_reason(reason: &scoring::Reason, field_path: &str, language: Language) -> v1::Reason {
    v1::Reason {
        code: reason.code.as_str().to_owned(),
        parameters: reason
            .parameters
            .iter()
            .enumerate()
            .map(|(place, value)| ((place + 1).to_string(), value.clone()))
            .collect(),
        text: scoring::policy::text(reason, language),
        field_path: field_path.to_owned(),
        contribution: reason.contribution,
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
    fn the_roll_up_is_explained_by_its_worst_part() {
        let part = |place: usize, corridor| PreDecision {
            subject: SubjectRef::Consignment(place),
            verdict: Verdict::Corridor(corridor),
            public_reasons: vec![],
            officer: OfficerPart {
                deciding_items: vec![DecidingItem {
                    consignment: place,
                    item: 0,
                    fraud_probability: 0.5,
                    critical_probability: 0.1,
                    head: scoring::Head::Fraud,
                    base_log_odds: 0.0,
                    reasons: vec![Reason {
                        code: ReasonCode::Commodity,
                        parameters: vec![],
                        contribution: Some(1.0),
                    }],
                    rest: 0.0,
                    change: Some(Reason {
                        code: ReasonCode::WouldChange,
                        parameters: vec!["GREEN".into(), "MASS".into()],
                        contribution: None,
                    }),
                }],
                rules: vec![Reason { code: ReasonCode::NoPrecedent, parameters: vec![], contribution: None }],
                ..OfficerPart::default()
            },
        };
        let mut decided = finish(Scored::withheld(Withheld::ScoringFailed, None, &[]), &Capacity::default());
        decided.pre_decisions[0].verdict = Verdict::Corridor(Corridor::Red);
        decided.pre_decisions.push(part(0, Corridor::Yellow));
        decided.pre_decisions.push(part(1, Corridor::Red));
        let circumstances = Circumstances {
            decide_time: Timestamp::UNIX_EPOCH,
            expire_time: None,
            code_lists: String::new(),
            consignment_references: vec![],
        };
        let told = told(Uuid::nil(), &circumstances, &decided, Audience::Officer, Language::English);
        let view = told[0].officer_view.as_ref().unwrap();
        assert_eq!(
            view.deciding_items,
            ["cargo.consignments[1].goods_items[0]", "cargo.consignments[0].goods_items[0]"]
        );
        assert_eq!(view.reasons[0].field_path, view.deciding_items[0]);
        assert_eq!(view.changes[0].field_path, view.deciding_items[0]);
        assert_eq!(view.changes[0].text, "to check first: mass; if typical, the corridor would be GREEN");
        let rules: Vec<_> = view.rules.iter().map(|rule| (&*rule.code, &*rule.field_path)).collect();
        assert_eq!(rules, [("NO_PRECEDENT", "cargo.consignments[1]")]);
        assert_eq!(told[2].officer_view.as_ref().unwrap().rules[0].field_path, "");
        assert_eq!(told[1].officer_view.as_ref().unwrap().deciding_items.len(), 1);
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
