//! Lists by road and by air: invented people, each test one question.

use manifest::declared::{DeclaredDate, DeclaredInstant, DeclaredMass, Load, Passenger, Said};
use manifest::finding::{FindingCode, Severity};
use manifest::person::{CrewRole, Sex, TravelDocumentType};

use manifest::Declared;

use crate::{Cause, Document, Given, Intent, Limits, Naming, Unreadable};

const COACH: &str = include_str!("../../fixtures/edifact/coach.edi");

fn read(text: &str) -> Result<Document, Unreadable> {
    let given = Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() };
    crate::read(text.as_bytes(), None, &given, &Limits::default())
}

fn only(text: &str) -> (Intent, Declared) {
    let mut document = read(text).unwrap();
    assert_eq!(document.messages.len(), 1);
    let message = document.messages.remove(0);
    (message.intent, message.content.unwrap())
}

fn passengers(declared: &Declared) -> &[Passenger] {
    match &declared.load {
        Some(Load::PassengerList(list)) => &list.passengers,
        other => panic!("{other:?}"),
    }
}

fn codes(declared: &Declared) -> Vec<FindingCode> {
    declared.notes.iter().map(|note| note.code).collect()
}

fn utc(instant: Option<&DeclaredInstant>) -> String {
    match instant {
        Some(DeclaredInstant::Instant { timestamp, .. }) => timestamp.to_string(),
        other => format!("{other:?}"),
    }
}

/// A list by air with `segments` behind the header.
fn flight(segments: &str) -> String {
    let head = "UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'TDT+20+ZZ123+++ZZ'LOC+125+SYD'DTM+189:2611210900:201'LOC+87+TAS'\
                DTM+232:2611211200:201'";
    let count = head.matches('\'').count() + segments.matches('\'').count() + 1;
    format!("UNB+UNOA:4+A+B+261120:0900+7'{head}{segments}UNT+{count}+1'UNZ+1+7'")
}

#[test]
fn a_coach_is_read_whole() {
    let (intent, coach) = only(COACH);
    assert_eq!(intent, Intent::Announce);
    assert_eq!(coach.notes, []);
    assert_eq!(coach.manifest_reference, "SL-777-20261123");
    let conveyance = coach.conveyance.as_ref().unwrap();
    assert_eq!((conveyance.mode_code.as_str(), conveyance.registration.as_str()), ("3", "01A123BC"));
    assert_eq!((conveyance.nationality_code.as_str(), conveyance.type_code.as_str()), ("KZ", "32"));
    assert_eq!(conveyance.trailer_registrations, ["T4567A"]);
    let journey = coach.journey.as_ref().unwrap();
    assert_eq!(journey.border_post_code, "UZ-GISHTKUPRIK");
    // Local to the post: five hours ahead of UTC.
    assert_eq!(utc(journey.arrival_time.as_ref()), "2026-11-23T12:30:00Z");
    assert_eq!(utc(journey.departure_time.as_ref()), "2026-11-22T23:00:00Z");
    assert_eq!(journey.stops.len(), 4);
    let shymkent = &journey.stops[1];
    assert_eq!(shymkent.location.as_ref().unwrap().name, "Shymkent");
    assert_eq!(utc(shymkent.departure_time.as_ref()), "2026-11-23T10:30:00Z");
    let roles: Vec<_> = coach.crew_members.iter().map(|member| member.role.clone()).collect();
    let driver = Some(Said::Plain(CrewRole::Driver));
    assert_eq!(roles, [driver.clone(), driver, Some(Said::Plain(CrewRole::Conductor))]);
    let carrier = coach.carrier.as_ref().unwrap();
    assert_eq!((carrier.name.as_str(), carrier.country_code.as_str()), ("SYNTHETIC Lines LLP", "KZ"));
    let [first, second] = passengers(&coach) else { panic!() };
    let name = first.name.as_ref().unwrap();
    assert_eq!((name.family_name.as_str(), name.patronymic.as_str()), ("ҚОДИРОВ", "ИСМОИЛОВИЧ"));
    assert_eq!(first.sex, Some(Said::Plain(Sex::Male)));
    assert_eq!(first.embark_stop_sequence, Some(Said::Plain(1)));
    assert_eq!(first.debark_stop_sequence, Some(Said::Plain(4)));
    assert_eq!((first.seat.as_str(), first.booking_reference.as_str()), ("1A", "T-0001"));
    let baggage = first.baggage.as_ref().unwrap();
    assert_eq!(baggage.piece_count, Some(Said::Plain(2)));
    assert!(
        matches!(&baggage.mass, Some(DeclaredMass::Said { amount, unit }) if amount == "31.5" && unit == "KGM")
    );
    assert!(first.birth_date == Some(DeclaredDate::Civil { year: 1985, month: 4, day: 4 }));
    assert_eq!(second.name.as_ref().unwrap().family_name, "O'SYNTHETIC");
    assert_eq!(second.embark_stop_sequence, Some(Said::Plain(2)));
    let kinds: Vec<_> =
        second.travel_documents.iter().map(|document| document.document_type.clone()).collect();
    let plain = |kind| Some(Said::Plain(kind));
    assert_eq!(kinds, [plain(TravelDocumentType::Passport), plain(TravelDocumentType::Visa)]);
}

