//! Invented transit and entry messages, read whole: the facts, where they stood, and what the rules say about them.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use formats::{Document, Format, Given, Intent, Limits, read, recognise};
use manifest::code_list::CodeLists;
use manifest::consignment::CustomsRegime;
use manifest::conveyance::Mode;
use manifest::declared::{Cargo, Load};
use manifest::{Declared, FindingCode, RuleSettings, Severity, normalize, validate};

const CC015C: &str = include_str!("messages/cc015c.xml");
const CC015B: &str = include_str!("messages/cc015b.xml");
const CC315A: &str = include_str!("messages/cc315a.xml");

fn given() -> Given<'static> {
    Given { reference: Some("given"), received_time: "2026-11-22T12:00:00Z".parse().unwrap() }
}

fn document(bytes: &[u8]) -> Document {
    read(bytes, None, &given(), &Limits::default()).unwrap()
}

fn only(text: &str) -> Declared {
    let mut document = document(text.as_bytes());
    assert_eq!(document.messages.len(), 1);
    document.messages.remove(0).content.unwrap()
}

fn cargo(declared: &Declared) -> &Cargo {
    match &declared.load {
        Some(Load::Cargo(cargo)) => cargo,
        _ => panic!("cargo"),
    }
}

fn place(declared: &mut Declared, path: &str) -> String {
    declared.source.place_of(&path.into()).unwrap().to_string()
}

/// Codes of the findings of a message, with their paths.
fn findings(declared: Declared) -> Vec<(FindingCode, String)> {
    let lists = CodeLists::built_in();
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared, &lists, &settings);
    let _ = validate(manifest, given().received_time, &settings, &mut findings);
    findings.iter().map(|finding| (finding.code, finding.path.to_string())).collect()
}

#[test]
fn a_truck_under_a_carnet() {
    assert_eq!(recognise(CC015C.as_bytes()), Some(Format::Ncts));
    let document = document(CC015C.as_bytes());
    assert!(document.notes.is_empty(), "{:?}", document.notes);
    let message = &document.messages[0];
    assert_eq!((message.kind.as_str(), message.intent), ("CC015C", Intent::Announce));
    assert_eq!(document.envelope.sender, "BALTIC.DEMO");
    let mut declared = message.content.clone().unwrap();
    assert_eq!(declared.manifest_reference, "DEMO-2026-0001");
    let conveyance = declared.conveyance.clone().unwrap();
    assert_eq!((conveyance.mode_code.as_str(), conveyance.registration.as_str()), ("3", "DEM 001"));
    assert_eq!(conveyance.trailer_registrations, ["TR 002"]);
    let journey = declared.journey.clone().unwrap();
    assert_eq!(journey.border_post_code, "UZ-YALLAMA");
    assert_eq!(journey.itinerary_country_codes, ["BY", "KZ"]);
    assert_eq!(journey.stops.len(), 2);
    assert_eq!(declared.carrier.as_ref().unwrap().name, "Demo Haulage");

    let cargo = cargo(&declared).clone();
    assert_eq!(cargo.tir_carnet.as_ref().unwrap().number, "XN25000050");
    let [first, second] = cargo.consignments.as_slice() else { panic!("two houses") };
    assert_eq!(first.previous_mrn, "26LT000246J8NY33L7");
    assert_eq!(first.goods_items[0].description, "Cotton shirts, men's & boys'");
    assert_eq!(first.goods_items[0].hs_code, "62052000");
    assert_eq!(first.goods_items[1].dangerous_goods.as_ref().unwrap().un_number, "1263");
    assert_eq!((first.departure_country_code.as_str(), second.departure_country_code.as_str()), ("LT", "PL"));
    assert_eq!(second.consignee.as_ref().unwrap().name, "Namuna & Savdo");
    assert_eq!(second.goods_items[0].container_numbers, ["CSQU3054383"]);
    assert_eq!(second.supporting_documents[0].reference, "CMR-77");
    let declarant = first.declarant.as_ref().unwrap();
    let schemes: Vec<_> = declarant.identifiers.iter().map(|id| id.scheme.as_str()).collect();
    assert_eq!(schemes, ["EORI", "TIR_HOLDER", "REPRESENTATIVE"]);

    assert_eq!(
        place(&mut declared, "cargo.consignments[1].goods_items[0].description"),
        "/CC015C/Consignment/HouseConsignment[2]/ConsignmentItem/Commodity/descriptionOfGoods, line 92, column 11"
    );
    assert_eq!(
        place(&mut declared, "cargo.consignments[0].goods_items[1].hs_code"),
        "/CC015C/Consignment/HouseConsignment[1]/ConsignmentItem[2]/Commodity/CommodityCode/\
         harmonizedSystemSubHeadingCode, line 76, column 26"
    );
    assert_eq!(
        place(&mut declared, "cargo.tir_carnet.number"),
        "/CC015C/TransitOperation/TIRCarnetNumber, line 12, column 5"
    );

    let not_read: Vec<_> = declared
        .notes
        .iter()
        .filter(|note| note.code == FindingCode::ElementNotRead)
        .map(|note| note.parameters[0].1.as_str())
        .collect();
    assert_eq!(not_read, ["limitDate", "status", "Guarantee", "nationality"], "the trailer's");

    let lists = CodeLists::built_in();
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared, &lists, &settings);
    let arrival = manifest.journey.arrival_time().unwrap().to_string();
    assert_eq!(arrival, "2026-11-24T04:30:00Z", "the post's clock is five hours ahead of UTC");
    assert_eq!(manifest.cargo().unwrap().customs_regime, Some(CustomsRegime::Tir));
    let validated = validate(manifest, given().received_time, &settings, &mut findings).unwrap();
    assert_eq!(validated.mode(), Mode::Road);
    let codes: Vec<_> = findings
        .iter()
        .filter(|f| f.severity > Severity::Note)
        .map(|f| (f.code, f.path.to_string()))
        .collect();
    // 600.5 + 399.5 + 600 in the goods, 1500 in the header; paint has a number and no class.
    assert!(
        codes.contains(&(FindingCode::GrossMassBelowSum, "cargo.total_gross_mass_mg".to_owned())),
        "{codes:?}"
    );
    let masses = findings.iter().find(|f| f.code == FindingCode::GrossMassBelowSum).unwrap();
    assert_eq!(
        masses.place.as_ref().unwrap().to_string(),
        "/CC015C/Consignment/grossMass, line 40, column 5"
    );
}

