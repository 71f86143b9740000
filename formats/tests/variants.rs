//! Lists as the standard allows them and as they come: one list of three invented persons, written in every directory, with every set
//! of characters, in every wrapping that we know of. What is read of it must be the same every time.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_R, UTF_16BE, UTF_16LE, WINDOWS_1251};
use formats::{Document, Given, Limits, read};
use manifest::declared::{Declared, DeclaredInstant, Load};

const NAMES: [(&str, &str); 3] = [("SYNTHETIC", "MARY"), ("EXAMPLE", "TIMUR:OLIM"), ("SAMPLE", "ANN")];
const CYRILLIC: [(&str, &str); 3] =
    [("ПРИМЕРОВА", "МАРИЯ"), ("ОБРАЗЦОВ", "ТИМУР:ОЛИМОВИЧ"), ("НАМУНАЕВА", "АННА")];

/// How a list is written.
#[derive(Clone, Copy)]
struct Form<'a> {
    syntax: &'a str,
    message: &'a str,
    names: [(&'a str, &'a str); 3],
    /// Times of departure and arrival: each behind its place, or both before all places.
    times_first: bool,
}

const USUAL: Form<'static> =
    Form { syntax: "UNOA:4", message: "D:05B:UN:IATA", names: NAMES, times_first: false };

/// The segments of the list, without anything between them.
fn segments(form: Form<'_>) -> Vec<String> {
    let mut all = vec![
        format!("UNB+{}+SYNTHAIR:ZZ+UZCUSTOMS:ZZ+261122:1400+IC77++APIS", form.syntax),
        String::from("UNG+PAXLST+SYNTHAIR:ZZ+UZCUSTOMS:ZZ+261122:1400+1+UN+D:05B"),
        format!("UNH+M1+PAXLST:{}+SY123/261123/1400+01:F", form.message),
        String::from("BGM+745+LIST-77"),
        String::from("TDT+20+SY123+++SY"),
    ];
    let (leaves, arrives) = ("DTM+189:202611231430:203", "DTM+232:202611231800:203");
    let places: [&str; 4] = if form.times_first {
        [leaves, arrives, "LOC+125+IST", "LOC+87+TAS"]
    } else {
        ["LOC+125+IST", leaves, "LOC+87+TAS", arrives]
    };
    all.extend(places.map(str::to_owned));
    for (number, (family, given)) in form.names.iter().enumerate() {
        all.push(format!("NAD+FL+++{family}:{given}"));
        all.extend(["ATT+2++F", "DTM+329:19850704:102", "NAT+2+UZB"].map(str::to_owned));
        all.push(format!("DOC+P:110:111+AA100000{number}"));
        all.extend(["DTM+36:20310101:102", "LOC+91+UZB"].map(str::to_owned));
    }
    all.push(String::from("CNT+42:3"));
    all.push(format!("UNT+{}+M1", all.len() - 1));
    all.extend(["UNE+1+1", "UNZ+1+IC77"].map(str::to_owned));
    all
}

fn written(form: Form<'_>, una: &str, between: &str) -> String {
    let each: Vec<_> = segments(form).into_iter().map(|segment| segment + "'").collect();
    format!("{una}{}{between}", each.join(between))
}

fn document(bytes: &[u8]) -> Document {
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    read(bytes, None, &given, &Limits::default()).unwrap()
}

/// Reads a list and compares everything that was written into it.
#[track_caller]
fn is_the_list(bytes: &[u8], names: [(&str, &str); 3], what: &str) -> Document {
    let document = document(bytes);
    assert_eq!(document.messages.len(), 1, "{what}");
    let declared = document.messages[0].content.as_ref().unwrap();
    assert_eq!(declared.manifest_reference, "LIST-77", "{what}");
    let journey = declared.journey.as_ref().unwrap();
    assert_eq!(journey.journey_reference, "SY123", "{what}");
    let Some(DeclaredInstant::Instant { timestamp, .. }) = journey.arrival_time else {
        panic!("{what}: arrival")
    };
    // The place of arrival is in Uzbekistan, so its clock is known.
    assert_eq!(timestamp.to_string(), "2026-11-23T13:00:00Z", "{what}");
    let Some(DeclaredInstant::Instant { timestamp, .. }) = journey.departure_time else {
        panic!("{what}: departure")
    };
    assert_eq!(timestamp.to_string(), "2026-11-23T14:30:00Z", "{what}");
    let stops: Vec<_> =
        journey.stops.iter().map(|stop| stop.location.as_ref().unwrap().local_code.as_str()).collect();
    assert_eq!(stops, ["IST", "TAS"], "{what}");
    let Some(Load::PassengerList(list)) = &declared.load else { panic!("{what}: a list") };
    assert_eq!(list.passengers.len(), 3, "{what}");
    for (number, (passenger, (family, given))) in list.passengers.iter().zip(names).enumerate() {
        let name = passenger.name.as_ref().unwrap();
        let (first, second) = given.split_once(':').unwrap_or((given, ""));
        assert_eq!(
            (name.family_name.as_str(), name.given_name.as_str(), name.patronymic.as_str()),
            (family, first, second),
            "{what}"
        );
        assert_eq!(passenger.travel_documents[0].number, format!("AA100000{number}"), "{what}");
        assert_eq!(passenger.nationality_code, "UZB", "{what}");
    }
    document
}