#[test]
fn a_coach_is_valid() {
    use manifest::{CodeLists, RuleSettings, normalize, validate};
    let now = "2026-11-22T14:00:00Z".parse().unwrap();
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(only(COACH).1, &CodeLists::built_in(), &settings);
    let valid = validate(manifest, now, &settings, &mut findings);
    let weighty: Vec<_> =
        findings.iter().filter(|finding| finding.severity > manifest::Severity::Note).collect();
    assert_eq!(weighty, Vec::<&manifest::Finding>::new());
    assert!(valid.is_ok());
}

#[test]
fn a_finding_points_into_the_source() {
    let mut coach = only(&COACH.replace("DTM+329:19850404:102", "DTM+329:19851404:102")).1;
    let place = coach.source.place_of(&"passenger_list.passengers[0].birth_date".into()).unwrap();
    assert_eq!(place.to_string(), "segment 43 (DTM), element 1, component 2");
    let place = coach.source.place_of(&"passenger_list.passengers[1].name.given_name".into()).unwrap();
    assert_eq!(place.to_string(), "segment 55 (NAD), element 4, component 2");
    let place = coach.source.place_of(&"conveyance.registration".into()).unwrap();
    assert_eq!(place.to_string(), "segment 7 (TDT), element 8, component 1");
}

#[test]
fn words_of_the_guide_say_what_a_list_wants() {
    let person = "NAD+FL+++A:B'";
    let intent = |bgm: &str, rest: &str| {
        let mut document = read(&flight(rest).replace("BGM+745", bgm)).unwrap();
        let message = document.messages.remove(0);
        let declared = message.content.unwrap();
        let boarded = passengers(&declared).first().and_then(|passenger| passenger.boarded);
        let said = declared.notes.iter().any(|note| note.code == FindingCode::ListPartial);
        assert_eq!(said, !matches!(message.naming, Naming::Everything | Naming::Perhaps), "{bgm}");
        (message.intent, boarded, message.naming)
    };
    let whole = Naming::Everything;
    assert_eq!(intent("BGM+745", person), (Intent::Announce, None, whole));
    assert_eq!(intent("BGM+745+CP", person), (Intent::Amend, None, Naming::Changed));
    assert_eq!(intent("BGM+745+RP", person), (Intent::Amend, Some(false), Naming::Leaving));
    assert_eq!(intent("BGM+745+XR", person), (Intent::Amend, Some(false), Naming::Leaving));
    // Nobody in particular is not everybody.
    assert_eq!(intent("BGM+745+XR", ""), (Intent::Amend, None, Naming::Leaving));
    assert_eq!(intent("BGM+266+CF", ""), (Intent::Amend, None, Naming::Nothing));
    assert_eq!(intent("BGM+266+CL", ""), (Intent::Close, None, Naming::Nothing));
    assert_eq!(intent("BGM+266+CLOB", person), (Intent::Close, Some(true), whole));
    assert_eq!(intent("BGM+266+CLNB", person), (Intent::Close, Some(false), Naming::Leaving));
    assert_eq!(intent("BGM+266+XF", ""), (Intent::Cancel, None, whole));
    assert_eq!(intent("BGM+745+R-1+9", person), (Intent::Announce, None, whole));
    assert_eq!(intent("BGM+745+R-1+5", person), (Intent::Amend, None, whole));
    assert_eq!(intent("BGM+745+R-1+4", person), (Intent::Amend, None, Naming::Perhaps));
    assert_eq!(intent("BGM+745+R-1+2", person), (Intent::Amend, None, Naming::Changed));
    assert_eq!(intent("BGM+745+R-1+3", person), (Intent::Amend, Some(false), Naming::Leaving));
    assert_eq!(intent("BGM+745+R-1+1", person), (Intent::Cancel, None, whole));
    assert_eq!(intent("BGM+250+C", person), (Intent::Announce, None, whole));
    assert_eq!(intent("BGM+250+CC", person), (Intent::Amend, None, Naming::Changed));
}

