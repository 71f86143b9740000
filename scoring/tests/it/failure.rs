//! Whatever fails withholds; nothing fails to green.

use scoring::features::Rate;
use scoring::*;

use crate::support::*;

fn withheld(reason: Withheld) -> Verdict {
    Verdict::Withheld(reason)
}

#[test]
fn history_that_could_not_be_read_withholds() {
    let case = cargo(vec![vec![yarn()], vec![yarn()]]);
    let scored = scorer().score(&case, Err(Withheld::HistoryUnavailable), &[]);
    let decisions = finish(scored, &Capacity::default()).pre_decisions;
    assert_eq!(verdicts(&decisions[..3]), [withheld(Withheld::HistoryUnavailable); 3]);
    assert!(decisions[0].public_reasons.contains(&PublicReason::NoDecision));
}

#[test]
fn a_value_that_is_not_finite_withholds_its_consignment_and_no_other() {
    let rates = Rates::new(vec![Rate {
        from: "2000-01-01".parse().unwrap(),
        currency: "XXX".into(),
        krw: f64::INFINITY,
    }]);
    let policy = Policy { rates, ..scorer().policy().clone() };
    let scorer = Scorer::shipped().unwrap().with_policy(policy);
    let infinite = Subject { value: Some(Value { currency: "XXX".into(), units: 5, nanos: 0 }), ..yarn() };
    let past = history(&outcomes(&yarn(), 10, 0, 0));
    let scored =
        scorer.score(&cargo(vec![vec![infinite], vec![Subject { value: None, ..yarn() }]]), Ok(&past), &[]);
    let decisions = finish(scored, &Capacity::default()).pre_decisions;
    let failed = withheld(Withheld::ScoringFailed);
    assert_eq!(verdicts(&decisions[..3]), [failed, failed, GREEN]);
}

#[test]
fn counters_that_no_store_should_hold_never_make_green() {
    let mut past = history(&outcomes(&yarn(), 10, 0, 0));
    for key in scorer().history_keys(&cargo(vec![vec![yarn()]])) {
        let nonsense = Moments { n: 10, mean: f64::NAN, m2: f64::NAN };
        past.add(key, &Counter { n: -15, value: nonsense, mass: nonsense, ..Counter::default() });
    }
    assert_ne!(decide(&cargo(vec![vec![yarn()]]), &past, &[])[1].verdict, GREEN);
}

#[test]
fn a_truck_without_consignments_and_a_consignment_without_items_are_withheld() {
    let failed = withheld(Withheld::ScoringFailed);
    assert_eq!(decide(&cargo(vec![]), &History::default(), &[])[0].verdict, failed);
    assert_eq!(verdicts(&decide(&cargo(vec![vec![]]), &History::default(), &[])[..2]), [failed, failed]);
}

#[test]
fn a_truck_that_is_declared_empty_is_yellow_and_says_why() {
    let case = Case::EmptyTruck { crew: vec![CrewMember::Driver] };
    assert!(scorer().history_keys(&case).is_empty());
    let decided = finish(scorer().score(&case, Ok(&History::default()), &[]), &Capacity::default());
    assert_eq!(verdicts(&decided.pre_decisions), [YELLOW, GREEN]);
    assert_eq!(decided.pre_decisions[0].public_reasons, [PublicReason::DocumentaryCheck]);
    assert_eq!(decided.pre_decisions[0].officer.rules[0].code, ReasonCode::EmptyConveyance);
    let stored = record::encode(&decided);
    assert_eq!(record::recompute(scorer(), &stored).unwrap(), decided);
}

#[test]
fn modes_that_are_not_decided_are_withheld() {
    let decisions = decide(&Case::ModeNotDecided, &History::default(), &[]);
    assert_eq!(verdicts(&decisions), [withheld(Withheld::ModeNotDecided)]);
}

#[test]
fn a_rejected_manifest_is_withheld_with_and_without_its_case() {
    use manifest::finding::{About, FindingCode, Severity};
    let blocking = [finding(FindingCode::RequiredFieldMissing, Severity::Blocking, About::Manifest)];
    let rejected = withheld(Withheld::ManifestRejected);
    let case = cargo(vec![vec![yarn()]]);
    for case in [None, Some(&case)] {
        let scored = Scored::withheld(Withheld::ManifestRejected, case, &blocking);
        let decisions = finish(scored, &Capacity::default()).pre_decisions;
        assert!(decisions.iter().all(|decision| decision.verdict == rejected));
        assert!(
            decisions[0].public_reasons.contains(&PublicReason::Finding(FindingCode::RequiredFieldMissing))
        );
    }
    let clean = history(&outcomes(&yarn(), 10, 0, 0));
    assert!(decide(&case, &clean, &blocking).iter().all(|decision| decision.verdict == rejected));
}

