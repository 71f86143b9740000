//! Real messages, where a folder of them is at hand: `CORRIDOR_CORPUS=<folder> cargo test -p formats --test corpus_xml`.
//! The folder holds `expected_xml_json.json` beside the files that it names. Without it nothing is tried, and that is said.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::path::PathBuf;

use formats::{Cause, Given, Intent, Limits, Message, read};
use manifest::Declared;
use manifest::consignment::CustomsRegime;
use manifest::declared::{Cargo, DeclaredMass, Load, Said, SourcePlace};
use serde_json::Value;

/// Facts about an expectation that no field of the contract holds.
const NOT_FACTS_OF_A_MANIFEST: &[&str] = &["well_formed", "root_ns"];

#[test]
fn real_messages_are_read_with_their_facts() {
    let Some(folder) = std::env::var_os("CORRIDOR_CORPUS").map(PathBuf::from) else {
        eprintln!("NOT TRIED: CORRIDOR_CORPUS is not set, so no real message was read");
        return;
    };
    let text = std::fs::read_to_string(folder.join("expected_xml_json.json")).unwrap();
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    let mut tally = Tally::default();
    for (file, facts) in expected.iter().filter(|(file, _)| file.ends_with(".xml")) {
        let Ok(bytes) = std::fs::read(folder.join(file)) else {
            tally.missing.push(file.clone());
            continue;
        };
        tally.files += 1;
        compare(file, &bytes, facts, &mut tally);
    }
    for folder_of_json in ["ncts_json"] {
        for entry in std::fs::read_dir(folder.join(folder_of_json)).into_iter().flatten().flatten() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            tally.renderings.push(match read(&bytes, None, &given(), &Limits::default()) {
                Ok(document) => format!(
                    "{name}: {}",
                    document.messages.iter().map(summary).collect::<Vec<_>>().join("; ")
                ),
                Err(refusal) => format!("{name}: {refusal}"),
            });
        }
    }
    println!("{tally}");
    assert!(tally.disagreements.is_empty() && tally.missing.is_empty(), "see above");
}

#[derive(Default)]
struct Tally {
    files: usize,
    read: usize,
    refused: Vec<String>,
    facts: usize,
    missing: Vec<String>,
    disagreements: Vec<String>,
    renderings: Vec<String>,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} files, {} read, {} facts compared", self.files, self.read, self.facts)?;
        for line in &self.renderings {
            writeln!(f, "  rendering: {line}")?;
        }
        for line in &self.refused {
            writeln!(f, "  not read: {line}")?;
        }
        for line in self.missing.iter().chain(&self.disagreements) {
            writeln!(f, "  DISAGREES: {line}")?;
        }
        Ok(())
    }
}

fn given() -> Given<'static> {
    Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() }
}

fn summary(message: &Message) -> String {
    match &message.content {
        Ok(declared) => format!("{} {:?} {}", message.kind, message.intent, declared.manifest_reference),
        Err(refusal) => format!("{} at {:?}", refusal, refusal.place.as_ref().map(ToString::to_string)),
    }
}

fn compare(file: &str, bytes: &[u8], facts: &Value, tally: &mut Tally) {
    let document = match read(bytes, None, &given(), &Limits::default()) {
        Ok(document) => document,
        Err(refusal) => {
            check_refusal(file, &refusal.cause, facts, tally);
            return;
        }
    };
    assert_eq!(document.messages.len(), 1, "{file}");
    let message = &document.messages[0];
    let Some(SourcePlace::Xml { xpath, .. }) = &message.place else { panic!("{file}: a place") };
    let declared = match &message.content {
        Ok(declared) => declared,
        Err(refusal) => {
            check_refusal(file, &refusal.cause, facts, tally);
            return;
        }
    };
    tally.read += 1;
    let number = message.kind.get(2..5).unwrap();
    let intent = match number {
        "015" | "315" => Intent::Announce,
        "013" | "313" => Intent::Amend,
        "014" => Intent::Cancel,
        _ => Intent::Arrive,
    };
    assert_eq!(message.intent, intent, "{file}");
    for (name, value) in facts.as_object().unwrap() {
        if NOT_FACTS_OF_A_MANIFEST.contains(&name.as_str()) {
            continue;
        }
        let wanted = match value {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // Houses are an idea of phase 5; older messages have their goods without.
        if name == "house_consignments" && wanted == "0" {
            continue;
        }
        tally.facts += 1;
        let found = fact(name, declared, message, xpath, facts);
        let is_same = found == wanted || (name == "declaration_type" && same_regime(&wanted, &found));
        if !is_same {
            tally.disagreements.push(format!("{file}: {name}: expected {wanted:?}, found {found:?}"));
        }
    }
}

fn check_refusal(file: &str, cause: &Cause, facts: &Value, tally: &mut Tally) {
    let root = facts["root"].as_str().unwrap();
    let kinds = [
        "CC025C",
        "CC029C",
        "CC043C",
        "CC044A",
        "CC044C",
        "CC170C",
        "CC351A",
        "ErrorResponse",
        "notificationResponse",
    ];
    if matches!(cause, Cause::NotRead(_)) && kinds.contains(&root) {
        tally.refused.push(format!("{file}: {cause}"));
    } else {
        tally.disagreements.push(format!("{file}: {cause}"));
    }
}

fn same_regime(wanted: &str, found: &str) -> bool {
    match wanted {
        "TIR" => found == CustomsRegime::Tir.as_str(),
        "T1" | "T2" => found == CustomsRegime::Transit.as_str(),
        _ => false,
    }
}

fn fact(name: &str, declared: &Declared, message: &Message, xpath: &str, facts: &Value) -> String {
    let empty = Cargo::default();
    let cargo = match &declared.load {
        Some(Load::Cargo(cargo)) => cargo,
        _ => &empty,
    };
    let conveyance = declared.conveyance.clone().unwrap_or_default();
    let items = cargo.consignments.iter().flat_map(|consignment| &consignment.goods_items);
    match name {
        "root" => xpath.split('/').nth(1).unwrap_or_default().to_owned(),
        "message_type" => message.kind.clone(),
        "lrn" => declared.manifest_reference.clone(),
        "mrn" if facts.get("lrn").is_none() => declared.manifest_reference.clone(),
        "mrn" => cargo.consignments[0].previous_mrn.clone(),
        "declaration_type" => match &cargo.customs_regime {
            Some(Said::Plain(regime)) => regime.as_str().to_owned(),
            Some(Said::Words(words)) => words.clone(),
            None => String::new(),
        },
        "tir_carnet" => cargo.tir_carnet.clone().unwrap_or_default().number,
        "mode_at_border" => conveyance.mode_code,
        "transport_id" => conveyance.registration,
        "office_departure" => cargo.departure_office_code.clone(),
        "office_destination" => cargo.destination_office_code.clone(),
        "transit_offices" => {
            let stops = declared.journey.iter().flat_map(|journey| &journey.stops);
            stops.filter_map(|stop| Some(stop.location.clone()?.local_code)).collect::<Vec<_>>().join(" ")
        }
        "house_consignments" => cargo.consignments.len().to_string(),
        "goods_items" => items.count().to_string(),
        "gross_mass" => match &cargo.total_gross_mass {
            Some(DeclaredMass::Said { amount, .. }) => amount.clone(),
            _ => String::new(),
        },
        "first_goods_description" => items.map(|item| item.description.clone()).next().unwrap_or_default(),
        other => panic!("an unknown fact: {other}"),
    }
}
