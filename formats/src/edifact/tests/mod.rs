//! What the wild does to an interchange, one test each. People and companies are invented.

mod forms;
mod hostile;

use manifest::declared::Load;
use manifest::finding::FindingCode;

use crate::{Cause, Document, Format, Given, Intent, Limits, Unreadable, recognise};

use super::write::Writer;
use super::{Separators, Tokens};

fn given() -> Given<'static> {
    Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() }
}

fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    crate::read(bytes, None, &given(), &Limits::default())
}

/// One message of `persons` travellers with its service segments in order.
fn message(reference: &str, persons: usize) -> String {
    let people: String = (1..=persons)
        .map(|n| format!("NAD+FL+++SYNTHETIC:ANNA{n}'DTM+329:19900101:102'NAT+2+UZB'DOC+P+AB{n:07}'"))
        .collect();
    let count = 7 + persons * 4;
    format!(
        "UNH+{reference}+PAXLST:D:05B:UN:IATA'BGM+745+R{reference}+9'TDT+20+HY601'LOC+125+IST'LOC+87+TAS'{people}CNT+42:{persons}'UNT+{count}+{reference}'"
    )
}

fn interchange(messages: &[String]) -> String {
    let body = messages.concat();
    format!("UNB+UNOA:4+SENDER+RECEIVER+261122:1000+REF1'{body}UNZ+{}+REF1'", messages.len())
}

fn plain() -> String {
    interchange(&[message("1", 2)])
}

/// Persons of each message that could be read.
fn persons(document: &Document) -> Vec<usize> {
    let count = |message: &crate::Message| match &message.content {
        Ok(declared) => match &declared.load {
            Some(Load::PassengerList(list)) => list.passengers.len(),
            _ => 0,
        },
        Err(_) => 999,
    };
    document.messages.iter().map(count).collect()
}

/// Codes of the notes about the document and its messages.
fn codes(document: &Document) -> Vec<FindingCode> {
    let own = document.notes.iter();
    let messages = document.messages.iter().filter_map(|message| message.content.as_ref().ok());
    own.chain(messages.flat_map(|declared| &declared.notes)).map(|note| note.code).collect()
}

fn family_name(document: &Document) -> String {
    let Ok(declared) = &document.messages[0].content else { panic!() };
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    list.passengers[0].name.clone().unwrap().family_name
}

/// Reads as two travellers with just these notes.
#[track_caller]
fn reads(bytes: &[u8], expected: &[FindingCode]) -> Document {
    assert_eq!(recognise(bytes), Some(Format::Paxlst));
    let document = read(bytes).unwrap();
    assert_eq!(persons(&document), [2]);
    assert_eq!(codes(&document), expected);
    document
}

use FindingCode as C;

#[test]
fn the_plain_form() {
    let document = reads(plain().as_bytes(), &[]);
    assert_eq!((document.envelope.sender.as_str(), document.envelope.reference.as_str()), ("SENDER", "REF1"));
    assert!(!document.envelope.test);
    let tests = |tail: &str| {
        read(plain().replace("REF1'UNH", &format!("REF1{tail}'UNH")).as_bytes()).unwrap().envelope.test
    };
    assert!(tests("++++++1") && !tests("++++++0") && !tests("++++1"));
    let message = &document.messages[0];
    assert_eq!((message.kind.as_str(), message.intent), ("PAXLST:D:05B:UN:IATA", Intent::Announce));
    assert_eq!(message.place.as_ref().unwrap().to_string(), "segment 2 (UNH)");
}

#[test]
fn missing_envelopes() {
    let bare = message("1", 2);
    reads(bare.as_bytes(), &[C::EnvelopeIncomplete, C::EnvelopeIncomplete]);
    let unz = plain().replace("UNZ+1+REF1'", "");
    reads(unz.as_bytes(), &[C::EnvelopeIncomplete]);
    let unt = plain().replace("UNT+15+1'", "");
    reads(unt.as_bytes(), &[C::EnvelopeIncomplete]);
    let une = plain().replace("UNH", "UNG+PAXLST+A+B+261122:1000+G1+UN+D:05B'UNH");
    reads(une.as_bytes(), &[C::EnvelopeIncomplete]);
    let from = bare.find("BGM").unwrap();
    let to = bare.find("UNT").unwrap();
    reads(&bare.as_bytes()[from..to], &[C::EnvelopeIncomplete; 4]);
    let last = plain();
    reads(last.strip_suffix('\'').unwrap().as_bytes(), &[C::FormRepaired]);
}