fn codes(document: &Document) -> Vec<&'static str> {
    let of = |declared: &Declared| declared.notes.iter().map(|note| note.code.as_str()).collect::<Vec<_>>();
    let mut all: Vec<_> = document.notes.iter().map(|note| note.code.as_str()).collect();
    all.extend(document.messages.iter().filter_map(|message| message.content.as_ref().ok()).flat_map(of));
    all.retain(|code| *code != "DATE_AMBIGUOUS");
    all
}

#[test]
fn every_directory() {
    let releases = [
        "95B", "96A", "96B", "97A", "97B", "98A", "98B", "99A", "99B", "00A", "00B", "01A", "01B", "01C",
        "02A", "02B", "03A", "03B", "04A", "04B", "05A", "05B", "06A", "06B", "07A", "07B", "08A", "08B",
        "09A", "09B", "10A", "10B", "11A", "11B", "12A", "12B", "13A", "13B", "14A", "14B", "15A", "15B",
        "16A", "16B", "17A", "17B", "18A", "24A",
    ];
    for release in releases {
        for agency in ["UN:IATA", "UN", "UN:WCO005"] {
            let message = format!("D:{release}:{agency}");
            let text = written(Form { message: &message, ..USUAL }, "UNA:+.? '", "\n");
            let document = is_the_list(text.as_bytes(), NAMES, &message);
            assert_eq!(codes(&document), Vec::<&str>::new(), "{message}");
        }
    }
}