#[test]
fn a_word_of_the_guide_is_no_reference() {
    for bgm in ["BGM+745+CP", "BGM+250+C", "BGM+336+G"] {
        let reference = only(&flight("NAD+FL+++A:B'").replace("BGM+745", bgm)).1.manifest_reference;
        assert!(reference.contains("ZZ123"), "{bgm}: {reference}");
    }
}

#[test]
fn a_flight_is_normalized_in_full_and_asked_for_nothing_of_the_road() {
    use manifest::{CodeLists, RuleSettings, Severity, normalize, validate};
    let person = "NAD+FL+++SYNTHETIC:ANNA'ATT+2++F'DTM+329:19900101:102'LOC+178+SYD'LOC+179+TAS'NAT+2+AUS'DOC+P+N1234567'\
                  DTM+36:20300101:102'LOC+91+AUS'";
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(only(&flight(person)).1, &CodeLists::built_in(), &settings);
    let validated = validate(manifest, "2026-11-21T00:00:00Z".parse().unwrap(), &settings, &mut findings);
    let worst: Vec<_> = findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
    assert_eq!(worst, Vec::<&manifest::Finding>::new());
    assert!(findings.iter().any(|finding| finding.code == FindingCode::ModeNotDecided));
    let manifest = validated.unwrap().into_manifest();
    assert_eq!((manifest.journey.stops.len(), manifest.journey.border_post_code), (2, None));
    assert!(manifest.load.is_some());
}

#[test]
fn a_flight_is_recognised_without_a_mode() {
    let (_, list) = only(&flight("NAD+FL+++A:B'"));
    assert_eq!(list.conveyance.as_ref().unwrap().mode_code, "4");
    let journey = list.journey.as_ref().unwrap();
    assert_eq!(journey.journey_reference, "ZZ123");
    // Tashkent's clock is known, Sydney's is not: said once.
    assert_eq!(utc(journey.arrival_time.as_ref()), "2026-11-21T07:00:00Z");
    assert_eq!(codes(&list), [FindingCode::DateAmbiguous]);
    let unknown = flight("NAD+FL+++A:B'")
        .replace("PAXLST:D:05B:UN:IATA", "PAXLST:D:05B:UN")
        .replace("ZZ123", "TRIP NO 1");
    // Between airports it flies, whatever it is called; between other places nobody knows.
    assert_eq!(only(&unknown).1.conveyance.unwrap().mode_code, "4");
    let unknown = unknown.replace("LOC+125+SYD", "LOC+125+KZALA").replace("LOC+87+TAS", "LOC+87+UZTAS");
    assert_eq!(only(&unknown).1.conveyance.unwrap().mode_code, "");
    let ship = unknown.replace("TDT+20+TRIP NO 1+++ZZ", "TDT+20+V1++11+:::ZZ+++9123456:::SYNTHETIC STAR:UZ");
    let ship = only(&ship).1.conveyance.unwrap();
    assert_eq!((ship.mode_code.as_str(), ship.registration.as_str()), ("1", "9123456"));
}