#[test]
fn counts_and_references_that_disagree() {
    reads(plain().replace("UNT+15+1", "UNT+99+1").as_bytes(), &[C::CountMismatch]);
    reads(plain().replace("UNT+15+1", "UNT+15+2").as_bytes(), &[C::ReferenceDisagrees]);
    reads(plain().replace("UNT+15+1", "UNT").as_bytes(), &[C::CountMismatch, C::ReferenceDisagrees]);
    reads(plain().replace("UNZ+1+REF1", "UNZ+2+REF1").as_bytes(), &[C::CountMismatch]);
    reads(plain().replace("UNZ+1+REF1", "UNZ+1+REF2").as_bytes(), &[C::ReferenceDisagrees]);
    let grouped =
        plain().replace("UNH", "UNG+PAXLST+A+B+261122:1000+G1+UN+D:05B'UNH").replace("UNZ", "UNE+1+G1'UNZ");
    reads(grouped.as_bytes(), &[]);
    reads(grouped.replace("UNE+1+G1", "UNE+7+G2").as_bytes(), &[C::CountMismatch, C::ReferenceDisagrees]);
    // The control total is compared when the manifest is validated.
    let document = read(plain().replace("CNT+42:2", "CNT+42:47").as_bytes()).unwrap();
    let Ok(declared) = &document.messages[0].content else { panic!() };
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    assert_eq!(list.declared_passenger_count, Some(47.into()));
}

#[test]
fn several_messages_groups_and_interchanges() {
    let two = interchange(&[message("1", 1), message("2", 3)]);
    let document = read(two.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![1, 3], vec![]));
    let groups = format!(
        "UNB+UNOA:4+A+B+261122:1000+R'UNG+PAXLST+A+B+261122:1000+G1+UN+D:05B'{}UNE+1+G1'UNG+PAXLST+A+B+261122:1000+G2+UN+D:05B'{}UNE+1+G2'UNZ+2+R'",
        message("1", 1),
        message("2", 2)
    );
    let document = read(groups.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![1, 2], vec![]));
    // The second interchange has service characters of its own.
    let other = plain().replace('+', "-").replace("REF1", "REF2").replace("R1", "R9");
    let both = format!("{}\r\nUNA:-.? '\r\n{other}", plain());
    let document = read(both.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![2, 2], vec![]));
    let second = document.messages[1].place.as_ref().unwrap().to_string();
    assert_eq!(second, "segment 19 (UNH)");
    // Lines of an e-mail between the two are nothing; somebody's segments are told.
    let between =
        |text: &str| read(format!("{}\r\n{text}\r\nUNA:-.? '\r\n{other}", plain()).as_bytes()).unwrap();
    assert_eq!(codes(&between("Regards, dispatcher")), []);
    assert_eq!(codes(&between("NAD+FL+++SYNTHETIC:OLIM'DOC+P+AB1234567'")), [C::TrailingText]);
    // Only the second one's lines are broken.
    let broken = both.replace("261122:1000-REF2", "261122:10\r\n00-REF2");
    let document = read(broken.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![2, 2], vec![]));
    // The first one never ended.
    let cut = format!("{}{}", plain().replace("UNZ+1+REF1'", ""), plain().replace("R1+9", "R2+9"));
    let document = read(cut.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![2, 2], vec![C::EnvelopeIncomplete]));
}

#[test]
fn references_of_messages() {
    let parts = |text: &str| -> Vec<(String, String)> {
        let document = read(text.as_bytes()).unwrap();
        let declared = document.messages.into_iter().map(|message| message.content.unwrap());
        declared.map(|declared| (declared.manifest_reference, declared.part)).collect()
    };
    let pair = |reference: &str, part: &str| (reference.to_owned(), part.to_owned());
    let two = interchange(&[message("1", 1), message("2", 1)]);
    assert_eq!(parts(&two), [pair("R1", ""), pair("R2", "")]);
    assert_eq!(parts(&two.replace("R2+9", "R1+9")), [pair("R1", ""), pair("R1", "")]);
    // Without a reference of its own a message takes UNH 0068, and crew are told from passengers.
    let common = two.replace("+R1+9", "").replace("745+R2+9", "250").replace(":IATA'", ":IATA+HY601/261122'");
    assert_eq!(parts(&common), [pair("HY601/261122", ""), pair("HY601/261122", "")]);
    let given = Given { reference: Some("MINE"), ..given() };
    let document = crate::read(common.as_bytes(), None, &given, &Limits::default()).unwrap();
    let parts: Vec<_> = document.messages.into_iter().map(|message| message.content.unwrap()).collect();
    assert_eq!((parts[0].manifest_reference.as_str(), parts[0].part.as_str()), ("MINE", ""));
    assert_eq!((parts[1].manifest_reference.as_str(), parts[1].part.as_str()), ("MINE", ""));
}

