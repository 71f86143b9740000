//! Answers in kind are XML of their own kind, say what they must, and name nobody.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use formats::{
    Answer, AnswerFinding, AnswerHead, AnswerInKind, Document, Format, Given, Limits, answer, read,
};
use jiff::Timestamp;
use manifest::declared::SourcePlace;

const CC015C: &str = include_str!("messages/cc015c.xml");
const CC015B: &str = include_str!("messages/cc015b.xml");
const CC315A: &str = include_str!("messages/cc315a.xml");

fn now() -> Timestamp {
    "2026-11-22T12:34:56Z".parse().unwrap()
}

fn document(text: &str) -> Document {
    let given = Given { reference: None, received_time: now() };
    read(text.as_bytes(), None, &given, &Limits::default()).unwrap()
}

fn outcome(accepted: bool) -> Answer {
    let finding = AnswerFinding {
        code: "GROSS_MASS_BELOW_SUM".to_owned(),
        is_blocking: true,
        place: Some(SourcePlace::Xml {
            xpath: "/CC015C/Consignment/grossMass".to_owned(),
            line: 40,
            column: 9,
        }),
        path: "cargo.total_gross_mass_mg".to_owned(),
        text: "The mass is less than the sum of its parts: 5 < 6 & 7.".to_owned(),
    };
    let findings = if accepted { Vec::new() } else { vec![finding] };
    Answer { accepted, answer_reference: "A-1".to_owned(), mrn: String::new(), receive_time: now(), findings }
}

fn answered(text: &str, outcome: Answer) -> Vec<AnswerInKind> {
    let document = document(text);
    let head = AnswerHead::of(&document.messages[0]);
    answer(document.format, &document.envelope, &[(head, outcome)])
}

fn one(text: &str, outcome: Answer) -> (String, String) {
    let mut answers = answered(text, outcome);
    assert_eq!(answers.len(), 1);
    let answer = answers.remove(0);
    let text = String::from_utf8(answer.content).unwrap();
    // What we write, our own reader knows for a message of that type, whole.
    let document = document(&text);
    assert_eq!(document.messages[0].kind, answer.kind);
    assert!(document.notes.is_empty());
    (answer.kind, text)
}

