//! Real messages, where a folder of them is at hand: `CORRIDOR_CORPUS=<folder> cargo test -p formats --test corpus_edifact`.
//! The folder holds `expected_edifact.json` beside the files that it names. Without it nothing is tried, and that is said.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::path::PathBuf;

use formats::{Cause, Document, Given, Intent, Limits, Message, read};
use manifest::Declared;
use manifest::declared::{
    Cargo, DeclaredDate, DeclaredInstant, Load, Passenger, PersonName, Said, TravelDocument,
};
use manifest::finding::FindingCode;
use manifest::person::Sex;
use serde_json::Value;

/// Expectations that the reader meets otherwise, with the reason. See docs/formats/edifact.md.
const EXPLAINED: [(&str, &str); 1] = [
    // A DOC without number beside one that has a number is noted and left out.
    ("total_documents", "inline_testAPISParsing"),
];

#[derive(Default)]
struct Tally {
    file: String,
    files: usize,
    facts: usize,
    explained: Vec<String>,
    disagreements: Vec<String>,
}

impl Tally {
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, fact: &str, ours: T, theirs: T) {
        self.facts += 1;
        if ours == theirs {
            return;
        }
        let line = format!("{}: {fact}: read {ours:?}, expected {theirs:?}", self.file);
        let known = EXPLAINED.iter().any(|(name, file)| fact == *name && self.file.contains(file));
        if known { self.explained.push(line) } else { self.disagreements.push(line) }
    }

    fn holds(&mut self, fact: &str, holds: bool) {
        self.same(fact, holds, true);
    }
}

#[test]
fn real_messages_are_read_with_their_facts() {
    let Some(folder) = std::env::var_os("CORRIDOR_CORPUS").map(PathBuf::from) else {
        eprintln!("NOT TRIED: CORRIDOR_CORPUS is not set, so no real message was read");
        return;
    };
    let text = std::fs::read_to_string(folder.join("expected_edifact.json")).unwrap();
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    let mut tally = Tally::default();
    for (file, facts) in &expected {
        tally.file = file.rsplit("__").next().unwrap_or(file).to_owned();
        tally.files += 1;
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let given = Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() };
        match read(&bytes, None, &given, &Limits::default()) {
            Ok(document) => compare(&document, facts, &mut tally),
            Err(unreadable) => tally.disagreements.push(format!("{file}: {unreadable}")),
        }
    }
    let others = refused(&folder, &mut tally);
    println!(
        "{} files with expectations, {} facts, {others} files refused by name",
        tally.files, tally.facts
    );
    println!("{} explained:\n{}", tally.explained.len(), tally.explained.join("\n"));
    println!("{} disagree:\n{}", tally.disagreements.len(), tally.disagreements.join("\n"));
    assert!(tally.disagreements.is_empty(), "see above");
}

/// Files of other message types: each is refused by name with a place.
fn refused(folder: &std::path::Path, tally: &mut Tally) -> usize {
    let mut count = 0;
    for kind in ["paxlst_us", "pnrgov", "cusdec", "cusrep", "edifact_generic"] {
        for entry in std::fs::read_dir(folder.join(kind)).unwrap().flatten() {
            count += 1;
            tally.file = entry.file_name().to_string_lossy().into_owned();
            let bytes = std::fs::read(entry.path()).unwrap();
            let given = Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() };
            let unreadable = read(&bytes, None, &given, &Limits::default()).err();
            let by_name = unreadable.is_some_and(|unreadable| {
                matches!(unreadable.cause, Cause::NotRead(_)) && unreadable.place.is_some()
            });
            tally.holds("refused by name", by_name);
        }
    }
    count
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn truth(value: &Value, path: &str) -> Option<bool> {
    value.pointer(path).and_then(Value::as_bool)
}

fn compare(document: &Document, facts: &Value, tally: &mut Tally) {
    tally.same("sender", document.envelope.sender.as_str(), text(facts, "/interchange/sender"));
    tally.same("recipient", document.envelope.recipient.as_str(), text(facts, "/interchange/recipient"));
    tally.same("reference", document.envelope.reference.as_str(), text(facts, "/interchange/ref"));
    let noted = |code| document.notes.iter().any(|note| note.code == code);
    tally.same(
        "text after UNZ",
        noted(FindingCode::TrailingText),
        !text(facts, "/bytes_after_unz").trim().is_empty(),
    );
    tally.same(
        "UNZ reference",
        !noted(FindingCode::ReferenceDisagrees),
        truth(facts, "/unz/ref_matches_unb").unwrap_or(true),
    );
    let messages = list(facts, "/messages");
    tally.same("messages", document.messages.len(), messages.len());
    for (message, facts) in document.messages.iter().zip(messages) {
        compare_message(message, facts, tally);
    }
}