#[test]
fn the_names_of_phase_four() {
    let mut declared = only(CC015B);
    assert_eq!(declared.manifest_reference, "OLD-1");
    assert!(declared.test);
    let conveyance = declared.conveyance.clone().unwrap();
    assert_eq!((conveyance.mode_code.as_str(), conveyance.registration.as_str()), ("3", "34 DEMO 01"));
    let cargo = cargo(&declared).clone();
    assert_eq!(cargo.tir_carnet.as_ref().unwrap().number, "XN25000051");
    let names: Vec<_> =
        cargo.consignments.iter().map(|one| one.consignor.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["Örnek Makine", "Örnek Zeytin"], "a consignment for each pair of parties");
    assert_eq!(cargo.consignments[0].consignment_reference, "CMR-78");
    assert_eq!(cargo.containers.len(), 1);
    assert_eq!(cargo.seals[0].number, "K-1");
    assert_eq!(cargo.departure_office_code, "TR000001");
    assert_eq!(
        place(&mut declared, "cargo.seals[0].number"),
        "/CC015B/SEAINFSLI/SEAIDSID/SeaIdeSID1, line 25, column 50"
    );
    let kind = document(CC015B.as_bytes()).messages[0].kind.clone();
    assert_eq!(kind, "XI015B", "as the message names itself");

    let found = findings(declared);
    let has = |code, path: &str| found.contains(&(code, path.to_owned()));
    assert!(has(FindingCode::CountMismatch, "cargo"), "3 items declared, 2 listed: {found:?}");
    assert!(has(FindingCode::GrossMassBelowSum, "cargo.total_gross_mass_mg"), "900 < 700 + 300: {found:?}");
    assert!(!found.iter().any(|(code, _)| *code == FindingCode::ItemNumbersNotSequential), "{found:?}");
}

#[test]
fn an_entry_summary() {
    assert_eq!(recognise(CC315A.as_bytes()), Some(Format::Ens));
    let mut declared = only(CC315A);
    assert_eq!(declared.manifest_reference, "ENS-REF-1");
    let journey = declared.journey.clone().unwrap();
    assert_eq!(
        (journey.border_post_code.as_str(), journey.journey_reference.as_str()),
        ("UZ-GISHTKUPRIK", "TRIP-5")
    );
    let cargo = cargo(&declared).clone();
    let [consignment] = cargo.consignments.as_slice() else { panic!("one") };
    assert_eq!((consignment.consignment_reference.as_str(), consignment.ucr.as_str()), ("CMR-79", "UCR-5"));
    assert_eq!(consignment.loading_location.as_ref().unwrap().un_locode, "KZALA");
    assert_eq!(consignment.unloading_location.as_ref().unwrap().name, "Toshkent terminal");
    assert_eq!(
        (consignment.departure_country_code.as_str(), consignment.destination_country_code.as_str()),
        ("KZ", "UZ")
    );
    assert_eq!(consignment.declarant.as_ref().unwrap().identifiers.len(), 2);
    assert_eq!(declared.carrier.as_ref().unwrap().name, "Demo Carrier");
    assert_eq!(
        place(&mut declared, "journey.arrival_time"),
        "/CC315A/CUSOFFFENT730/ExpDatOfArrFIRENT733, line 39, column 75"
    );
    let found = findings(declared);
    assert!(
        found.contains(&(FindingCode::GrossMassBelowSum, "cargo.consignments[0].gross_mass_mg".to_owned())),
        "{found:?}"
    );
}