#[test]
fn the_total_of_a_list_in_parts_is_over_all_of_them() {
    let part = |number: usize, last: &str, total: usize| {
        let text = message(&number.to_string(), number)
            .replace(&format!("CNT+42:{number}"), &format!("CNT+42:{total}"));
        text.replace(&format!("+R{number}+9"), "")
            .replace(":IATA'", &format!(":IATA+HY601/261122+0{number}{last}'"))
    };
    let whole = interchange(&[part(1, ":C", 6), part(2, "", 6), part(3, ":F", 6)]);
    let document = read(whole.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![1, 2, 3], vec![]));
    let parts: Vec<_> =
        document.messages.iter().map(|message| message.content.as_ref().unwrap().part.clone()).collect();
    assert_eq!(parts, ["1", "2", "3"]);
    // A part that came alone, or is still to come, may hold the rest; with all of them the total is judged.
    let short = interchange(&[part(1, ":C", 6), part(3, ":F", 6)]);
    assert_eq!(codes(&read(short.as_bytes()).unwrap()), []);
    let wrong = interchange(&[part(1, ":C", 7), part(2, "", 7), part(3, ":F", 7)]);
    assert_eq!(codes(&read(wrong.as_bytes()).unwrap()), [C::CountMismatch; 3]);
    let more = interchange(&[part(1, ":C", 3), part(3, ":F", 3)]);
    assert_eq!(codes(&read(more.as_bytes()).unwrap()), [C::CountMismatch; 2]);
    // The only part is the list.
    let only = interchange(&[part(2, ":F", 6).replace("+02:F", "+01:F")]);
    let Ok(declared) = &read(only.as_bytes()).unwrap().messages[0].content else { panic!() };
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    assert_eq!((declared.part.as_str(), list.counts_all_parts), ("", false));
    // One part alone keeps its number, and says what it says among the others.
    let words = |bytes: &str, place: usize| {
        let document = read(bytes.as_bytes()).unwrap();
        let Ok(declared) = &document.messages[place].content else { panic!() };
        let mut words = Vec::new();
        declared.canonical(&mut |piece| words.extend_from_slice(piece));
        (declared.part.clone(), words)
    };
    let alone = words(&interchange(&[part(2, "", 6)]), 0);
    assert_eq!(alone.0, "2");
    assert_eq!(alone, words(&whole, 1));
    // So do those that have no number.
    let same = |number: usize| message(&number.to_string(), number).replace(&format!("R{number}+9"), "R+9");
    let total = |text: String, number: usize| text.replace(&format!("CNT+42:{number}"), "CNT+42:3");
    let (one, two) = (total(same(1), 1), total(same(2), 2));
    let (batch, alone) = (interchange(&[one, two.clone()]), interchange(&[two]));
    assert_eq!(codes(&read(batch.as_bytes()).unwrap()), []);
    assert_eq!(words(&batch, 1), words(&alone, 0));
}

/// A coach's list in three parts, with the crew in the first of them, and totals of both.
fn coach_in_parts(order: &[usize]) -> Document {
    let person = |kind: &str, name: &str, born: usize| {
        format!("NAD+{kind}+++SYNTHETIC:{name}'ATT+2++M'DTM+329:{}0101:102'DOC+P+{name}1'", 1960 + born)
    };
    let part = |number: usize| {
        let (end, people) = match number {
            1 => (":C", person("FL", "A", 1) + &person("FM", "DRIVER", 2) + &person("FM", "SECOND", 3)),
            2 => ("", person("FL", "B", 4) + &person("FM", "DRIVER", 2)),
            _ => (":F", person("FL", "C", 5)),
        };
        // Only one part says how the coach goes.
        let journey = if number == 2 {
            "TDT+20+J1+3++SYN:172+++01A123BC::::KZ'LOC+125+KZALA'DTM+189:202611240100+0500:303'LOC+87+UZ-GISHTKUPRIK'\
             DTM+232:202611240900+0500:303'"
        } else {
            "TDT+20+J1+3'"
        };
        let body = format!("BGM+745+LIST1+9'{journey}{people}CNT+42:3'CNT+41:2'");
        let count = body.matches('\'').count() + 2 - body.matches("?'").count();
        format!("UNH+{number}+PAXLST:D:05B:UN:IATA+LIST1+0{number}{end}'{body}UNT+{count}+{number}'")
    };
    read(interchange(&order.iter().map(|number| part(*number)).collect::<Vec<_>>()).as_bytes()).unwrap()
}

#[test]
fn a_list_in_parts_is_one_list() {
    for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
        let document = coach_in_parts(&order);
        assert_eq!(codes(&document), [], "{order:?}");
        for message in &document.messages {
            let declared = message.content.as_ref().unwrap();
            let crew: Vec<_> =
                declared.crew_members.iter().map(|one| one.name.clone().unwrap().given_name).collect();
            assert_eq!(crew.len(), 2, "{order:?} {crew:?}");
            assert_eq!(declared.conveyance.as_ref().unwrap().registration, "01A123BC");
            assert_eq!(declared.journey.as_ref().unwrap().stops.len(), 2);
            let mut source = declared.source.clone();
            let place = source.place_of(&"crew_members[1].name".into()).unwrap().to_string();
            assert!(place.contains("(NAD)"), "{place}");
        }
    }
    // Of a list that is not here in whole the drivers may be on their way: nothing is decided, and nothing is red.
    let blocking = |order: &[usize]| {
        let document = coach_in_parts(order);
        let notes = document.messages.into_iter().flat_map(|message| message.content.unwrap().notes);
        let found = notes.filter(|note| note.severity == manifest::finding::Severity::Blocking);
        found.map(|note| note.code).collect::<Vec<_>>()
    };
    assert_eq!(blocking(&[3]), [C::ValueMalformed]);
    assert_eq!(blocking(&[1]), []);
    assert_eq!(blocking(&[3, 1]), []);
}
