//! Decisions are made again across changes of what judges: another model, another table of rules, from what was kept alone.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use manifest::finding::{About, FindingCode};
use scoring::kept::{Kept, KeptFile};
use scoring::record::{RecordError, encode, recompute, replay};
use scoring::*;
use serde_json::{Value, json};

use crate::support::*;

/// Another model: every leaf adds half of what it adds in the shipped one, so every log-odds, every contribution and every base
/// is half. Graph, trees, golden rows and digests are made to fit, as training would.
fn halved(parent: &Path) -> PathBuf {
    let shipped = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models/customs-1"));
    let folder = parent.join("halved");
    fs::create_dir_all(&folder).unwrap();
    let mut manifest = fs::read_to_string(shipped.join("bundle.toml")).unwrap();
    manifest = manifest.replacen("customs-1", "customs-halved", 1);
    for (name, change) in [
        ("model.onnx", graph as fn(Vec<u8>) -> Vec<u8>),
        ("trees.json", trees),
        ("golden.jsonl", golden),
        ("card.md", |card| card),
    ] {
        let before = fs::read(shipped.join(name)).unwrap();
        let after = change(before.clone());
        manifest = manifest.replace(&sha256(&before), &sha256(&after));
        fs::write(folder.join(name), after).unwrap();
    }
    fs::write(folder.join("bundle.toml"), manifest).unwrap();
    folder
}

fn graph(mut bytes: Vec<u8>) -> Vec<u8> {
    let name = b"target_weights";
    let mut at = bytes.windows(name.len()).rposition(|window| window == name).unwrap() + name.len();
    let mut changed = 0;
    // Field 7 of an ONNX attribute: one float each.
    while bytes[at] == 0x3d {
        let value = f32::from_le_bytes(bytes[at + 1..at + 5].try_into().unwrap());
        bytes[at + 1..at + 5].copy_from_slice(&(value / 2.0).to_le_bytes());
        at += 5;
        changed += 1;
    }
    assert!(changed > 1_000);
    bytes
}

fn trees(bytes: Vec<u8>) -> Vec<u8> {
    let mut trees: Value = serde_json::from_slice(&bytes).unwrap();
    for tree in trees.as_object_mut().unwrap().values_mut().flat_map(|head| head.as_array_mut().unwrap()) {
        halve(&mut tree["values"]);
    }
    trees.to_string().into_bytes()
}

fn halve(values: &mut Value) {
    for value in values.as_array_mut().unwrap() {
        // As the float32 that it is: half of it is exact.
        *value = json!(value.as_f64().unwrap() as f32 / 2.0);
    }
}

fn golden(bytes: Vec<u8>) -> Vec<u8> {
    let mut out = String::new();
    for line in String::from_utf8(bytes).unwrap().lines() {
        let mut row: Value = serde_json::from_str(line).unwrap();
        for head in ["fraud", "critical"] {
            let margin = row[format!("{head}_margin")].as_f64().unwrap() / 2.0;
            row[format!("{head}_margin")] = json!(margin);
            row[head] = json!(1.0 / (1.0 + (-margin).exp()));
            for value in row[format!("{head}_contributions")].as_array_mut().unwrap() {
                *value = json!(value.as_f64().unwrap() / 2.0);
            }
        }
        writeln!(out, "{row}").unwrap();
    }
    out.into_bytes()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The shipped policy as it was before a row was added: without the rule about sums.
fn earlier_policy() -> Policy {
    let source = Policy::shipped().unwrap().source;
    let (file, rules) = source.split_once('\0').unwrap();
    let sums = FindingCode::SumOverflows.as_str();
    let before: String =
        rules.lines().filter(|row| !row.starts_with(sums)).fold(String::new(), |all, row| all + row + "\n");
    assert_ne!(before, rules);
    Policy::from_source(&format!("{file}\0{before}")).unwrap()
}

fn decided(scorer: &Scorer) -> Vec<u8> {
    decided_after(scorer, 6)
}

/// Of ten outcomes of the same goods so many were irregular.
fn decided_after(scorer: &Scorer, irregular: i64) -> Vec<u8> {
    let past = history(&outcomes(&yarn(), 10, irregular, 0));
    let case = cargo(vec![vec![yarn()], vec![yarn()]]);
    let findings = [warning(FindingCode::SumOverflows, About::Consignment(1))];
    encode(&finish(scorer.score(&case, Ok(&past), &findings), &Capacity::default()))
}

#[test]
fn another_model_decides_otherwise_and_both_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let other = Scorer::load(&halved(folder.path())).unwrap();
    let (ours, theirs) = (decided(scorer()), decided(&other));
    let of = |record: &[u8]| {
        scoring::record::decode(record).unwrap().pre_decisions[1].officer.fraud_probability.unwrap()
    };
    assert!((of(&ours) - of(&theirs)).abs() > 0.05, "{} and {}", of(&ours), of(&theirs));
    for record in [&ours, &theirs] {
        assert_eq!(encode(&replay([scorer(), &other], record).unwrap()), *record);
    }
    assert!(matches!(recompute(scorer(), &theirs), Err(RecordError::Identity { .. })));
    // One that passes itself off as the other gives other decisions, and is found out.
    let (mine, its) = (scorer().identity(), other.identity());
    let forged = String::from_utf8(theirs).unwrap();
    let forged =
        forged.replace(&its.bundle_digest, &mine.bundle_digest).replace(&its.bundle_name, &mine.bundle_name);
    assert!(matches!(recompute(scorer(), forged.as_bytes()), Err(RecordError::Differs)));
}