#[test]
fn air_and_sea_are_read_in_full() {
    for (mode, word) in [("1", "11"), ("4", "4"), ("8", "8")] {
        let text = CC315A.replace("<TraModAtBorHEA76>3", &format!("<TraModAtBorHEA76>{mode}"));
        let declared = only(&text);
        assert_eq!(cargo(&declared).consignments[0].goods_items.len(), 1, "{word}");
        let found = findings(declared);
        assert!(found.iter().any(|(code, _)| *code == FindingCode::ModeNotDecided), "{mode}: {found:?}");
    }
}

#[test]
fn an_amendment_a_cancellation_and_an_arrival() {
    let amendment = CC015C.replace("CC015C", "CC013C");
    let document_of = |text: &str| document(text.as_bytes()).messages.remove(0);
    let message = document_of(&amendment);
    assert_eq!(message.intent, Intent::Amend);
    assert_eq!(message.content.unwrap().manifest_reference, "DEMO-2026-0001");
    let by_number = amendment.replace("<LRN>DEMO-2026-0001</LRN>", "<MRN>26LT000246J8NY33L7</MRN>");
    let declared = document_of(&by_number).content.unwrap();
    assert_eq!(declared.manifest_reference, "26LT000246J8NY33L7");
    assert_eq!(cargo(&declared).consignments[1].previous_mrn, "26LT000246J8NY33L7");

    let cancellation = "<CC014C><TransitOperation><LRN>L1</LRN><MRN>26LT000246J8NY33L7</MRN></TransitOperation>\
        <Invalidation><requestDateAndTime>2026-11-20T10:00:00</requestDateAndTime><justification>broken down\
        </justification></Invalidation><CustomsOfficeOfDeparture><referenceNumber>LT000001</referenceNumber>\
        </CustomsOfficeOfDeparture></CC014C>";
    let message = document_of(cancellation);
    assert_eq!(message.intent, Intent::Cancel);
    let declared = message.content.unwrap();
    assert_eq!(declared.manifest_reference, "L1");
    assert_eq!(cargo(&declared).departure_office_code, "LT000001");

    let arrival = "<CC007C><TransitOperation><MRN>26LT000246J8NY33L7</MRN><arrivalNotificationDateAndTime>\
        2026-11-24T09:31:00</arrivalNotificationDateAndTime></TransitOperation><CustomsOfficeOfDestinationActual>\
        <referenceNumber>UZ-YALLAMA</referenceNumber></CustomsOfficeOfDestinationActual></CC007C>";
    let message = document_of(arrival);
    assert_eq!(message.intent, Intent::Arrive);
    let declared = message.content.unwrap();
    assert_eq!(declared.manifest_reference, "26LT000246J8NY33L7");
    assert_eq!(declared.journey.unwrap().border_post_code, "UZ-YALLAMA");
    let nameless = document_of("<CC007C><TransitOperation><MRN/></TransitOperation></CC007C>");
    assert_eq!(nameless.content.unwrap().manifest_reference, "given");
}

#[test]
fn what_is_missing_is_a_finding() {
    let bare = "<CC315A><HEAHEA><RefNumHEA4>R</RefNumHEA4></HEAHEA></CC315A>";
    let found = findings(only(bare));
    for path in
        ["conveyance.registration", "conveyance.mode_code", "journey.border_post_code", "cargo.consignments"]
    {
        assert!(found.contains(&(FindingCode::RequiredFieldMissing, path.to_owned())), "{path}: {found:?}");
    }
}

#[test]
fn a_rendering_as_json_is_the_same_message() {
    let json = r#"{"n1:CC015C": {"@PhaseID": "NCTS5.0", "messageType": "CC015C",
        "TransitOperation": {"LRN": "J-1", "declarationType": "T1"},
        "Consignment": {"grossMass": 1000, "HouseConsignment": [{"sequenceNumber": "1",
            "ConsignmentItem": [{"goodsItemNumber": 1, "Commodity": {"descriptionOfGoods": "Tea"}}]}]}}}"#;
    assert_eq!(recognise(json.as_bytes()), Some(Format::Ncts));
    let mut declared = only(json);
    assert_eq!(declared.manifest_reference, "J-1");
    assert_eq!(cargo(&declared).consignments[0].goods_items[0].description, "Tea");
    let place = place(&mut declared, "cargo.consignments[0].goods_items[0].description");
    assert!(place.starts_with("/n1:CC015C/Consignment/HouseConsignment/0/ConsignmentItem/0/"), "{place}");
}

