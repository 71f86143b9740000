//! What would change it: computed, told to officers only, and true.

use scoring::features::Fact;
use scoring::policy::text;
use scoring::*;

use crate::support::*;

/// Yarn of this mass was irregular nine times of ten, yarn of other masses never.
fn heavy_yarn_is_bad() -> History {
    let mut rows = outcomes(&yarn(), 30, 27, 0);
    for n in 1..80 {
        let other = Subject { mass_mg: Some(18_400_000_000 + n * 61_000_000), ..yarn() };
        rows.extend(outcomes(&other, 1, 0, 0));
    }
    history(&rows)
}

fn deciding(history: &History, subject: Subject) -> (Verdict, DecidingItem) {
    let decisions = decide(&cargo(vec![vec![subject]]), history, &[]);
    (decisions[1].verdict, decisions[1].officer.deciding_items[0].clone())
}

#[test]
fn the_fact_that_stands_out_is_named_and_the_corridor_is_milder() {
    let policy = Policy { importer_record: NO_RECORD, ..scorer().policy().clone() };
    let scorer = Scorer::shipped().unwrap().with_policy(policy);
    let case = cargo(vec![vec![yarn()]]);
    let decided = finish(scorer.score(&case, Ok(&heavy_yarn_is_bad()), &[]), &Capacity::default());
    let part = &decided.pre_decisions[1];
    assert_eq!(part.verdict, RED);
    let change = part.officer.deciding_items[0].change.clone().unwrap();
    assert_eq!(change.code, ReasonCode::WouldChange);
    assert!(change.parameters[0] == "GREEN" || change.parameters[0] == "YELLOW", "{change:?}");
    assert_eq!(change.parameters[1..], [Fact::Mass.as_str()]);
    assert_eq!(
        text(&change, Language::English),
        format!("to check first: mass; if typical, the score alone would ask for {}", change.parameters[0])
    );
    // And it comes out again of the stored evidence.
    let bytes = record::encode(&decided);
    assert_eq!(record::recompute(&scorer, &bytes).unwrap(), decided);
    // The partner is told nothing of it.
    assert!(part.public_reasons.iter().all(|reason| reason.as_str() != "WOULD_CHANGE"));
}

const NO_RECORD: policy::ImporterRecord =
    policy::ImporterRecord { outcomes: i64::MAX, rate: policy::Cut { yellow: 1.0, red: 1.0 } };

#[test]
fn nothing_is_said_where_facts_cannot_help() {
    // Green already.
    let (verdict, item) = deciding(&history(&outcomes(&yarn(), 60, 0, 0)), yarn());
    assert_eq!((verdict, item.change), (GREEN, None));
    // Held by a rule: no precedent is no fault of the declaration.
    let (verdict, item) = deciding(&History::default(), yarn());
    assert_eq!((verdict, item.change), (YELLOW, None));
    // Held by the importer's own record.
    let (verdict, item) = deciding(&history(&outcomes(&yarn(), 60, 58, 0)), yarn());
    assert_eq!((verdict, item.change), (RED, None));
}
