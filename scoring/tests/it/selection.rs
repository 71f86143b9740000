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
    assert_eq!((selection.probability, selection.chosen_by_score, selection.always), (0.05, false, false));
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
    let sealed = under(&case, &history_of_clean, &seals, 0.5, f64::INFINITY);
    assert_eq!(sealed.pre_decisions[0].verdict, RED);
    assert!(sealed.selection().is_some_and(|selection| selection.always && !selection.chosen_by_score));
    let both = [warning(FindingCode::SealsDisagree, About::Consignment(0))];
    let (case, suspicious) = suspicious();
    assert_eq!(under(&case, &suspicious, &both, 0.5, f64::INFINITY).pre_decisions[1].verdict, RED);
    let record = history(&outcomes(&yarn(), 10, 9, 0));
    assert_eq!(under(&case, &record, &[], 0.5, f64::INFINITY).pre_decisions[1].verdict, RED);
    let mut past = outcomes(&yarn(), 10, 10, 10);
    past.iter_mut().enumerate().for_each(|(n, o)| o.subject.importer = Some(format!("OTHER-{n}")));
    let critical = under(&case, &history(&past), &[], 0.5, f64::INFINITY);
    assert!(critical.pre_decisions[1].officer.critical_probability.unwrap() > 0.2);
    assert!(critical.selection().is_some_and(|selection| selection.always));
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
        let probability = decided.selection().unwrap().probability;
        assert!(String::from_utf8_lossy(&bytes).contains(&format!("\"selected\":{probability:?}")));
        assert_eq!(record::decode(&bytes).unwrap(), decided);
        assert_eq!(record::recompute(scorer(), &bytes).unwrap(), decided);
    }
}

/// Yarn of this mass was irregular nine times of ten, yarn of other masses never; nobody's record speaks.
fn heavy() -> (Case, History) {
    let mut rows = outcomes(&yarn(), 30, 27, 0);
    for n in 1..80 {
        let other = Subject { mass_mg: Some(18_400_000_000 + n * 61_000_000), ..yarn() };
        rows.extend(outcomes(&other, 1, 0, 0));
    }
    rows.iter_mut().enumerate().for_each(|(n, o)| o.subject.importer = Some(format!("OTHER-{n}")));
    (cargo(vec![vec![yarn()]]), history(&rows))
}

fn change(decided: &Decided) -> Option<Vec<String>> {
    decided.pre_decisions[1].officer.deciding_items[0].change.clone().map(|reason| reason.parameters)
}

#[test]
fn what_would_change_it_is_true_of_the_budgets_threshold() {
    let (case, history) = heavy();
    let without = finish(scorer().score(&case, Ok(&history), &[]), &Capacity::default());
    assert_eq!(without.pre_decisions[1].verdict, RED);
    let milder = change(&without).expect("the mass stands out");
    // The budget is spent: what is yellow for that alone may become green.
    let spent = under(&case, &history, &[], 0.5, f64::INFINITY);
    assert_eq!(spent.pre_decisions[1].verdict, YELLOW);
    assert_eq!(change(&spent), (milder[0] == "GREEN").then(|| milder.clone()));
    // The budget reaches everything, whatever is declared: nothing would change it, and nothing is said.
    assert_eq!(change(&under(&case, &history, &[], 0.5, 0.0)), None);
    // It reaches what the policy finds green: then another mass helps if its score lies below the budget's threshold.
    let (case, history) = clean();
    let probability = f64::from(
        under(&case, &history, &[], 0.5, 0.0).pre_decisions[1].officer.fraud_probability.unwrap_or_default(),
    );
    let reached = under(&case, &history, &[], 0.5, probability);
    assert_eq!(reached.pre_decisions[1].verdict, RED);
    if let Some(parameters) = change(&reached) {
        assert_eq!(parameters[0], "GREEN");
    }
    // While too few scores are known the policy's thresholds decide, and its word stands.
    let (case, history) = heavy();
    assert_eq!(change(&under(&case, &history, &[], 0.5, Budget::AS_POLICY)), Some(milder));
    // And all of it comes out again of what is stored.
    for threshold in [f64::INFINITY, 0.0, 0.5, 0.95] {
        let decided = under(&case, &history, &[], 0.5, threshold);
        assert_eq!(record::recompute(scorer(), &record::encode(&decided)).unwrap(), decided);
    }
}
