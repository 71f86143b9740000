//! Voyage manifests as other administrations published them, and the facts that they must yield. The folder is not part
//! of the repository: `CORRIDOR_CORPUS=<folder> cargo test -p formats --test corpus_json`.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::fs;
use std::path::Path;

use formats::{Format, Given, Intent, Limits, read, recognise};
use manifest::declared::{DeclaredInstant, Load, Passenger};
use serde_json::Value;

fn fact<'v>(facts: &'v Value, name: &str) -> &'v str {
    facts[name].as_str().unwrap_or_default()
}

fn check(bytes: &[u8], facts: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{what}: {found} instead of {expected}"));
        }
    };
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    assert_eq!(recognise(bytes), Some(Format::VoyageJson));
    let document = read(bytes, None, &given, &Limits::default()).unwrap();
    let message = &document.messages[0];
    let declared = message.content.as_ref().unwrap();
    let journey = declared.journey.as_ref().unwrap();
    let Some(Load::PassengerList(list)) = &declared.load else { panic!("no list") };
    same("messages", document.messages.len().to_string(), "1".into());
    same("event", message.kind.clone(), format!("VOYAGE:{}", fact(facts, "event")));
    same(
        "intent",
        format!("{:?}", message.intent),
        format!("{:?}", if fact(facts, "event") == "DC" { Intent::Close } else { Intent::Announce }),
    );
    same(
        "voyage",
        journey.journey_reference.clone(),
        format!("{}{}", fact(facts, "carrier"), fact(facts, "voyage")),
    );
    same("carrier", declared.carrier.as_ref().unwrap().name.clone(), fact(facts, "carrier").into());
    let stop = |place: usize| journey.stops[place].location.as_ref().unwrap().local_code.clone();
    same("departure", stop(0), fact(facts, "dep").into());
    same("arrival", stop(1), fact(facts, "arr").into());
    let at = |instant: &Option<DeclaredInstant>| match instant {
        Some(DeclaredInstant::Instant { timestamp, .. }) => timestamp.to_string(),
        other => format!("{other:?}"),
    };
    same("departure time", at(&journey.departure_time), format!("{}Z", fact(facts, "sched_dep")));
    same("arrival time", at(&journey.arrival_time), format!("{}Z", fact(facts, "sched_arr")));
    same("persons", list.passengers.len().to_string(), facts["distinct_PoavKey"].to_string());
    let documents: usize = list.passengers.iter().map(|person| person.travel_documents.len()).sum();
    same("records", documents.to_string(), facts["passenger_records"].to_string());
    // The expectation counts "not said" as one of them.
    let nationalities: std::collections::BTreeSet<_> =
        list.passengers.iter().map(|person| person.nationality_code.as_str()).collect();
    same("nationalities", nationalities.len().to_string(), facts["nationalities"].to_string());
    let mut person = |what: &str, person: &Passenger, facts: &Value| {
        let document = &person.travel_documents[0];
        same(what, person.nationality_code.clone(), fact(facts, "NationalityCountryCode").into());
        same(what, document.issuing_state_code.clone(), fact(facts, "DocumentIssuingCountryCode").into());
        same(what, person.booking_reference.clone(), fact(facts, "PoavKey").into());
        let kind = match fact(facts, "DocumentType") {
            "P" => "Some(Plain(Passport))",
            "I" => "Some(Plain(IdentityCard))",
            "V" => "Some(Plain(Visa))",
            "" => "None",
            other => other,
        };
        same(what, format!("{:?}", document.document_type), kind.into());
        let port = fact(facts, "DisembarkationPortCode");
        let stop = match &person.debark_stop_sequence {
            Some(manifest::declared::Said::Plain(number)) => usize::try_from(number - 1).unwrap(),
            other => panic!("{other:?}"),
        };
        same(what, journey.stops[stop].location.as_ref().unwrap().local_code.clone(), port.into());
    };
    person("first", list.passengers.first().unwrap(), &facts["first"]);
    person("last", list.passengers.last().unwrap(), &facts["last"]);
    wrong
}

#[test]
fn voyages_yield_the_expected_facts() {
    let Some(folder) = std::env::var_os("CORRIDOR_CORPUS") else {
        eprintln!("SKIPPED: set CORRIDOR_CORPUS to the folder of samples");
        return;
    };
    let folder = Path::new(&folder);
    let expected: Value =
        serde_json::from_slice(&fs::read(folder.join("expected_xml_json.json")).unwrap()).unwrap();
    let (mut read, mut wrong) = (0, Vec::new());
    for (file, facts) in expected.as_object().unwrap() {
        if !file.starts_with("passenger_json/") {
            continue;
        }
        read += 1;
        let bytes = fs::read(folder.join(file)).unwrap();
        wrong.extend(check(&bytes, facts).into_iter().map(|what| format!("{file}: {what}")));
    }
    println!("{read} voyages read, {} facts disagree", wrong.len());
    assert!(read > 0 && wrong.is_empty(), "{wrong:#?}");
}
