//! The roll-up as a table.

use scoring::policy::{Parts, roll_up};
use scoring::{Verdict, Withheld};

use crate::support::{GREEN, RED, YELLOW};

const BLOCKED: Verdict = Verdict::Withheld(Withheld::BlockingFinding);
const NOT_SCORED: Verdict = Verdict::Withheld(Withheld::ScoringFailed);
const TRAVELLERS: Verdict = Verdict::Withheld(Withheld::TravellersWithheld);

#[test]
fn cargo_is_red_then_withheld_then_yellow_then_green() {
    let table: &[(Verdict, &[Verdict], &[Verdict], Verdict)] = &[
        (GREEN, &[GREEN], &[], GREEN),
        (GREEN, &[GREEN, YELLOW], &[GREEN], YELLOW),
        (GREEN, &[YELLOW, BLOCKED, GREEN], &[GREEN], BLOCKED),
        (GREEN, &[BLOCKED, RED, YELLOW], &[GREEN], RED),
        (GREEN, &[NOT_SCORED, BLOCKED], &[], NOT_SCORED),
        (YELLOW, &[GREEN], &[GREEN], YELLOW),
        (RED, &[BLOCKED], &[GREEN], RED),
        (BLOCKED, &[GREEN], &[GREEN], BLOCKED),
        (GREEN, &[YELLOW], &[BLOCKED], TRAVELLERS),
        (GREEN, &[RED], &[BLOCKED], RED),
        (GREEN, &[GREEN], &[RED], GREEN),
        (GREEN, &[], &[GREEN], NOT_SCORED),
        (RED, &[], &[GREEN], RED),
    ];
    for (own, consignments, drivers, expected) in table {
        let parts = Parts::Cargo { own: *own, consignments, drivers };
        assert_eq!(roll_up(parts), *expected, "{parts:?}");
    }
}

#[test]
fn an_empty_truck_is_yellow_at_least() {
    let table: &[(Verdict, &[Verdict], Verdict)] = &[
        (GREEN, &[GREEN], YELLOW),
        (GREEN, &[], YELLOW),
        (GREEN, &[RED], YELLOW),
        (GREEN, &[BLOCKED], TRAVELLERS),
        (BLOCKED, &[GREEN], BLOCKED),
        (RED, &[BLOCKED], RED),
    ];
    for (own, drivers, expected) in table {
        let parts = Parts::EmptyTruck { own: *own, drivers };
        assert_eq!(roll_up(parts), *expected, "{parts:?}");
    }
}

#[test]
fn a_coach_is_coloured_by_its_own_findings_and_withheld_by_its_list() {
    let table: &[(Verdict, &[Verdict], &[Verdict], Verdict)] = &[
        (GREEN, &[GREEN], &[GREEN, GREEN], GREEN),
        (GREEN, &[GREEN], &[GREEN, RED, RED], GREEN),
        (GREEN, &[RED], &[RED, GREEN], GREEN),
        (GREEN, &[BLOCKED], &[BLOCKED, GREEN, GREEN], TRAVELLERS),
        (GREEN, &[GREEN], &[GREEN, BLOCKED], TRAVELLERS),
        (GREEN, &[], &[], GREEN),
        (RED, &[BLOCKED], &[BLOCKED], RED),
        (RED, &[GREEN], &[GREEN], RED),
        (BLOCKED, &[GREEN], &[GREEN], BLOCKED),
        // A coach is never yellow.
        (YELLOW, &[GREEN], &[GREEN], RED),
    ];
    for (own, drivers, travellers, expected) in table {
        let parts = Parts::Coach { own: *own, drivers, travellers, withheld_share: 0.34 };
        assert_eq!(roll_up(parts), *expected, "{parts:?}");
    }
}
