//! Findings against cargo, and the table of rules.

use manifest::finding::{About, FindingCode, Severity};
use scoring::policy::{RULES, SubjectKind, minimum};
use scoring::*;

use crate::support::*;

#[test]
fn every_code_has_exactly_one_rule() {
    for code in FindingCode::ALL {
        assert_eq!(RULES.iter().filter(|(rule, _)| rule == code).count(), 1, "{}", code.as_str());
    }
}

#[test]
fn yellow_is_for_cargo_only() {
    for (code, _) in RULES {
        for kind in [SubjectKind::Coach, SubjectKind::Traveller] {
            assert_ne!(minimum(*code, Severity::Warning, kind), Some(Corridor::Yellow), "{code:?} {kind:?}");
        }
        assert_eq!(minimum(*code, Severity::Note, SubjectKind::Consignment), None);
    }
}

#[test]
fn a_rule_outranks_a_clean_model() {
    let past = history(&outcomes(&yarn(), 10, 0, 0));
    let case = cargo(vec![vec![yarn()], vec![yarn()]]);
    let mass = warning(FindingCode::GrossMassBelowSum, About::Consignment(0));
    let decisions = decide(&case, &past, std::slice::from_ref(&mass));
    assert_eq!(verdicts(&decisions[..3]), [YELLOW, YELLOW, GREEN]);
    assert_eq!(decisions[1].public_reasons, [PublicReason::Finding(FindingCode::GrossMassBelowSum)]);
    assert_eq!(decisions[0].public_reasons, decisions[1].public_reasons);

    let danger = warning(FindingCode::DangerousGoodsIncomplete, About::GoodsItem { consignment: 1, item: 0 });
    let decisions = decide(&case, &past, &[mass, danger]);
    assert_eq!(verdicts(&decisions[..3]), [RED, YELLOW, RED]);
}

#[test]
fn a_rule_never_softens_the_model() {
    let past = history(&outcomes(&yarn(), 10, 10, 0));
    let mass = warning(FindingCode::GrossMassBelowSum, About::Consignment(0));
    let decisions = decide(&cargo(vec![vec![yarn()]]), &past, &[mass]);
    assert_eq!(decisions[1].verdict, RED);
    assert!(decisions[1].public_reasons.contains(&PublicReason::RiskAssessment));
}

#[test]
fn a_blocking_finding_blocks_its_subject_and_not_its_neighbour() {
    let past = history(&outcomes(&yarn(), 10, 0, 0));
    let case = cargo(vec![vec![yarn()], vec![yarn()]]);
    let about = About::GoodsItem { consignment: 0, item: 0 };
    let decisions = decide(&case, &past, &[finding(FindingCode::ValueMalformed, Severity::Blocking, about)]);
    let blocked = Verdict::Withheld(Withheld::BlockingFinding);
    assert_eq!(verdicts(&decisions[..3]), [blocked, blocked, GREEN]);
    assert_eq!(
        decisions[1].public_reasons,
        [PublicReason::Finding(FindingCode::ValueMalformed), PublicReason::NoDecision]
    );
    let told: Vec<_> = decisions[1].officer.rules.iter().map(|rule| rule.code).collect();
    assert_eq!(told, [ReasonCode::FindingBlocks], "no corridor is spoken of where none is given");
}

#[test]
fn a_withheld_driver_withholds_the_truck_and_a_red_one_does_not_colour_it() {
    let past = history(&outcomes(&yarn(), 10, 0, 0));
    let case = cargo(vec![vec![yarn()]]);
    let blocked = finding(FindingCode::DocumentMissing, Severity::Blocking, About::CrewMember(0));
    assert_eq!(decide(&case, &past, &[blocked])[0].verdict, Verdict::Withheld(Withheld::TravellersWithheld));
    let expired = warning(FindingCode::DocumentExpired, About::CrewMember(0));
    assert_eq!(verdicts(&decide(&case, &past, &[expired])), [GREEN, GREEN, RED]);
}

/// One row of fifty that could not be read is somebody whom we do not know: one is withheld, the others are decided, and they do
/// not make the bus green.
#[test]
fn an_unreadable_row_never_lets_a_list_go_green() {
    let case = Case::Coach { crew: vec![CrewMember::Driver], passengers: 50 };
    let blocked = Verdict::Withheld(Withheld::BlockingFinding);
    for (severity, passenger) in [(Severity::Blocking, blocked), (Severity::Warning, RED)] {
        let row = finding(FindingCode::RowUnreadable, severity, About::Passenger(3));
        let decisions = decide(&case, &History::default(), &[row]);
        assert_eq!((decisions[0].verdict, decisions[5].verdict), (RED, passenger));
        let withheld = decisions.iter().filter(|each| matches!(each.verdict, Verdict::Withheld(_))).count();
        assert_eq!(withheld, usize::from(severity == Severity::Blocking));
        assert!(decisions[0].public_reasons.contains(&PublicReason::Finding(FindingCode::RowUnreadable)));
    }
    // A name that cannot be compared sets its bearer aside, and colours nothing.
    let name = warning(FindingCode::NameNotTransliterated, About::Passenger(3));
    assert_eq!(decide(&case, &History::default(), &[name])[0].verdict, GREEN);
    let cargo = cargo(vec![vec![yarn()]]);
    let past = history(&outcomes(&yarn(), 10, 0, 0));
    let row = warning(FindingCode::RowUnreadable, About::Consignment(0));
    assert_eq!(decide(&cargo, &past, &[row])[0].verdict, RED);
}
