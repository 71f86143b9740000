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