#[test]
fn every_wrapping() {
    let plain = written(USUAL, "", "");
    let folded = |width: usize| plain.as_bytes().chunks(width).collect::<Vec<_>>().join(&b"\r\n"[..]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let controls = plain.replace('+', "\x1d").replace(':', "\x1f").replace('\'', "\x1c");
    let stars = plain.replace('+', "*").replace(':', ">").replace('\'', "~");
    let lines = written(USUAL, "UNA:+.? '", "\n");
    let forms: Vec<(&str, String)> = vec![
        ("plain", plain.clone()),
        ("lines", lines.clone()),
        ("CRLF", written(USUAL, "UNA:+.? '\r\n", "\r\n")),
        ("comma as decimal sign", written(USUAL, "UNA:+,? '", "")),
        ("no release character", written(USUAL, "UNA:+.  '", "")),
        ("control characters", format!("UNA\x1f\x1d.? \x1c{controls}")),
        ("control characters without UNA", controls),
        ("stars", format!("UNA>*.? ~{stars}")),
        ("stars without UNA", stars),
        ("quotes end segments", plain.replace('\'', "\"")),
        ("lines end segments", plain.replace('\'', "\n")),
        ("folded at 63", text(folded(63))),
        ("folded at 69", text(folded(69))),
        ("folded at 80", text(folded(80))),
        ("type B", format!("\x01QN TASUZXX ISTSYXX\r\n.ISTSYXX 221400\r\n\x02{lines}\x03")),
        (
            "type B folded",
            format!("QU TASUZXX\r\n.ISTSYXX 221400 NOV26\r\n\x02\r\n{}\r\n\x03", text(folded(63))),
        ),
        (
            "quoted mail",
            format!(
                "From: desk@synthetic.example\nUNA is below, UNB too\n\n> {}",
                lines.replace('\n', "\n> ")
            ),
        ),
        ("text behind", format!("{lines}\r\nHAVE A NICE DAY")),
        ("zeros before", format!("\0\0{lines}")),
    ];
    for (what, form) in forms {
        is_the_list(form.as_bytes(), NAMES, what);
    }
    for missing in ["UNZ", "UNE", "UNG"] {
        let without: String = lines.lines().filter(|line| !line.starts_with(missing)).collect();
        let document = is_the_list(without.as_bytes(), NAMES, missing);
        assert!(codes(&document).contains(&"ENVELOPE_INCOMPLETE"), "{missing}");
    }
}

#[test]
fn every_set_of_cyrillic() {
    let declared = |syntax| written(Form { syntax, names: CYRILLIC, ..USUAL }, "UNA:+.? '", "\n");
    let one_byte: [(&str, &'static Encoding, bool); 8] = [
        ("UNOE:4", ISO_8859_5, true),
        ("UNOE:4", WINDOWS_1251, false),
        ("UNOE:4", KOI8_R, false),
        ("UNOA:4", WINDOWS_1251, false),
        ("UNOB:3", KOI8_R, false),
        ("UNOA:1", IBM866, false),
        ("UNOB:4", ISO_8859_5, false),
        ("KOI8:1", KOI8_R, false),
    ];
    for (syntax, set, as_declared) in one_byte {
        let text = declared(syntax);
        let (bytes, _, failed) = set.encode(&text);
        assert!(!failed);
        let what = format!("{syntax} in {}", set.name());
        let document = is_the_list(&bytes, CYRILLIC, &what);
        assert_eq!(!codes(&document).contains(&"CHARACTER_SET"), as_declared, "{what}");
    }
    for syntax in ["UNOW:4", "UNOY:4", "UNOA:4"] {
        let text = declared(syntax);
        is_the_list(text.as_bytes(), CYRILLIC, syntax);
        is_the_list(format!("\u{feff}{text}").as_bytes(), CYRILLIC, syntax);
        for (set, mark) in [(UTF_16LE, true), (UTF_16BE, true), (UTF_16LE, false), (UTF_16BE, false)] {
            let unit = |unit: u16| if set == UTF_16LE { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let marked = if mark { format!("\u{feff}{text}") } else { text.clone() };
            let bytes: Vec<u8> = marked.encode_utf16().flat_map(unit).collect();
            is_the_list(&bytes, CYRILLIC, &format!("{syntax} in {} {mark}", set.name()));
        }
    }
}

#[test]
fn times_before_their_places() {
    // D.98B has the times of the whole journey in front of its places; some put each time in front of its own place.
    let text = written(Form { times_first: true, ..USUAL }, "", "\n");
    let declared = document(text.as_bytes()).messages.remove(0).content.unwrap();
    assert!(declared.journey.as_ref().unwrap().arrival_time.is_some());
    let text = text.replace(
        "DTM+189:202611231430:203'\nDTM+232:202611231800:203'\nLOC+125+IST'\nLOC+87+TAS'",
        "DTM+189:202611231430:203'\nLOC+125+IST'\nDTM+232:202611231800:203'\nLOC+87+TAS'",
    );
    is_the_list(text.as_bytes(), NAMES, "each before its place");
}

#[test]
fn several_groups_and_messages_are_read_in_order() {
    let message = |number: usize| {
        format!(
            "UNH+{number}+PAXLST:D:05B:UN:IATA'BGM+745+L{number}'TDT+20+SY{number}'LOC+125+IST'LOC+87+TAS'\
             NAD+FL+++SYNTHETIC:MARY'NAT+2+UZB'DOC+P+AA{number}'CNT+42:1'UNT+10+{number}'"
        )
    };
    let group = |number: usize| {
        let (first, second) = (message(number * 10 + 1), message(number * 10 + 2));
        format!("UNG+PAXLST+A+B+261122:1400+{number}+UN+D:05B'{first}{second}UNE+2+{number}'")
    };
    let text = format!("UNB+UNOA:4+A+B+261122:1400+I'{}{}UNZ+2+I'", group(1), group(2));
    let document = document(text.as_bytes());
    let references: Vec<_> = document
        .messages
        .iter()
        .map(|one| one.content.as_ref().unwrap().manifest_reference.as_str())
        .collect();
    assert_eq!(references, ["L11", "L12", "L21", "L22"]);
    assert!(codes(&document).is_empty(), "{:?}", codes(&document));
}

#[test]
fn a_total_beyond_counting_is_a_count_that_disagrees() {
    for (total, code) in [
        ("99", "COUNT_MISMATCH"),
        ("99999999999999999999999", "COUNT_MISMATCH"),
        ("three", "VALUE_MALFORMED"),
    ] {
        let text = written(USUAL, "", "\n").replace("CNT+42:3", &format!("CNT+42:{total}"));
        let declared = document(text.as_bytes()).messages.remove(0).content.unwrap();
        let settings = manifest::RuleSettings::default();
        let (manifest, mut findings) =
            manifest::normalize(declared, &manifest::CodeLists::built_in(), &settings);
        let _ =
            manifest::validate(manifest, "2026-11-22T12:00:00Z".parse().unwrap(), &settings, &mut findings);
        let path = "passenger_list.declared_passenger_count";
        let finding = findings.iter().find(|finding| finding.path.as_str() == path).unwrap();
        assert_eq!((finding.code.as_str(), finding.severity), (code, manifest::Severity::Warning), "{total}");
        assert_eq!(finding.original.as_ref().unwrap().0, total);
    }
}