/// Which of two different values was meant, nobody knows: the consignment waits for an officer, and a journey is looked at.
#[test]
fn one_value_said_twice_is_not_known() {
    let heavy = |text: &str| -> Vec<(FindingCode, Severity, String, String)> {
        let notes = only(text).notes.into_iter().filter(|note| note.severity > Severity::Note);
        let place = |note: &manifest::declared::FormNote| note.place.as_ref().unwrap().to_string();
        notes.map(|note| (note.code, note.severity, note.path.to_string(), place(&note))).collect()
    };
    let usual = heavy(CC015C);
    let once = "<grossMass>600</grossMass>";
    let twice = |second: &str| heavy(&CC015C.replacen(once, &format!("{once}{second}"), 1));
    assert_eq!(twice("<grossMass>600</grossMass>"), usual, "said twice alike is said once");
    let [found] = &twice("<grossMass>9000</grossMass>")[..] else {
        panic!("{:?}", twice("<grossMass>9000</grossMass>"))
    };
    assert_eq!((found.0, found.1), (FindingCode::ValueMalformed, Severity::Blocking));
    assert_eq!(found.2, "cargo.consignments[1].gross_mass_mg");
    assert!(found.3.contains("grossMass[2], line 86"), "{}", found.3);
    let number = heavy(&CC015C.replace("</LRN>", "</LRN><LRN>ANOTHER</LRN>"));
    let [found] = &number[..] else { panic!("{number:?}") };
    assert_eq!((found.0, found.1), (FindingCode::ValueMalformed, Severity::Warning));
    let goods = heavy(&CC015C.replacen(
        "</Commodity>",
        "</Commodity><Commodity><descriptionOfGoods>Another</descriptionOfGoods></Commodity>",
        1,
    ));
    let [found] = &goods[..] else { panic!("{goods:?}") };
    assert_eq!((found.0, found.1), (FindingCode::ElementNotRead, Severity::Blocking));
}

/// Goods in the wrong place or under a misspelt name withhold what they stand in; what the messages have and nobody asks for
/// stays a note.
#[test]
fn goods_that_are_not_read_are_not_lost() {
    let heavy = |text: &str| -> Vec<(FindingCode, String)> {
        let notes = only(text).notes.into_iter().filter(|note| note.severity == Severity::Blocking);
        notes.map(|note| (note.code, note.path.to_string())).collect()
    };
    assert_eq!(heavy(CC015C), []);
    let item = "<Commodity><descriptionOfGoods>Another</descriptionOfGoods></Commodity>";
    let of_a_house = "cargo.consignments[0]";
    let of_an_item = "cargo.consignments[0].goods_items[0]";
    for (before, lost, path) in [
        ("</HouseConsignment>", format!("<ConsigmentItem>{item}</ConsigmentItem>"), of_a_house),
        ("</HouseConsignment>", format!("<consignmentItem>{item}</consignmentItem>"), of_a_house),
        ("</HouseConsignment>", format!("<More>{item}</More>"), of_a_house),
        ("</Commodity>", item.to_owned(), of_an_item),
        ("</Consignment>", format!("<HouseConsigment><x>{item}</x></HouseConsigment>"), "cargo"),
        ("</Consignment>", format!("<ConsignmentItem>{item}</ConsignmentItem>"), "cargo"),
        ("</ncts:CC015C>", format!("<Consignment><x>{item}</x></Consignment>"), "cargo"),
        ("</ncts:CC015C>", format!("<ConsignmentItem>{item}</ConsignmentItem>"), "cargo"),
    ] {
        let found = heavy(&CC015C.replacen(before, &format!("{lost}{before}"), 1));
        assert_eq!(found, [(FindingCode::ElementNotRead, path.to_owned())], "{lost}");
    }
    let note = "<Guarantee><guaranteeType>1</guaranteeType></Guarantee><Unheard><of>1</of></Unheard>";
    assert_eq!(heavy(&CC015C.replacen("</ncts:CC015C>", &format!("{note}</ncts:CC015C>"), 1)), []);
}

/// A message that is not what it claims is refused, with the place of the claim.
#[test]
fn a_message_that_claims_to_be_another_is_refused() {
    let claim = CC015C.replace("<messageType>CC015C", "<messageType>CC044C");
    let document = document(claim.as_bytes());
    let refused = document.messages[0].content.as_ref().unwrap_err();
    assert_eq!(refused.place.as_ref().unwrap().to_string(), "/CC015C/messageType, line 8, column 3");
    assert_eq!(refused.to_string(), "the message says that it is of another type: CC044C");
    // National letters in front are the same message.
    only(&CC015C.replace("<messageType>CC015C", "<messageType>XI015C"));
}
