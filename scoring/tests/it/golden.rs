//! Golden rows of every shipped bundle: what the trainer's own model answered is what is answered here.

use scoring::features::{CATALOG, FeatureVector, WIDTH};
use scoring::*;
use serde_json::Value;

use crate::support::*;

fn rows() -> Vec<Value> {
    let text = include_str!("../../models/customs-1/golden.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn vector(row: &Value) -> FeatureVector {
    let values: Vec<f32> = row["x"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect();
    FeatureVector(<[f32; WIDTH]>::try_from(values.as_slice()).unwrap())
}

#[test]
fn probabilities_are_the_trainers() {
    let rows = rows();
    assert!(rows.len() >= 20);
    let vectors: Vec<_> = rows.iter().map(vector).collect();
    for (row, score) in rows.iter().zip(scorer().bundle().score(&vectors).unwrap()) {
        for (name, found) in [("fraud", score.fraud), ("critical", score.critical)] {
            assert!((f64::from(found) - row[name].as_f64().unwrap()).abs() < 1e-6, "{name}: {found}");
        }
    }
    // The rows reach over the whole range, so that a model that always says the same does not pass.
    let of = |row: &Value| row["fraud"].as_f64().unwrap();
    assert!(rows.iter().any(|row| of(row) < 0.01) && rows.iter().any(|row| of(row) > 0.9));
}

#[test]
fn contributions_are_exact_and_add_up() {
    let rows = rows();
    let vectors: Vec<_> = rows.iter().map(vector).collect();
    let scores = scorer().bundle().score(&vectors).unwrap();
    for ((row, vector), score) in rows.iter().zip(&vectors).zip(scores) {
        for (head, margin, name) in [
            (Head::Fraud, score.fraud_margin, "fraud_contributions"),
            (Head::Critical, score.critical_margin, "critical_contributions"),
        ] {
            let explanation = scorer().bundle().explain(vector, head);
            assert!((explanation.total() - f64::from(margin)).abs() < 1e-5);
            let expected = row[name].as_array().unwrap();
            for ((found, expected), feature) in explanation.contributions.iter().zip(expected).zip(&CATALOG) {
                assert!((found - expected.as_f64().unwrap()).abs() < 1e-5, "{}: {found}", feature.name);
            }
        }
    }
}

#[test]
fn a_better_record_never_makes_a_score_worse() {
    // Rates of the head's own label may only push towards it: in every vector, at every rate.
    for row in rows() {
        let base = vector(&row);
        for (place, _) in CATALOG.iter().enumerate().filter(|(_, f)| f.name.starts_with("r_")) {
            let steps: Vec<_> = (0..=20)
                .map(|step| {
                    let mut vector = base;
                    vector.0[place] = step as f32 / 20.0;
                    vector
                })
                .collect();
            let scores = scorer().bundle().score(&steps).unwrap();
            assert!(
                scores.windows(2).all(|pair| pair[0].fraud_margin <= pair[1].fraud_margin + 1e-5),
                "{}",
                CATALOG[place].name
            );
        }
    }
}

#[test]
fn a_batch_answers_as_its_rows_do_alone() {
    let vectors: Vec<_> = rows().iter().map(vector).cycle().take(131).collect();
    let together = scorer().bundle().score(&vectors).unwrap();
    for (vector, score) in vectors.iter().zip(&together).step_by(7) {
        assert_eq!(scorer().bundle().score(std::slice::from_ref(vector)).unwrap()[0], *score);
    }
}