#[test]
fn names_come_in_many_forms() {
    let name = |nad: &str| {
        let (_, list) = only(&flight(nad));
        let name = passengers(&list)[0].name.clone().unwrap();
        [name.family_name, name.given_name, name.patronymic].join("|")
    };
    assert_eq!(name("NAD+FL+++O GRADY:EMMA:MAISIE'"), "O GRADY|EMMA|MAISIE");
    assert_eq!(name("NAD+FL++SYNTHETIC:ANNA'"), "SYNTHETIC|ANNA|");
    assert_eq!(name("NAD+FL+++SYNTHETIC/ANNA MARIA'"), "SYNTHETIC|ANNA|MARIA");
    assert_eq!(name("NAD+FL+++SYNTHETIC ANNA'"), "SYNTHETIC|ANNA|");
    assert_eq!(name("NAD+FL+++SYNTHETIC, ANNA'"), "SYNTHETIC|ANNA|");
    assert_eq!(name("NAD+FL+++SYNTHETIC'"), "SYNTHETIC||");
    assert_eq!(name("NAD+FL+++:ANNA'"), "|ANNA|");
    // A number and its dates are no further names.
    assert_eq!(name("NAD+FL+++SYNTHETIC:ANNA:7110285071080:20190418:XY'"), "SYNTHETIC|ANNA|");
}

#[test]
fn nobody_is_lost_behind_a_damaged_segment_in_silence() {
    let person = |nad: &str, born: &str, number: &str| {
        format!("{nad}'ATT+2++M'DTM+329:{born}:102'NAT+2+UZ'DOC+P+{number}'LOC+91+UZ'")
    };
    let first = person("NAD+FL+++SYNTHETIC:A", "19800101", "AA1111111");
    for damaged in ["NAF+FL+++SYNTHETIC:B", "nad+fl+++SYNTHETIC:B", "LOC+178+TAS"] {
        let (_, list) = only(&flight(&format!("{first}{}", person(damaged, "19810101", "AA2222222"))));
        let blocking: Vec<_> = list.notes.iter().filter(|note| note.severity == Severity::Blocking).collect();
        let Some(note) = blocking.last() else { panic!("{damaged}") };
        assert_eq!(note.path.as_str(), "passenger_list.passengers[0].birth_date", "{damaged}");
    }
    for unknown in ["NAD+XX+++SYNTHETIC:B", "NAD+fl+++SYNTHETIC:B", "NAD++++SYNTHETIC:B"] {
        let (_, list) = only(&flight(&format!("{first}{}", person(unknown, "19810101", "AA2222222"))));
        let blocking: Vec<_> = list.notes.iter().filter(|note| note.severity == Severity::Blocking).collect();
        let [note] = blocking.as_slice() else { panic!("{unknown}: {blocking:?}") };
        assert_eq!(note.path.as_str(), "passenger_list", "{unknown}");
    }
    // Without a birth of his own nobody tells the one person from the other: a damaged tag alone is enough.
    let (_, list) = only(&flight(&format!("{first}NAF+FL+++SYNTHETIC:B'DOC+P+AA2222222'")));
    let blocking: Vec<_> = list.notes.iter().filter(|note| note.severity == Severity::Blocking).collect();
    let [note] = blocking.as_slice() else { panic!("{blocking:?}") };
    assert_eq!(note.path.as_str(), "passenger_list.passengers[0]");
    // Two citizenships are no mistake: the first is kept, and the other told. One of birth counts where no other is said.
    let nations = |nat: &str| {
        let (_, list) = only(&flight(&format!("{}{nat}", person("NAD+FL+++SYNTHETIC:A", "19800101", "A1"))));
        let told = list.notes.iter().filter(|note| note.path.as_str().ends_with("nationality_code"));
        let told: Vec<_> = told.map(|note| note.original.clone().unwrap().0).collect();
        let Some(Load::PassengerList(people)) = &list.load else { panic!() };
        assert!(list.notes.iter().all(|note| note.severity < Severity::Blocking));
        (people.passengers[0].nationality_code.clone(), told)
    };
    assert_eq!(nations("NAT+2+RU'"), ("UZ".to_owned(), vec!["RU".to_owned()]));
    assert_eq!(nations("NAT+2+UZ'NAT+1+KZ'"), ("UZ".to_owned(), vec![]));
    // Said twice alike is said once.
    let (_, list) = only(&flight(&format!("{first}DTM+329:19800101:102'")));
    assert!(list.notes.iter().all(|note| note.severity < Severity::Blocking));
}