#[test]
fn a_rule_that_was_added_later_does_not_weigh_on_earlier_decisions() {
    let earlier = scorer().with_policy(earlier_policy());
    let (before, after) = (decided_after(&earlier, 0), decided_after(scorer(), 0));
    let verdict = |record: &[u8]| scoring::record::decode(record).unwrap().pre_decisions[2].verdict;
    // Without its rule somebody looks; with it full control is asked for.
    assert_eq!((verdict(&before), verdict(&after)), (YELLOW, RED));
    assert!(matches!(recompute(scorer(), &before), Err(RecordError::Identity { .. })));
    let mut kept = Kept::default();
    KeptFile::of(&earlier).into_iter().for_each(|file| kept.add(file));
    let identity = earlier.identity();
    let again = kept.bundle(&identity.bundle_digest).unwrap().unwrap();
    let again = again.with_policy(kept.policy(&identity.policy_digest).unwrap().unwrap());
    assert_eq!(encode(&recompute(&again, &before).unwrap()), before);
}

#[test]
fn what_was_kept_is_proven() {
    let mut kept = Kept::default();
    for mut file in KeptFile::of(scorer()) {
        if file.file == "policy" {
            file.content = String::from_utf8(file.content).unwrap().replacen("0.60", "0.61", 1).into_bytes();
        } else if file.file == "trees.json" {
            file.content[100] ^= 1;
        }
        kept.add(file);
    }
    let identity = scorer().identity();
    assert!(matches!(kept.policy(&identity.policy_digest), Some(Err(LoadError::Kept { .. }))));
    assert!(matches!(kept.bundle(&identity.bundle_digest), Some(Err(LoadError::Bundle(_)))));
    assert!(kept.bundle("0").is_none() && kept.policy("0").is_none());
    assert!(Policy::from_source("no table").is_err());
}

#[test]
fn score_replay_needs_nothing_but_the_export() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = halved(folder.path());
    let judges = [
        Scorer::shipped().unwrap(),
        Scorer::load(&bundle).unwrap(),
        Scorer::load(&bundle).unwrap().with_policy(earlier_policy()),
    ];
    fs::remove_dir_all(&bundle).unwrap();
    let record = |(number, scorer): (usize, &Scorer)| {
        let record = String::from_utf8(decided(scorer)).unwrap();
        json!({ "manifest": format!("manifests/SYNTHETIC-{number}"), "test": false, "record": record })
            .to_string()
    };
    let run = |lines: &[String]| {
        let file = folder.path().join("export.jsonl");
        let decisions = lines.iter().filter(|line| line.contains("\"record\"")).count();
        let end = json!({ "end": { "kept_files": lines.len() - decisions, "decisions": decisions } });
        fs::write(&file, format!("{}\n{end}\n", lines.join("\n"))).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_score")).arg("replay").arg(file).output().unwrap();
        (out.status.success(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let records: Vec<String> = judges.iter().enumerate().map(record).collect();
    let kept = judges.iter().flat_map(KeptFile::of).map(|file| serde_json::to_string(&file).unwrap());
    let (good, out, error) = run(&kept.chain(records.clone()).collect::<Vec<_>>());
    assert!(good && out.contains("2 the same, byte for byte, by bundle customs-halved"), "{out}{error}");
    // Without what was kept it says whose records they are.
    let (good, out, error) = run(&records);
    assert!(!good && out.starts_with("1 the same"), "{out}");
    assert!(error.contains(&judges[1].identity().bundle_digest) && error.contains("--bundle"), "{error}");
}