fn compare_message(message: &Message, facts: &Value, tally: &mut Tally) {
    let kind =
        ["type", "version", "release", "agency", "association"].map(|part| text(facts, &format!("/{part}")));
    tally.same("kind", message.kind.as_str(), kind.join(":").trim_end_matches(':'));
    tally.same("message reference", message.transport_reference.as_str(), text(facts, "/message_reference"));
    let intent = match text(facts, "/message_function") {
        "1" => Intent::Cancel,
        "4" | "5" => Intent::Amend,
        _ => Intent::Announce,
    };
    tally.same("intent", message.intent, intent);
    let Ok(declared) = &message.content else {
        tally.disagreements.push(format!("{}: not read", tally.file));
        return;
    };
    if !text(facts, "/document_number").is_empty() {
        tally.same("document number", declared.manifest_reference.as_str(), text(facts, "/document_number"));
    }
    let at_unt = |code| {
        declared.notes.iter().any(|note| {
            note.code == code && note.place.as_ref().is_some_and(|place| place.to_string().contains("UNT"))
        })
    };
    tally.same(
        "UNT count",
        !at_unt(FindingCode::CountMismatch),
        truth(facts, "/unt/count_matches").unwrap_or(true),
    );
    tally.same(
        "UNT reference",
        !at_unt(FindingCode::ReferenceDisagrees),
        truth(facts, "/unt/ref_matches_unh").unwrap_or(true),
    );
    journey(declared, facts, tally);
    match &declared.load {
        Some(Load::PassengerList(passengers)) => {
            persons(declared, &passengers.passengers, facts, tally);
            if let [total] = list(facts, "/control_totals") {
                let declared_count = passengers.declared_passenger_count.clone();
                tally.same(
                    "control total",
                    declared_count,
                    text(total, "/value").parse().ok().map(Said::Plain),
                );
            }
            if let Some(matches) = truth(facts, "/cnt_matches_person_count") {
                let listed = i64::try_from(passengers.passengers.len()).ok().map(Said::Plain);
                tally.same("control total matches", passengers.declared_passenger_count == listed, matches);
            }
        }
        Some(Load::Cargo(cargo)) => goods(cargo, facts, tally),
        None => tally.disagreements.push(format!("{}: no load", tally.file)),
    }
}

fn journey(declared: &Declared, facts: &Value, tally: &mut Tally) {
    let journey = declared.journey.clone().unwrap_or_default();
    let conveyance = declared.conveyance.clone().unwrap_or_default();
    let transports = list(facts, "/transports");
    if !transports.is_empty() {
        let references: Vec<&str> = transports.iter().map(|one| text(one, "/conveyance_ref")).collect();
        tally.holds("conveyance reference", references.contains(&journey.journey_reference.as_str()));
        // Where the message says no mode, flights are known by their numbers.
        let mode = Some(text(&transports[0], "/mode")).filter(|mode| !mode.is_empty()).unwrap_or("4");
        tally.same("mode", conveyance.mode_code.as_str(), mode);
        tally.same("registration", conveyance.registration.as_str(), text(&transports[0], "/means_id"));
        let carrier = declared.carrier.as_ref().and_then(|carrier| carrier.identifiers.first());
        let carrier = carrier.map_or("", |identifier| identifier.value.as_str());
        tally.same("carrier", carrier, text(&transports[0], "/carrier"));
    }
    // Each place in order; an arrival and the departure from the same place are one stop.
    let mut calls = Vec::new();
    for stop in &journey.stops {
        let place = stop.location.clone().unwrap_or_default();
        let code = if place.un_locode.is_empty() { place.local_code } else { place.un_locode };
        for (time, kind) in [(&stop.arrival_time, "232"), (&stop.departure_time, "189")] {
            if let Some(DeclaredInstant::Instant { timestamp, .. }) = time {
                calls.push((code.clone(), kind.to_owned(), timestamp.strftime("%y%m%d%H%M").to_string()));
            }
        }
    }
    let mut expected = Vec::new();
    for place in list(facts, "/route_locs") {
        for time in list(place, "/dates") {
            expected.push((
                text(place, "/place").to_owned(),
                text(time, "/qualifier").to_owned(),
                text(time, "/value").trim().to_owned(),
            ));
        }
    }
    tally.facts += expected.len().saturating_sub(1);
    tally.same("stops and times", calls, expected);
}

fn persons(declared: &Declared, passengers: &[Passenger], facts: &Value, tally: &mut Tally) {
    let crew = &declared.crew_members;
    let count = facts.pointer("/person_count").and_then(Value::as_u64).unwrap_or_default();
    tally.same("persons", passengers.len() + crew.len(), usize::try_from(count).unwrap());
    let surnames: Vec<&str> = passengers
        .iter()
        .map(|passenger| passenger.name.as_ref())
        .chain(crew.iter().map(|member| member.name.as_ref()))
        .map(|name| name.map_or("", |name| name.family_name.as_str()))
        .take(10)
        .collect();
    let expected: Vec<&str> = list(facts, "/all_surnames_sample").iter().filter_map(Value::as_str).collect();
    tally.same("surnames", surnames.get(..expected.len()).unwrap_or(&surnames), expected.as_slice());
    let documents: usize = passengers.iter().map(|passenger| passenger.travel_documents.len()).sum::<usize>()
        + crew.iter().map(|member| member.travel_documents.len()).sum::<usize>();
    let expected = facts.pointer("/total_documents").and_then(Value::as_u64).unwrap_or_default();
    tally.same("total_documents", documents, usize::try_from(expected).unwrap());
    for (which, passenger) in [("/first_person", passengers.first()), ("/last_person", passengers.last())] {
        let facts = facts.pointer(which).unwrap_or(&Value::Null);
        tally.same("a person is expected", passenger.is_some(), facts.is_object());
        if let Some(passenger) = passenger {
            person(passenger, facts, tally);
        }
    }
}