#[test]
fn a_truck_s_crew_is_its_driver_and_its_passenger() {
    let text = "UNH+24+PAXLST:D:03B:UN\nBGM+10:::STANDARD+SYNTHETICTRIP1+9\nTDT+11++03++SYNT:172\nDTM+132:20261123:102\n\
                NAD+VW+0000041153:109++SYNTHETIC:ANNA::::1+1 ROAD+CITY+VA:163+20190\nATT+2++F\nDTM+329:19750919:102\n\
                NAT+2+US::5\nDOC+39+15504141\nLOC+91+US:162\nNAD+FL+1234:8++SYNTHETIC:BORIS\nATT+2++M\nUNT+13+24\n";
    let (_, list) = only(text);
    assert_eq!(list.conveyance.as_ref().unwrap().mode_code, "3");
    let [driver] = list.crew_members.as_slice() else { panic!("{:?}", list.crew_members.len()) };
    assert_eq!(driver.name.as_ref().unwrap().family_name, "SYNTHETIC");
    assert!(driver.role == Some(Said::Plain(CrewRole::Driver)));
    assert_eq!(driver.travel_documents[0].number, "15504141");
    assert_eq!(passengers(&list).len(), 1);
}

#[test]
fn years_of_two_digits_are_read_by_the_day_of_receipt() {
    let (_, list) = only(&flight(
        "NAD+FL+++A:B'DTM+329:261123'DOC+P+1'DTM+36:310101'NAD+FL+++A:C'DTM+329:261121'DOC+P+2'DTM+36:980101'",
    ));
    let [unborn, newborn] = passengers(&list) else { panic!() };
    assert!(unborn.birth_date == Some(DeclaredDate::Civil { year: 1926, month: 11, day: 23 }));
    assert!(newborn.birth_date == Some(DeclaredDate::Civil { year: 2026, month: 11, day: 21 }));
    let expiry = |passenger: &Passenger| passenger.travel_documents[0].expiry_date.clone();
    assert!(expiry(unborn) == Some(DeclaredDate::Civil { year: 2031, month: 1, day: 1 }));
    assert!(expiry(newborn) == Some(DeclaredDate::Civil { year: 1998, month: 1, day: 1 }));
    assert_eq!(codes(&list), [FindingCode::DateAmbiguous, FindingCode::DateAmbiguous]);
}

#[test]
fn an_empty_document_beside_another_is_left_out() {
    let (_, list) = only(&flight("NAD+FL+++A:B'DOC++1234567'LOC+91+USA'DOC++'DTM+36:310101'LOC+91+'"));
    assert_eq!(passengers(&list)[0].travel_documents.len(), 1);
    assert!(codes(&list).contains(&FindingCode::ElementNotRead));
    let (_, list) = only(&flight("NAD+FL+++A:B'DOC++'DTM+36:310101'"));
    assert_eq!(passengers(&list)[0].travel_documents.len(), 1);
}

#[test]
fn a_crew_list_has_crew() {
    let (_, list) =
        only(&flight("NAD+FM+++A:B'EMP+1+CR1:110:111'NAD+FM+++A:C'CNT+41:3'").replace("745", "250"));
    assert_eq!((list.crew_members.len(), passengers(&list).len()), (2, 0));
    assert_eq!(list.crew_members[0].role, Some(Said::Plain(CrewRole::Other)));
    assert!(codes(&list).contains(&FindingCode::CountMismatch));
    assert!(!list.manifest_reference.ends_with("/CREW"), "the two lists of a journey are one manifest");
    let (_, list) = only(&flight("NAD+DDT+++A:B'NAD+DDU+++A:C'CNT+42:1'CNT+41:1'"));
    assert_eq!((list.crew_members.len(), passengers(&list).len()), (1, 1));
    assert!(!codes(&list).contains(&FindingCode::CountMismatch));
}

#[test]
fn too_many_persons_are_refused_with_the_place() {
    let limits = Limits { max_persons: 2, ..Limits::default() };
    let given = Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() };
    let text = flight(&"NAD+FL+++A:B'".repeat(3));
    let document = crate::read(text.as_bytes(), None, &given, &limits).unwrap();
    let unreadable = document.messages[0].content.as_ref().unwrap_err();
    assert_eq!(unreadable.cause, Cause::TooMany { what: "persons", limit: 2 });
    assert_eq!(unreadable.place.as_ref().unwrap().to_string(), "segment 11 (NAD)");
}