#[test]
fn odd_subjects_never_panic() {
    let empty = Subject::undeclared("0001-01-01".parse().unwrap());
    let odd = Subject {
        hs_code: Some("8é7090".into()),
        mass_mg: Some(i64::MIN),
        value: Some(Value { currency: "USD".into(), units: i64::MIN, nanos: i32::MIN }),
        ..empty.clone()
    };
    let huge = Subject {
        mass_mg: Some(i64::MAX),
        value: Some(Value { currency: "KRW".into(), units: i64::MAX, nanos: 999_999_999 }),
        ..yarn()
    };
    for subject in [empty, odd, huge] {
        let decisions = decide(&cargo(vec![vec![subject]; 3]), &History::default(), &[]);
        assert!(decisions[..4].iter().all(|decision| decision.verdict != GREEN));
    }
}

#[test]
fn more_items_than_the_largest_batch_are_all_scored() {
    let past = history(&outcomes(&yarn(), 10, 0, 0));
    let decisions = decide(&cargo(vec![vec![yarn()]; 150]), &past, &[]);
    assert!(decisions[..151].iter().all(|decision| decision.verdict == GREEN));
    let first = decisions[1].officer.fraud_probability;
    assert!(decisions[1..151].iter().all(|decision| decision.officer.fraud_probability == first));
}

fn by_rules(case: &Case, cause: Withheld, findings: &[manifest::finding::Finding]) -> Decided {
    let scored = scorer().rules_only(&scorer().prepare(case), cause, findings);
    finish(scored, &Capacity::default())
}

#[test]
fn rules_alone_say_yellow_or_red_where_a_rule_does_and_withhold_the_rest() {
    use manifest::finding::{About, FindingCode, Severity};
    let warned = |code, place| finding(code, Severity::Warning, About::Consignment(place));
    let findings = [
        warned(FindingCode::DescriptionVague, 0),
        warned(FindingCode::RegimeDisagrees, 1),
        finding(FindingCode::RegimeDisagrees, Severity::Blocking, About::Consignment(3)),
    ];
    let late = withheld(Withheld::ScoringFailed);
    let case = cargo(vec![vec![yarn()]; 4]);
    let decided = by_rules(&case, Withheld::ScoringFailed, &findings);
    let blocked = withheld(Withheld::BlockingFinding);
    assert_eq!(verdicts(&decided.pre_decisions[..5]), [RED, YELLOW, RED, late, blocked]);
    // Without the red one nobody waves the truck through on a yellow.
    let decided = by_rules(&case, Withheld::ScoringFailed, &findings[..1]);
    assert_eq!(verdicts(&decided.pre_decisions[..3]), [late, YELLOW, late]);
    // All yellow is yellow.
    let decided = by_rules(&cargo(vec![vec![yarn()]]), Withheld::ScoringFailed, &findings[..1]);
    assert_eq!(verdicts(&decided.pre_decisions[..2]), [YELLOW, YELLOW]);
}

#[test]
fn rules_alone_are_never_green_and_say_what_they_are() {
    let cases = [
        cargo(vec![vec![yarn()]]),
        Case::EmptyTruck { crew: vec![CrewMember::Driver] },
        Case::Coach { crew: vec![CrewMember::Driver], passengers: 3 },
    ];
    for case in cases {
        for cause in [Withheld::ScoringFailed, Withheld::HistoryUnavailable] {
            let decided = by_rules(&case, cause, &[]);
            for decision in &decided.pre_decisions {
                assert_ne!(decision.verdict, GREEN, "{case:?}");
                assert!(decision.public_reasons.contains(&PublicReason::RulesOnly), "{case:?}");
                let rules = &decision.officer.rules;
                let mark = rules.iter().find(|rule| rule.code == ReasonCode::RulesOnly).unwrap();
                assert_eq!(mark.parameters, [cause.as_str()]);
            }
            // Years later it comes out the same, byte for byte.
            let stored = record::encode(&decided);
            assert_eq!(record::recompute(scorer(), &stored).unwrap(), decided);
            assert_eq!(record::decode(&stored).unwrap(), decided);
            assert!(String::from_utf8(stored).unwrap().contains("\"rules_only\":true"));
        }
    }
}

#[test]
fn what_is_scored_later_is_what_would_have_been_scored_in_time() {
    let case = cargo(vec![vec![yarn(), yarn()], vec![yarn()]]);
    let past = history(&outcomes(&yarn(), 10, 3, 0));
    let before = by_rules(&case, Withheld::HistoryUnavailable, &[]);
    let prepared = scorer().prepare(&case);
    let later = finish(scorer().score_later(&prepared, &past, &before.evidence), &Capacity::default());
    let in_time = finish(scorer().score(&case, Ok(&past), &[]), &Capacity::default());
    assert_eq!(later, in_time);
    assert!(!later.evidence.rules_only);
}
