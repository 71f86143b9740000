//! Which history leads to which corridor.

use scoring::*;

use crate::support::*;

fn of(history: &History) -> PreDecision {
    decide(&cargo(vec![vec![yarn()]]), history, &[]).swap_remove(1)
}

#[test]
fn a_fresh_installation_has_no_precedent_and_is_yellow_not_green() {
    let decision = of(&History::new(None));
    assert_eq!(decision.verdict, YELLOW);
    assert!(decision.officer.no_precedent);
    assert!(decision.officer.rules.iter().any(|rule| rule.code == ReasonCode::NoPrecedent));
    assert_eq!(decision.public_reasons, [PublicReason::DocumentaryCheck]);
}

#[test]
fn several_clean_precedents_are_green() {
    for precedents in [3, 5, 20, 100] {
        let decision = of(&history(&outcomes(&yarn(), precedents, 0, 0)));
        assert_eq!(decision.verdict, GREEN, "{precedents} precedents: {:?}", decision.officer);
        assert!(!decision.officer.no_precedent);
        assert_eq!(decision.public_reasons, []);
    }
}

#[test]
fn clean_precedents_without_a_declared_value_are_green_too() {
    let goods = Subject { value: None, ..yarn() };
    let history = history(&outcomes(&goods, 6, 0, 0));
    assert_eq!(decide(&cargo(vec![vec![goods]]), &history, &[])[1].verdict, GREEN);
}

#[test]
fn irregular_precedents_are_red_by_the_model_alone() {
    // Other importers' goods, so that the importer's own record says nothing.
    let mut past = outcomes(&yarn(), 10, 9, 0);
    past.iter_mut().enumerate().for_each(|(n, o)| o.subject.importer = Some(format!("OTHER-{n}")));
    let decision = of(&history(&past));
    assert_eq!(decision.verdict, RED, "{:?}", decision.officer);
    assert!(decision.officer.rules.iter().all(|rule| rule.code != ReasonCode::ImporterRecord));
    assert_eq!(decision.public_reasons, [PublicReason::RiskAssessment]);
}

#[test]
fn an_importer_with_a_bad_record_is_red_with_goods_never_seen() {
    let other = Subject { hs_code: Some("870899".into()), mass_mg: Some(5_000_000), ..yarn() };
    let decision = of(&history(&outcomes(&other, 10, 9, 0)));
    assert_eq!(decision.verdict, RED);
    let fired = decision.officer.rules.iter().find(|rule| rule.code == ReasonCode::ImporterRecord).unwrap();
    assert_eq!(fired.parameters, ["9", "10", "RED"]);
}

#[test]
fn too_few_outcomes_are_no_record() {
    let other = Subject { hs_code: Some("870899".into()), mass_mg: Some(5_000_000), ..yarn() };
    let decision = of(&history(&outcomes(&other, 4, 4, 0)));
    assert!(decision.officer.rules.iter().all(|rule| rule.code != ReasonCode::ImporterRecord));
}

#[test]
fn a_long_clean_importer_may_be_green_without_precedent_and_the_officer_is_told() {
    let other = Subject { mass_mg: Some(5_000_000_000), ..yarn() };
    let decision = of(&history(&outcomes(&other, 60, 0, 0)));
    assert_eq!(decision.verdict, GREEN, "{:?}", decision.officer);
    assert!(decision.officer.no_precedent);
    assert!(decision.officer.rules.iter().any(|rule| rule.code == ReasonCode::TrustedImporter));
}

/// Trust is in what an importer says, not in what it leaves out.
#[test]
fn a_trusted_importer_is_not_green_without_hs_code_origin_or_mass() {
    let other = Subject { mass_mg: Some(5_000_000_000), ..yarn() };
    let history = history(&outcomes(&other, 60, 0, 0));
    for (goods, missing) in [
        (Subject { hs_code: None, ..yarn() }, CounterKind::Hs6),
        (Subject { origin_country: None, ..yarn() }, CounterKind::Origin),
        (Subject { mass_mg: None, ..yarn() }, CounterKind::Mass),
    ] {
        let decided =
            finish(scorer().score(&cargo(vec![vec![goods]]), Ok(&history), &[]), &Capacity::default());
        let decision = &decided.pre_decisions[1];
        assert_ne!(decision.verdict, GREEN, "{missing:?}");
        assert!(decided.evidence.items[0].undeclared.has(missing));
        let rule = decision.officer.rules.iter().find(|rule| rule.code == ReasonCode::NoPrecedent).unwrap();
        assert!(policy::text(rule, Language::English).contains("not declared"));
        assert!(decision.officer.rules.iter().all(|rule| rule.code != ReasonCode::TrustedImporter));
        for reason in decision.officer.deciding_items.iter().flat_map(|item| &item.reasons) {
            assert_ne!(reason.code, ReasonCode::Earlier(missing), "never said is not never seen");
        }
        assert_eq!(record::recompute(scorer(), &record::encode(&decided)).unwrap(), decided);
    }
}

/// Two numbers under one code, and nobody knows whose they are: the higher one is told.
#[test]
fn a_consignment_tells_one_score_of_each_kind() {
    let bad = outcomes(&yarn(), 10, 10, 0);
    let worse = Subject { hs_code: Some("870899".into()), ..yarn() };
    let mut past = outcomes(&worse, 30, 30, 0);
    past.extend(bad);
    let decision = decide(&cargo(vec![vec![yarn(), worse]]), &history(&past), &[]).swap_remove(1);
    let told: Vec<_> =
        decision.officer.rules.iter().filter(|rule| rule.code == ReasonCode::FraudScore).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].parameters[0], format!("{:.3}", decision.officer.fraud_probability.unwrap()));
}

#[test]
fn a_critical_precedent_is_never_green() {
    let decision = of(&history(&outcomes(&yarn(), 3, 2, 2)));
    assert_ne!(decision.verdict, GREEN);
}

#[test]
fn contributions_add_up_to_the_log_odds() {
    let history = history(&outcomes(&yarn(), 10, 6, 1));
    for decision in decide(&cargo(vec![vec![yarn()]]), &history, &[]) {
        for item in decision.officer.deciding_items {
            let told: f64 = item.reasons.iter().filter_map(|reason| reason.contribution).sum();
            let p = f64::from(if item.head == Head::Fraud {
                item.fraud_probability
            } else {
                item.critical_probability
            });
            let log_odds = (p / (1.0 - p)).ln();
            assert!((item.base_log_odds + told + item.rest - log_odds).abs() < 1e-4);
            assert!(item.reasons.len() <= 5);
        }
    }
}

#[test]
fn three_items_are_explained_worst_first_wherever_they_stand() {
    let bad = outcomes(&yarn(), 10, 10, 0);
    let clean = Subject { hs_code: Some("080610".into()), importer: Some("UZ-IMPORTER-2".into()), ..yarn() };
    let mut past = outcomes(&clean, 10, 0, 0);
    past.extend(bad);
    let case = cargo(vec![vec![clean.clone(), clean.clone()], vec![clean.clone(), yarn(), clean]]);
    let decisions = decide(&case, &history(&past), &[]);
    assert_eq!(verdicts(&decisions[..3]), [RED, GREEN, RED]);
    let explained: Vec<_> = decisions
        .iter()
        .flat_map(|decision| &decision.officer.deciding_items)
        .map(|item| (item.consignment, item.item))
        .collect();
    assert_eq!(explained.len(), 3);
    assert!(explained.contains(&(1, 1)), "the red item is explained: {explained:?}");
}