fn person(passenger: &Passenger, facts: &Value, tally: &mut Tally) {
    let empty = PersonName::default();
    let name = passenger.name.as_ref().unwrap_or(&empty);
    tally.same("surname", name.family_name.as_str(), text(facts, "/surname"));
    tally.same("given name", name.given_name.as_str(), text(facts, "/given"));
    tally.same("second name", name.patronymic.as_str(), text(facts, "/second"));
    let sex = match text(facts, "/sex") {
        "M" => Some(Said::Plain(Sex::Male)),
        "F" => Some(Said::Plain(Sex::Female)),
        _ => None,
    };
    tally.same("sex", passenger.sex.clone(), sex);
    tally.same("birth", date(passenger.birth_date.as_ref()), text(facts, "/birth").to_owned());
    tally.same("nationality", passenger.nationality_code.as_str(), text(facts, "/nationality"));
    let refs: Vec<&str> = list(facts, "/refs").iter().filter_map(Value::as_str).collect();
    let reference = |code: &str| refs.iter().find_map(|text| text.strip_prefix(code)).unwrap_or_default();
    tally.same("booking", passenger.booking_reference.as_str(), reference("AVF:"));
    tally.same("seat", passenger.seat.as_str(), reference("SEA:"));
    let locs = list(facts, "/locs");
    let residence =
        locs.iter().find(|loc| text(loc, "/qualifier") == "174").map_or("", |loc| text(loc, "/place"));
    tally.same("residence", passenger.residence_country_code.as_str(), residence);
    let expected: Vec<&Value> =
        list(facts, "/documents").iter().filter(|document| !text(document, "/number").is_empty()).collect();
    tally.same("documents", passenger.travel_documents.len(), expected.len());
    for (document, facts) in passenger.travel_documents.iter().zip(expected) {
        travel_document(document, facts, tally);
    }
}

fn travel_document(document: &TravelDocument, facts: &Value, tally: &mut Tally) {
    tally.same("document number", document.number.as_str(), text(facts, "/number"));
    tally.same("document kind is said", document.document_type.is_some(), !text(facts, "/code").is_empty());
    tally.same("expiry", date(document.expiry_date.as_ref()), text(facts, "/expiry").to_owned());
    let issuers = list(facts, "/issue_locs");
    let issuer = issuers.first().map_or("", |issuer| text(issuer, "/place"));
    tally.same("issuer", document.issuing_state_code.as_str(), issuer);
}

/// A date as the messages write it, with two digits of the year.
fn date(date: Option<&DeclaredDate>) -> String {
    match date {
        Some(DeclaredDate::Civil { year, month, day }) => format!("{:02}{month:02}{day:02}", year % 100),
        Some(DeclaredDate::Said { text, .. }) => text.clone(),
        None => String::new(),
    }
}

fn goods(cargo: &Cargo, facts: &Value, tally: &mut Tally) {
    let count = |path: &str| {
        usize::try_from(facts.pointer(path).and_then(Value::as_u64).unwrap_or_default()).unwrap()
    };
    tally.same("consignments", cargo.consignments.len(), count("/consignment_count"));
    let items = cargo.consignments.iter().map(|consignment| consignment.goods_items.len()).sum();
    tally.same("goods items", items, count("/goods_item_count"));
    tally.same("equipment", cargo.containers.len(), list(facts, "/equipment").len());
    for (which, consignment) in
        [("/first_consignment", cargo.consignments.first()), ("/last_consignment", cargo.consignments.last())]
    {
        let Some((consignment, facts)) = consignment.zip(facts.pointer(which)) else { continue };
        let reference = match text(facts, "/reference") {
            "" => text(facts, "/number"),
            reference => reference,
        };
        tally.same("consignment reference", consignment.consignment_reference.as_str(), reference);
        let items = list(facts, "/goods_items");
        tally.same("its goods items", consignment.goods_items.len(), items.len());
        let hs =
            list(facts, "/refs").iter().filter_map(Value::as_str).find_map(|text| text.strip_prefix("HS:"));
        if let (Some(hs), Some(item)) = (hs, consignment.goods_items.first()) {
            tally.same("HS code", item.hs_code.as_str(), hs);
        }
        for (item, facts) in consignment.goods_items.iter().zip(items) {
            let number = text(facts, "/number").parse().ok().map(Said::Plain);
            tally.same("item number", item.item_number.clone(), number);
            let packages = item.packages.first().cloned().unwrap_or_default();
            tally.same("package type", packages.type_code.as_str(), text(facts, "/package_type"));
            let count = text(facts, "/packages").parse().ok().map(Said::Plain);
            tally.same("packages", packages.package_count, count);
        }
    }
}
