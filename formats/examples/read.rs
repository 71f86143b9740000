//! Reads files in partners' formats and prints what was recognised, what each message declares and what was noted.
//!
//! `cargo run -p formats --example read -- FILE...` prints for a developer's eyes: the names in these files are shown.

#![expect(clippy::disallowed_methods, reason = "an example reads the clock as the gateway's root does")]

use std::process::ExitCode;

use formats::{Given, Limits, Message, read, recognise};
use jiff::Timestamp;
use manifest::declared::{Declared, DeclaredDate, DeclaredInstant, Load, PersonName, Said, TravelDocument};
use manifest::{CodeLists, RuleSettings, normalize, validate};

fn main() -> ExitCode {
    let mut failed = false;
    for path in std::env::args().skip(1) {
        match std::fs::read(&path) {
            Ok(bytes) => failed |= !show(&path, &bytes),
            Err(error) => {
                eprintln!("{path}: {error}");
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn show(path: &str, bytes: &[u8]) -> bool {
    println!("== {path}");
    println!("recognised: {}", recognise(bytes).map_or("nothing", formats::Format::as_str));
    let given = Given { reference: None, received_time: Timestamp::now() };
    let document = match read(bytes, None, &given, &Limits::default()) {
        Ok(document) => document,
        Err(unreadable) => {
            let place = unreadable.place.as_ref().map(ToString::to_string).unwrap_or_default();
            println!("unreadable: {unreadable} [{place}]");
            return false;
        }
    };
    println!("envelope: {:?}", document.envelope);
    for note in &document.notes {
        println!(
            "note: {} {:?} {:?}",
            note.code.as_str(),
            note.parameters,
            note.place.as_ref().map(ToString::to_string)
        );
    }
    for message in document.messages {
        show_message(message);
    }
    true
}

fn show_message(message: Message) {
    println!(
        "-- {} {:?} transport reference {:?}",
        message.kind, message.intent, message.transport_reference
    );
    let declared = match message.content {
        Ok(declared) => declared,
        Err(unreadable) => {
            println!(
                "   unreadable: {unreadable} [{:?}]",
                unreadable.place.as_ref().map(ToString::to_string)
            );
            return;
        }
    };
    println!(
        "   key {:?} part {:?} revision {}",
        declared.manifest_reference, declared.part, declared.revision
    );
    show_journey(&declared);
    show_load(&declared);
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared, &CodeLists::built_in(), &settings);
    let valid = validate(manifest, Timestamp::now(), &settings, &mut findings).is_ok();
    println!("   valid: {valid}, findings: {}", findings.len());
    for finding in findings.as_slice().iter().take(30) {
        let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
        println!(
            "   {:?} {} {} [{place}] {:?}",
            finding.severity,
            finding.code.as_str(),
            finding.path,
            finding.parameters
        );
    }
}

fn show_journey(declared: &Declared) {
    if let Some(conveyance) = &declared.conveyance {
        println!("   conveyance {conveyance:?}");
    }
    let Some(journey) = &declared.journey else { return };
    println!(
        "   journey {:?} post {:?} arrival {} departure {}",
        journey.journey_reference,
        journey.border_post_code,
        instant(journey.arrival_time.as_ref()),
        instant(journey.departure_time.as_ref())
    );
    for stop in &journey.stops {
        let place = stop.location.clone().unwrap_or_default();
        println!(
            "   stop {:?} {}{} {} arrives {} departs {}",
            plain(stop.stop_sequence.as_ref()),
            place.un_locode,
            place.local_code,
            place.name,
            instant(stop.arrival_time.as_ref()),
            instant(stop.departure_time.as_ref())
        );
    }
}

fn show_load(declared: &Declared) {
    match &declared.load {
        Some(Load::PassengerList(list)) => {
            println!(
                "   {} passengers, {} crew, declared {:?}",
                list.passengers.len(),
                declared.crew_members.len(),
                list.declared_passenger_count
            );
            for passenger in list.passengers.iter().take(3) {
                println!(
                    "   passenger {} {} {:?} {} stops {:?}-{:?} seat {:?} booking {:?} baggage {:?} {}",
                    name(passenger.name.as_ref()),
                    date(passenger.birth_date.as_ref()),
                    passenger.sex,
                    passenger.nationality_code,
                    plain(passenger.embark_stop_sequence.as_ref()),
                    plain(passenger.debark_stop_sequence.as_ref()),
                    passenger.seat,
                    passenger.booking_reference,
                    passenger.baggage,
                    documents(&passenger.travel_documents)
                );
            }
            for member in declared.crew_members.iter().take(3) {
                println!(
                    "   crew {} {} {:?} {}",
                    name(member.name.as_ref()),
                    date(member.birth_date.as_ref()),
                    member.role,
                    documents(&member.travel_documents)
                );
            }
        }
        Some(Load::Cargo(cargo)) => {
            println!(
                "   {} consignments, {} containers, {} seals",
                cargo.consignments.len(),
                cargo.containers.len(),
                cargo.seals.len()
            );
            for consignment in cargo.consignments.iter().take(3) {
                println!(
                    "   consignment {:?} from {:?} to {:?} mass {:?} packages {:?} documents {:?}",
                    consignment.consignment_reference,
                    consignment.departure_country_code,
                    consignment.destination_country_code,
                    consignment.gross_mass,
                    consignment.package_count,
                    consignment.supporting_documents
                );
                for item in consignment.goods_items.iter().take(3) {
                    println!("   item {item:?}");
                }
            }
        }
        None => println!("   no load"),
    }
}

fn name(name: Option<&PersonName>) -> String {
    name.map_or_else(String::new, |name| {
        format!("{:?} {:?} {:?}", name.family_name, name.given_name, name.patronymic)
    })
}

fn documents(documents: &[TravelDocument]) -> String {
    let each = documents.iter().map(|document| {
        let until = date(document.expiry_date.as_ref());
        format!(
            "{:?} {} {} until {until}",
            document.document_type, document.number, document.issuing_state_code
        )
    });
    each.collect::<Vec<_>>().join("; ")
}

fn date(date: Option<&DeclaredDate>) -> String {
    match date {
        Some(DeclaredDate::Civil { year, month, day }) => format!("{year:04}-{month:02}-{day:02}"),
        Some(DeclaredDate::Said { text, .. }) => format!("'{text}'"),
        None => "-".to_owned(),
    }
}

fn instant(instant: Option<&DeclaredInstant>) -> String {
    match instant {
        Some(DeclaredInstant::Instant { timestamp, .. }) => timestamp.to_string(),
        Some(DeclaredInstant::Said { text, .. }) => format!("'{text}'"),
        None => "-".to_owned(),
    }
}

fn plain(said: Option<&Said<i64>>) -> Option<i64> {
    match said {
        Some(Said::Plain(number)) => Some(*number),
        _ => None,
    }
}