/// Dates of another length than their format's are read by their length, and that is said once.
#[test]
fn dates_whose_format_says_something_else() {
    let births = |said: &str| {
        let list =
            only(&flight(&format!("NAD+FL+++SYNTHETIC:ANNA'DTM+329:{said}'NAT+2+UZB'DOC+P+AB0000001'"))).1;
        let repaired = list.notes.iter().filter(|note| note.code == FindingCode::FormRepaired).count();
        (passengers(&list)[0].birth_date.clone().unwrap(), repaired)
    };
    let civil = |year, month, day| DeclaredDate::Civil { year, month, day };
    for (said, date, repaired) in [
        ("20010203:102", civil(2001, 2, 3), 0),
        ("20010203:101", civil(2001, 2, 3), 1),
        ("800102:102", civil(1980, 1, 2), 1),
        ("800102:101", civil(1980, 1, 2), 0),
        ("03021999:2", civil(1999, 2, 3), 1),
        ("200102:609", civil(2001, 2, 0), 1),
        ("8001021:101", DeclaredDate::Said { text: "8001021".to_owned(), format: "101".to_owned() }, 1),
        ("800102:610", civil(8001, 2, 0), 0),
    ] {
        assert_eq!(births(said), (date, repaired), "{said}");
    }
    let times =
        flight("").replace("2611210900:201", "202611210900:201").replace("2611211200:201", "2611211200:203");
    let list = only(&times).1;
    let journey = list.journey.as_ref().unwrap();
    assert_eq!(utc(journey.departure_time.as_ref()), "2026-11-21T09:00:00Z");
    assert_eq!(utc(journey.arrival_time.as_ref()), "2026-11-21T07:00:00Z");
    let at = |code| list.notes.iter().filter(move |note| note.code == code);
    let place = at(FindingCode::FormRepaired).next().unwrap().place.as_ref().unwrap().to_string();
    assert_eq!(place, "segment 6 (DTM), element 1, component 2");
    assert_eq!(at(FindingCode::FormRepaired).count(), 1);
}

/// A cargo report that calls itself a list of passengers, and the other way round.
#[test]
fn a_message_of_another_type_than_it_says() {
    let refused = |text: &str| {
        let document = read(text).unwrap();
        let Err(unreadable) = &document.messages[0].content else { panic!() };
        (unreadable.place.as_ref().unwrap().to_string(), unreadable.cause.clone())
    };
    let (place, cause) = refused(&COACH.replace("PAXLST", "CUSCAR"));
    assert!(place.contains("(NAD)"), "{place}");
    assert!(matches!(cause, Cause::Malformed(_)), "{cause}");
    let lorry = include_str!("../../fixtures/edifact/lorry.edi");
    let driverless = lorry.replace("NAD+FM", "NAD+ZZ");
    let (place, _) = refused(&driverless.replace("CUSCAR", "PAXLST"));
    assert!(place.contains("(CNI)") || place.contains("(GID)"), "{place}");
}

/// Characters that no value has are left out with a word, not in silence.
#[test]
fn control_characters_in_a_value() {
    let list =
        |name: &str| flight(&format!("NAD+FL+++{name}:ANNA'DTM+329:19900101:102'NAT+2+UZB'DOC+P+AB0000001'"));
    let notes = |text: &str| {
        let document = read(text).unwrap();
        let own = document.notes.iter().map(|note| note.code).collect::<Vec<_>>();
        let declared = document.messages[0].content.as_ref().unwrap();
        let clock = FindingCode::DateAmbiguous;
        (own, codes(declared).into_iter().filter(|code| *code != clock).collect::<Vec<_>>())
    };
    assert_eq!(notes(&list("SYN\u{0}THETIC")), (vec![FindingCode::FormRepaired], vec![]));
    assert_eq!(notes(&list("SYN\u{7}THETIC")), (vec![], vec![FindingCode::FormRepaired]));
    assert_eq!(notes(&format!("\u{0}\u{0}{}\u{0}\u{0}\r\n", list("SYNTHETIC"))), (vec![], vec![]));
}
