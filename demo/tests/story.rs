//! The stories end as `fixtures/` says: the demo is played once, with the real gateway and the real client.

#![allow(clippy::unwrap_used)] // a step of a test that fails is the test's failure

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// `FIXTURES_ACCEPT=1` (set by `cargo xtask fixtures --accept`) writes the expectations instead of comparing.
#[test]
fn story_ends_are_the_fixtures() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo")).args(["demo", "--json"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &'static str| lines.iter().filter(move |line| line["kind"] == kind);
    let accept = std::env::var_os("FIXTURES_ACCEPT").is_some_and(|value| value == "1");
    let mut differing = Vec::new();
    for line in of("decision") {
        let folder = fixtures().join(line["story"].as_str().unwrap());
        for (name, expected) in [("findings.json", findings(line)), ("pre_decision.json", pre_decision(line))]
        {
            let file = folder.join(name);
            let text = format!("{expected:#}\n");
            if accept {
                std::fs::write(&file, text).unwrap();
                continue;
            }
            let kept = std::fs::read_to_string(&file).unwrap_or_default();
            if serde_json::from_str::<Value>(&kept).ok() != Some(expected) {
                differing.push(format!("{}: now\n{text}", file.display()));
            }
        }
    }
    assert!(differing.is_empty(), "cargo xtask fixtures --accept rewrites these:\n{}", differing.join("\n"));
    let summary = of("summary").next().cloned().unwrap_or_default();
    assert!(output.status.success(), "{summary:#}\n{trouble}");
    assert_eq!(of("decision").count(), 13);
    assert_eq!(of("refusal").count(), 5);
    assert_eq!(of("watch").count(), 13);
    assert!(of("repeat").all(|line| line["same_receipt"] == true));
}

/// Findings in short: code, severity, path.
fn findings(line: &Value) -> Value {
    json!({ "synthetic": true, "findings": line["findings"] })
}

/// The verdicts, the reasons and what spoke to the officer; no score, for it moves with every model.
fn pre_decision(line: &Value) -> Value {
    let mut alike: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for one in line["pre_decisions"].as_array().unwrap() {
        let key = json!({ "corridor": one["corridor"], "reasons": one["reasons"] }).to_string();
        alike.entry(key).or_default().push(one["subject"].clone());
    }
    let parts: Vec<Value> = alike
        .into_iter()
        .map(|(key, subjects)| {
            let mut part: Value = serde_json::from_str(&key).unwrap();
            part["subjects"] = Value::Array(subjects);
            part
        })
        .collect();
    json!({
        "synthetic": true,
        "corridor": line["corridor"],
        "reasons": line["reasons"],
        "pre_decisions": parts,
        "officer_rules": line["officer"]["rules"],
    })
}