#[test]
fn to_transit_messages() {
    let (kind, text) = one(CC015C, outcome(true));
    assert_eq!(kind, "CC928C");
    for part in [
        "<messageSender>NTA.UZ</messageSender>",
        "<messageRecipient>BALTIC.DEMO</messageRecipient>",
        "<preparationDateAndTime>2026-11-22T12:34:56</preparationDateAndTime>",
        "<messageIdentification>A-1</messageIdentification>",
        "<correlationIdentifier>MSG-1</correlationIdentifier>",
        "<LRN>DEMO-2026-0001</LRN>",
        "<referenceNumber>LT000001</referenceNumber>",
        "<identificationNumber>LT000000001</identificationNumber>",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let (kind, text) = one(CC015C, outcome(false));
    assert_eq!(kind, "CC056C");
    assert!(text.contains("<businessRejectionType>015</businessRejectionType>"), "{text}");
    assert!(text.contains("<errorPointer>/CC015C/Consignment/grossMass</errorPointer>"), "{text}");
    assert!(text.contains("5 &lt; 6 &amp; 7"), "{text}");
    assert_eq!(one(&CC015C.replace("CC015C", "CC013C"), outcome(true)).0, "CC004C");
    assert_eq!(one(&CC015C.replace("CC015C", "CC013C"), outcome(false)).0, "CC056C");
    let cancellation = "<CC014C><TransitOperation><MRN>26LT000246J8NY33L7</MRN></TransitOperation></CC014C>";
    let (kind, text) = one(cancellation, outcome(true));
    assert_eq!(kind, "CC009C");
    assert!(text.contains("<MRN>26LT000246J8NY33L7</MRN>"), "{text}");
    let arrival = cancellation.replace("CC014C", "CC007C");
    assert!(answered(&arrival, outcome(true)).is_empty(), "no message says that an arrival is in order");
    assert_eq!(one(&arrival, outcome(false)).0, "CC057C");
}

/// Who carries the goods and who represents somebody is never named for the holder of the procedure or the person lodging.
#[test]
fn the_holder_is_who_was_declared() {
    let parties = "<HolderOfTheTransitProcedure><identificationNumber>LT000000001</identificationNumber>\
        </HolderOfTheTransitProcedure><Representative><identificationNumber>LT000000002</identificationNumber>\
        </Representative><Consignment><Carrier><identificationNumber>LT000000003</identificationNumber></Carrier>";
    let item = "<ConsignmentItem><goodsItemNumber>1</goodsItemNumber></ConsignmentItem>";
    let house = ["<HouseConsignment>", item, "</HouseConsignment>"].concat();
    for goods in ["", item, &house] {
        let message = [
            "<CC015C><TransitOperation><LRN>L-1</LRN></TransitOperation>",
            parties,
            goods,
            "</Consignment></CC015C>",
        ];
        let whole = message.concat();
        for accepted in [true, false] {
            for text in [whole.clone(), whole.replace("CC015C", "CC013C")] {
                let (kind, text) = one(&text, outcome(accepted));
                assert!(text.contains("<identificationNumber>LT000000001<"), "{kind}: {text}");
                assert!(!text.contains("LT000000002") && !text.contains("LT000000003"), "{kind}: {text}");
            }
        }
        // A holder who is not said is nobody.
        let without = whole.replace("<identificationNumber>LT000000001</identificationNumber>", "");
        let (kind, text) = one(&without, outcome(true));
        assert!(!text.contains("LT00000000"), "{kind}: {text}");
    }
    let entry = "<CC315A><HEAHEA><RefNumHEA4>E-1</RefNumHEA4></HEAHEA><TRAREP><TINTRE1>KZ000000002</TINTRE1></TRAREP>\
        <TRACARENT601><TINTRACARENT602>KZ000000003</TINTRACARENT602></TRACARENT601></CC315A>";
    let (_, text) = one(entry, outcome(true));
    assert!(!text.contains("PERLODSUMDEC") && !text.contains("KZ00"), "{text}");
    // Nor is a holder who withdraws, or a trader at destination, a carrier of the manifest.
    for (message, group) in [("CC014C", "HolderOfTheTransitProcedure"), ("CC007C", "TraderAtDestination")] {
        let text = format!(
            "<{message}><TransitOperation><MRN>26LT000246J8NY33L7</MRN></TransitOperation><{group}>\
            <identificationNumber>LT000000001</identificationNumber><Address><city>Vilnius</city></Address></{group}></{message}>"
        );
        let document = document(&text);
        let declared = document.messages[0].content.as_ref().unwrap();
        assert!(declared.carrier.is_none() && declared.notes.is_empty(), "{:?}", declared.notes);
    }
}

#[test]
fn to_what_cannot_be_read() {
    let cut = CC015C.get(..2_000).unwrap();
    let document = document(cut);
    let message = &document.messages[0];
    let outcome = Answer::unreadable(message.content.as_ref().unwrap_err(), "A-2".to_owned(), now());
    let answers = answer(Format::Ncts, &document.envelope, &[(AnswerHead::of(message), outcome)]);
    let text = String::from_utf8(answers[0].content.clone()).unwrap();
    assert_eq!(answers[0].kind, "CC917C");
    assert!(text.contains("<errorLineNumber>") && text.contains("<errorPointer>/CC015C"), "{text}");
}

#[test]
fn to_older_messages_and_entry_summaries() {
    let (kind, text) = one(CC015B, outcome(true));
    assert_eq!(kind, "CC928A");
    assert!(text.contains("<RefNumHEA4>OLD-1</RefNumHEA4>") && text.contains("<TesIndMES18>1"), "{text}");
    assert_eq!(one(CC015B, outcome(false)).0, "CC016A");
    let accepted = Answer { mrn: "26UZ000246J8NY33L7".to_owned(), ..outcome(true) };
    let (kind, text) = one(CC315A, accepted);
    assert_eq!(kind, "CC328A");
    for part in
        ["<RefNumHEA4>ENS-REF-1", "<DocNumHEA5>26UZ", "<DecRegDatTimHEA115>202611221234", "<TINPLD1>KZ000001"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let (kind, text) = one(CC315A, outcome(false));
    assert_eq!(kind, "CC316A");
    assert!(text.contains("<FUNERRER1>") && text.contains("GROSS_MASS_BELOW_SUM: The mass"), "{text}");
    assert_eq!(one(&CC315A.replace("CC315A", "CC313A"), outcome(true)).0, "CC304A");
    assert_eq!(one(&CC315A.replace("CC315A", "CC313A"), outcome(false)).0, "CC305A");
}

/// A note or a warning beside what stands in the way is no error of the message.
#[test]
fn errors_are_what_stands_in_the_way() {
    let mut refused = outcome(false);
    let noted = AnswerFinding {
        code: "ELEMENT_NOT_READ".to_owned(),
        is_blocking: false,
        ..refused.findings[0].clone()
    };
    refused.findings.insert(0, noted);
    for (message, group) in [(CC015C, "<FunctionalError>"), (CC015B, "<FUNERRER1>"), (CC315A, "<FUNERRER1>")]
    {
        let (_, text) = one(message, refused.clone());
        assert_eq!(text.matches(group).count(), 1, "{text}");
        assert!(!text.contains("ELEMENT_NOT_READ"), "{text}");
    }
}

/// Names of the elements directly inside of an element, in their order.
fn inside(text: &str, name: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| line.starts_with('<') && !line.starts_with("<?")) {
        let tag = line.trim_start_matches(['<', '/']);
        let tag = tag.split(['>', ' ']).next().unwrap().trim_start_matches("ncts:");
        let (closes, is_whole) = (line.starts_with("</"), line.matches('<').count() == 2);
        if closes {
            depth = depth.saturating_sub(1);
            continue;
        }
        if depth == 1 {
            names.push(tag.to_owned());
        }
        if depth > 0 && !is_whole || depth == 0 && tag == name && !is_whole {
            depth += 1;
        }
    }
    names
}

/// Order and lengths as in the public schemas of phase 5 (versions 51.8.2 and 51.8.6): message heads, error groups, the order
/// of the groups.
#[test]
fn transit_answers_keep_to_the_public_schemas() {
    let head = [
        "messageSender",
        "messageRecipient",
        "preparationDateAndTime",
        "messageIdentification",
        "messageType",
    ];
    let with = |rest: &[&str], correlated: bool| -> Vec<String> {
        let correlation = correlated.then_some("correlationIdentifier");
        head.into_iter().chain(correlation).chain(rest.iter().copied()).map(str::to_owned).collect()
    };
    let (office, holder) = ("CustomsOfficeOfDeparture", "HolderOfTheTransitProcedure");
    let (_, text) = one(CC015C, outcome(true));
    assert_eq!(inside(&text, "CC928C"), with(&["TransitOperation", office, holder], true));
    assert_eq!(inside(&text, holder), ["identificationNumber", "TIRHolderIdentificationNumber"]);
    let (_, text) = one(&CC015C.replace("CC015C", "CC013C"), outcome(true));
    assert_eq!(inside(&text, "CC004C"), with(&["TransitOperation", office, holder], true));
    let rejected = Answer { answer_reference: "A".repeat(32), ..outcome(false) };
    let (_, text) = one(CC015C, rejected);
    assert_eq!(inside(&text, "CC056C"), with(&["TransitOperation", office, holder, "FunctionalError"], true));
    assert_eq!(inside(&text, "FunctionalError"), ["errorPointer", "errorCode", "errorReason"]);
    assert!(text.contains("<errorReason>N/A</errorReason>"), "seven characters at the most: {text}");
    assert!(text.contains("<rejectionReason>GROSS_MASS_BELOW_SUM: The mass"), "{text}");
    // The holder of a carnet alone is named as such, and by no other number.
    let carnet = CC015C.replace("    <identificationNumber>LT000000001</identificationNumber>\n", "");
    let (_, text) = one(&carnet, outcome(true));
    assert_eq!(inside(&text, holder), ["TIRHolderIdentificationNumber"]);
    assert!(text.contains("<TIRHolderIdentificationNumber>LTU/071/10001<"), "{text}");
    // A cancellation repeats its holder; nobody's names are required of who left them out.
    let cancellation = "<CC014C><TransitOperation><LRN>L-1</LRN></TransitOperation><CustomsOfficeOfDeparture>\
        <referenceNumber>LT000001</referenceNumber></CustomsOfficeOfDeparture><HolderOfTheTransitProcedure>\
        <identificationNumber>LT000000001</identificationNumber></HolderOfTheTransitProcedure></CC014C>";
    let (_, text) = one(cancellation, outcome(true));
    assert_eq!(inside(&text, "CC009C"), with(&["TransitOperation", "Invalidation", office, holder], false));
    assert_eq!(inside(&text, holder), ["identificationNumber"]);
    assert!(text.contains("<messageRecipient>UNKNOWN</messageRecipient>"), "{text}");
    let arrival = "<CC007C><TransitOperation><MRN>26LT000246J8NY33L7</MRN></TransitOperation>\
        <TraderAtDestination><identificationNumber>KZ000000001</identificationNumber></TraderAtDestination></CC007C>";
    let (_, text) = one(arrival, outcome(false));
    let groups =
        ["TransitOperation", "CustomsOfficeOfDestinationActual", "TraderAtDestination", "FunctionalError"];
    assert_eq!(inside(&text, "CC057C"), with(&groups, false));
    assert!(text.contains("<identificationNumber>KZ000000001<"), "{text}");
    let document = document(CC015C.get(..2_000).unwrap());
    let message = &document.messages[0];
    let outcome = Answer::unreadable(message.content.as_ref().unwrap_err(), "A-2".to_owned(), now());
    let made = answer(Format::Ncts, &document.envelope, &[(AnswerHead::of(message), outcome)]);
    let text = String::from_utf8(made[0].content.clone()).unwrap();
    assert_eq!(inside(&text, "CC917C"), with(&["XMLError"], true));
    let names = ["errorLineNumber", "errorColumnNumber", "errorPointer", "errorCode", "errorText"];
    assert_eq!(inside(&text, "XMLError"), names);
}
