//! Coaches: rules only, and travellers never colour the bus.

use manifest::finding::{About, Finding, FindingCode, Severity};
use scoring::*;

use crate::support::*;

fn coach(passengers: usize, findings: &[Finding]) -> Vec<PreDecision> {
    let crew = vec![CrewMember::Driver, CrewMember::Other];
    decide(&Case::Coach { crew, passengers }, &History::default(), findings)
}

fn blocked(about: About) -> Finding {
    finding(FindingCode::DocumentMissing, Severity::Blocking, about)
}

const SET_ASIDE: Verdict = Verdict::Withheld(Withheld::TravellersWithheld);

#[test]
fn a_coach_without_findings_is_green_without_any_history() {
    let decisions = coach(3, &[]);
    assert_eq!(verdicts(&decisions), [GREEN; 6]);
    assert_eq!(decisions[1].subject, SubjectRef::CrewMember(0));
    assert_eq!(decisions[5].subject, SubjectRef::Passenger(2));
}

#[test]
fn a_red_traveller_is_set_aside_and_the_coach_stays_green() {
    let decisions = coach(
        20,
        &[
            warning(FindingCode::DocumentExpired, About::Passenger(4)),
            warning(FindingCode::MinorAlone, About::Passenger(5)),
        ],
    );
    assert_eq!(decisions[0].verdict, GREEN);
    assert_eq!((decisions[3 + 4].verdict, decisions[3 + 5].verdict), (RED, RED));
    assert_eq!(decisions[3 + 4].public_reasons, [PublicReason::Finding(FindingCode::DocumentExpired)]);
    assert_eq!(decisions[3 + 6].verdict, GREEN);
    assert_eq!(decisions[0].officer.rules[0].parameters, ["2", "0"]);
}

#[test]
fn every_traveller_red_still_does_not_colour_it() {
    let findings: Vec<_> =
        (0..20).map(|n| warning(FindingCode::DocumentExpired, About::Passenger(n))).collect();
    assert_eq!(coach(20, &findings)[0].verdict, GREEN);
}

#[test]
fn a_withheld_driver_withholds_it_another_crew_member_does_not() {
    assert_eq!(coach(20, &[blocked(About::CrewMember(0))])[0].verdict, SET_ASIDE);
    assert_eq!(coach(20, &[blocked(About::CrewMember(1))])[0].verdict, GREEN);
}

#[test]
fn more_than_a_tenth_of_withheld_travellers_withholds_it() {
    // 18 passengers and two of crew: two of twenty are a tenth, three are more.
    let two = [blocked(About::Passenger(0)), blocked(About::Passenger(1))];
    assert_eq!(coach(18, &two)[0].verdict, GREEN);
    let three = [two[0].clone(), two[1].clone(), blocked(About::Passenger(2))];
    assert_eq!(coach(18, &three)[0].verdict, SET_ASIDE);
}

#[test]
fn findings_about_the_coach_make_it_red() {
    for code in [FindingCode::DriverMissing, FindingCode::CountMismatch, FindingCode::DocumentRepeated] {
        let decisions = coach(4, &[warning(code, About::Conveyance)]);
        assert_eq!(decisions[0].verdict, RED, "{code:?}");
        assert_eq!(decisions[0].public_reasons, [PublicReason::Finding(code)]);
        assert_eq!(decisions[3].verdict, GREEN, "its travellers are decided on their own");
    }
}

#[test]
fn a_finding_about_nobody_on_board_is_not_lost() {
    assert_eq!(
        coach(4, &[blocked(About::Passenger(99))])[0].verdict,
        Verdict::Withheld(Withheld::BlockingFinding)
    );
}

/// One bad row of fifty, three, and six: the first two cost those people and nobody else. Above a tenth the list as a whole says too
/// little, and the partner reads why in their language.
#[test]
fn a_few_bad_rows_of_fifty_cost_those_people_alone() {
    for (bad, expected) in [(1, GREEN), (3, GREEN), (5, GREEN), (6, SET_ASIDE)] {
        let findings: Vec<_> = (0..bad).map(|n| blocked(About::Passenger(n))).collect();
        let decisions = coach(50, &findings);
        assert_eq!(decisions[0].verdict, expected, "{bad}");
        let withheld =
            decisions.iter().skip(1).filter(|it| matches!(it.verdict, Verdict::Withheld(_))).count();
        assert_eq!(withheld, bad);
        let green = decisions.iter().skip(1).filter(|it| it.verdict == GREEN).count();
        assert_eq!(green, 52 - bad, "everybody else keeps a decision of their own");
        let told = decisions[0].public_reasons.contains(&PublicReason::TravellersWithheld);
        assert_eq!(told, expected == SET_ASIDE);
    }
    for (language, word) in
        [(Language::English, "driver"), (Language::Russian, "водителю"), (Language::Uzbek, "Haydovchi")]
    {
        let text = scoring::policy::public_text(PublicReason::TravellersWithheld, language);
        assert!(text.contains(word), "{text}");
    }
}
