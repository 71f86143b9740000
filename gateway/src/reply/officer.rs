//! The officers' part of a pre-decision: scores, reasons, rules, what would change it, and how it was chosen.

use proto::v1;
use scoring::{Corridor, Decided, DecidingItem, PreDecision, SubjectRef, Verdict, Withheld};

use super::Language;

/// The officers' part of one of a manifest's pre-decisions; the conveyance's is made of what decided it.
pub(super) fn view(pre_decision: &PreDecision, decided: &Decided, language: Language) -> v1::OfficerView {
    match pre_decision.subject {
        SubjectRef::Conveyance => v1::OfficerView {
            selection: decided.selection().map(|chosen| selection(&chosen)),
            ..told(pre_decision, &deciding_items(decided), &deciding_rules(decided), language)
        },
        SubjectRef::Consignment(_) | SubjectRef::CrewMember(_) | SubjectRef::Passenger(_) => {
            told(pre_decision, &pre_decision.officer.deciding_items, &own_rules(pre_decision), language)
        }
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

fn told(
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

/// Adds what one more goods item's score came from, and what would change it.
pub fn add_explained(view: &mut v1::OfficerView, item: &DecidingItem, language: Language) {
    let path = item_path(item);
    if view.deciding_items.contains(&path) {
        return; // it is told already
    }
    view.reasons.extend(item.reasons.iter().map(|reason| officer_reason(reason, &path, language)));
    view.changes.extend(item.change.iter().map(|change| officer_reason(change, &path, language)));
}

fn selection(selection: &scoring::Selection) -> v1::Selection {
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
    use uuid::Uuid;

    use super::*;
    use crate::reply::{Audience, Circumstances, pre_decision};

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
        let told =
            pre_decision::told(Uuid::nil(), &circumstances, &decided, Audience::Officer, Language::English);
        let view = told[0].officer_view.as_ref().unwrap();
        assert_eq!(
            view.deciding_items,
            ["cargo.consignments[1].goods_items[0]", "cargo.consignments[0].goods_items[0]"]
        );
        assert_eq!(view.reasons[0].field_path, view.deciding_items[0]);
        assert_eq!(view.changes[0].field_path, view.deciding_items[0]);
        assert_eq!(
            view.changes[0].text,
            "to check first: mass; if typical, the score alone would ask for GREEN"
        );
        let rules: Vec<_> = view.rules.iter().map(|rule| (&*rule.code, &*rule.field_path)).collect();
        assert_eq!(rules, [("NO_PRECEDENT", "cargo.consignments[1]")]);
        assert_eq!(told[2].officer_view.as_ref().unwrap().rules[0].field_path, "");
        assert_eq!(told[1].officer_view.as_ref().unwrap().deciding_items.len(), 1);
    }
}
