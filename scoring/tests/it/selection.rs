//! What a budget may change, and what it may not.

use manifest::finding::{About, FindingCode};
use scoring::selection::Budget;
use scoring::*;

use crate::support::*;

fn under(
    case: &Case,
    history: &History,
    findings: &[manifest::Finding],
    draw: f64,
    threshold: f64,
) -> Decided {
    let capacity = Capacity { budget: Some(Budget { draw, cut: 0.05, threshold }) };
    finish(scorer().score(case, Ok(history), findings), &capacity)
}

/// Red by the probability of an irregularity alone.
fn suspicious() -> (Case, History) {
    let mut past = outcomes(&yarn(), 10, 9, 0);
    past.iter_mut().enumerate().for_each(|(n, o)| o.subject.importer = Some(format!("OTHER-{n}")));
    (cargo(vec![vec![yarn()]]), history(&past))
}

fn clean() -> (Case, History) {
    (cargo(vec![vec![yarn()]]), history(&outcomes(&yarn(), 20, 0, 0)))
}

fn has(decision: &PreDecision, code: ReasonCode) -> bool {
    decision.officer.rules.iter().any(|rule| rule.code == code)
}

#[test]
fn a_spent_budget_lowers_what_the_score_alone_made_red_to_yellow_and_never_to_green() {
    let (case, history) = suspicious();
    let decided = under(&case, &history, &[], 0.5, f64::INFINITY);
    assert_eq!((decided.pre_decisions[0].verdict, decided.pre_decisions[1].verdict), (YELLOW, YELLOW));
    assert!(has(&decided.pre_decisions[1], ReasonCode::BudgetSpent));
    assert_eq!(decided.pre_decisions[1].public_reasons, [PublicReason::DocumentaryCheck]);
    let selection = decided.selection().unwrap();
    assert_eq!((selection.probability, selection.chosen_by_score), (0.05, false));
}

#[test]
fn a_budget_that_reaches_further_makes_lower_scores_red() {
    let (case, history) = clean();
    let decided = under(&case, &history, &[], 0.5, 0.0);
    assert_eq!((decided.pre_decisions[0].verdict, decided.pre_decisions[1].verdict), (RED, RED));
    assert!(has(&decided.pre_decisions[1], ReasonCode::BudgetReaches));
    assert_eq!(decided.pre_decisions[1].public_reasons, [PublicReason::RiskAssessment]);
    let selection = decided.selection().unwrap();
    assert_eq!((selection.probability, selection.chosen_by_score), (1.0, true));
}

#[test]
fn what_rules_records_and_the_critical_head_made_red_stays_red_without_budget() {
    let (case, history_of_clean) = clean();
    let seals = [warning(FindingCode::SealsDisagree, About::Consignment(0))];
    assert_eq!(under(&case, &history_of_clean, &seals, 0.5, f64::INFINITY).pre_decisions[0].verdict, RED);
    let both = [warning(FindingCode::SealsDisagree, About::Consignment(0))];
    let (case, suspicious) = suspicious();
    assert_eq!(under(&case, &suspicious, &both, 0.5, f64::INFINITY).pre_decisions[1].verdict, RED);
    let record = history(&outcomes(&yarn(), 10, 9, 0));
    assert_eq!(under(&case, &record, &[], 0.5, f64::INFINITY).pre_decisions[1].verdict, RED);
    let mut past = outcomes(&yarn(), 10, 10, 10);
    past.iter_mut().enumerate().for_each(|(n, o)| o.subject.importer = Some(format!("OTHER-{n}")));
    let critical = under(&case, &history(&past), &[], 0.5, f64::INFINITY);
    assert!(critical.pre_decisions[1].officer.critical_probability.unwrap() > 0.2);
    assert_eq!(critical.pre_decisions[1].verdict, RED, "the critical head over its own cut is always red");
}

#[test]
fn who_is_drawn_is_examined_whatever_the_score_and_is_told_nothing_of_it() {
    let (case, history) = clean();
    let decided = under(&case, &history, &[], 0.049, f64::INFINITY);
    let conveyance = &decided.pre_decisions[0];
    assert_eq!((conveyance.verdict, decided.pre_decisions[1].verdict), (RED, GREEN));
    assert!(has(conveyance, ReasonCode::DrawnAtRandom));
    assert_eq!(conveyance.public_reasons, [PublicReason::RiskAssessment]);
    assert_eq!(decided.selection().unwrap().probability, 0.05);
    // A coach as well; a case that could not be judged is an officer's anyway.
    let coach = Case::Coach { crew: vec![CrewMember::Driver], passengers: 2 };
    assert_eq!(under(&coach, &History::new(None), &[], 0.01, -1.0).pre_decisions[0].verdict, RED);
    let failed = scorer().score(&case, Err(Withheld::HistoryUnavailable), &[]);
    let capacity = Capacity { budget: Some(Budget { draw: 0.0, cut: 1.0, threshold: 0.0 }) };
    assert!(matches!(finish(failed, &capacity).pre_decisions[1].verdict, Verdict::Withheld(_)));
}

#[test]
fn while_scores_are_unknown_the_policy_decides() {
    for (case, history) in [suspicious(), clean()] {
        let without = finish(scorer().score(&case, Ok(&history), &[]), &Capacity::default());
        let with = under(&case, &history, &[], 0.5, Budget::AS_POLICY);
        assert_eq!(with.pre_decisions, without.pre_decisions);
        assert!(without.selection().is_none() && with.selection().is_some());
    }
}

#[test]
fn a_decision_under_a_budget_recomputes_byte_for_byte() {
    let (case, history) = suspicious();
    for (draw, threshold) in [(0.5, f64::INFINITY), (0.01, 0.3), (0.5, 0.0), (0.7, Budget::AS_POLICY)] {
        let decided = under(&case, &history, &[], draw, threshold);
        let bytes = record::encode(&decided);
        assert_eq!(record::decode(&bytes).unwrap(), decided);
        assert_eq!(record::recompute(scorer(), &bytes).unwrap(), decided);
    }
}
