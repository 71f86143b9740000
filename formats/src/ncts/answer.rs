//! Answers to transit messages: which one answers which stands in `docs/formats/README.md`.

use manifest::declared::SourcePlace;

use crate::xml::Writer;
use crate::{Answer, AnswerFinding, AnswerHead, AnswerInKind, Envelope, Intent};

/// The answer of the phase that the message is of; `None` where that phase has none.
pub(crate) fn answer(envelope: &Envelope, head: &AnswerHead, answer: &Answer) -> Option<AnswerInKind> {
    // The letter of the edition tells the phases apart: C and later have names in words.
    let is_old = head.kind.ends_with(['A', 'B']);
    if is_old { super::old_answer::answer(envelope, head, answer) } else { phase5(envelope, head, answer) }
}

fn phase5(envelope: &Envelope, head: &AnswerHead, answer: &Answer) -> Option<AnswerInKind> {
    let is_read = !head.reference.is_empty();
    let kind = match (is_read, answer.accepted, head.intent) {
        (false, false, _) => "CC917C",
        (_, true, Intent::Announce | Intent::Close) => "CC928C",
        (_, true, Intent::Amend) => "CC004C",
        (_, true, Intent::Cancel) => "CC009C",
        // An arrival that is in order is answered by what the office does next.
        (_, true, Intent::Arrive) => return None,
        (true, false, Intent::Arrive) => "CC057C",
        (true, false, _) => "CC056C",
    };
    let content =
        Writer::document(kind, Some(("ncts", "http://ncts.dgtaxud.ec")), " PhaseID=\"NCTS5.1\"", |xml| {
            xml.text("messageSender", &named(&envelope.recipient));
            xml.text("messageRecipient", &named(&envelope.sender));
            xml.text("preparationDateAndTime", &time(answer));
            xml.said("messageIdentification", &answer.answer_reference);
            xml.text("messageType", kind);
            xml.said("correlationIdentifier", &cut(&head.transport_reference));
            match kind {
                "CC917C" => unreadable(xml, answer),
                _ => body(xml, kind, head, answer),
            }
        });
    Some(AnswerInKind { kind: kind.to_owned(), content })
}

fn body(xml: &mut Writer, kind: &str, head: &AnswerHead, answer: &Answer) {
    let is_mrn = super::house::is_mrn(&head.reference);
    xml.group("TransitOperation", |xml| {
        // An arrival knows no other number than the one of the movement.
        if kind == "CC057C" || is_mrn {
            xml.text("MRN", &head.reference);
        } else {
            xml.text("LRN", &head.reference);
            if kind != "CC928C" {
                xml.said("MRN", &answer.mrn);
            }
        }
        match kind {
            "CC004C" => {
                xml.text("amendmentSubmissionDateAndTime", &time(answer));
                xml.text("amendmentAcceptanceDateAndTime", &time(answer));
            }
            "CC056C" | "CC057C" => {
                xml.text("businessRejectionType", head.kind.get(2..5).unwrap_or_default());
                xml.text("rejectionDateAndTime", &time(answer));
                xml.text("rejectionCode", FUNCTIONAL_ERRORS);
                xml.said("rejectionReason", &reasons(answer));
            }
            _ => {}
        }
    });
    if kind == "CC009C" {
        xml.group("Invalidation", |xml| {
            xml.text("decisionDateAndTime", &time(answer));
            xml.text("decision", "1");
            xml.text("initiatedByCustoms", "0");
        });
    }
    let (office, party) = match kind {
        "CC057C" => ("CustomsOfficeOfDestinationActual", "TraderAtDestination"),
        _ => ("CustomsOfficeOfDeparture", "HolderOfTheTransitProcedure"),
    };
    xml.group(office, |xml| xml.text("referenceNumber", &head.office_code));
    xml.group(party, |xml| {
        xml.said("identificationNumber", &head.party_identifier);
        if kind != "CC057C" {
            xml.said("TIRHolderIdentificationNumber", &head.holder_identifier);
        }
    });
    if matches!(kind, "CC056C" | "CC057C") {
        for finding in answer.errors() {
            xml.group("FunctionalError", |xml| {
                xml.text("errorPointer", &pointer(finding));
                xml.text("errorCode", error_code(finding));
                // Seven characters, for the number of a rule of theirs; our codes stand in the reason of the rejection.
                xml.text("errorReason", "N/A");
            });
        }
    }
}

/// What stands in the way, each with its code.
fn reasons(answer: &Answer) -> String {
    let each = answer.errors().take(REASONS);
    each.map(|finding| format!("{}: {}", finding.code, finding.text)).collect::<Vec<_>>().join("; ")
}

/// More than these do not fit into 512 characters.
const REASONS: usize = 32;

/// Sender and recipient are required, and whoever forgot to say them is answered all the same.
fn named(party: &str) -> String {
    if party.trim().is_empty() { "UNKNOWN".to_owned() } else { cut(party) }
}

/// The longest reference of the message's head.
fn cut(text: &str) -> String {
    text.chars().take(35).collect()
}

/// CL226: the message has functional errors.
const FUNCTIONAL_ERRORS: &str = "12";

fn unreadable(xml: &mut Writer, answer: &Answer) {
    for finding in &answer.findings {
        xml.group("XMLError", |xml| {
            let (line, column) = match finding.place {
                Some(SourcePlace::Json { line, .. }) => (line, 0),
                Some(SourcePlace::Xml { line, column, .. } | SourcePlace::Line { line, column }) => {
                    (line, column)
                }
                _ => (0, 0),
            };
            xml.text("errorLineNumber", &line.to_string());
            xml.text("errorColumnNumber", &column.to_string());
            xml.text("errorPointer", &pointer(finding));
            xml.text("errorCode", "14");
            xml.text("errorText", &finding.text);
        });
    }
}

/// Where: the place in the sender's own document, else in the contract's form.
pub(crate) fn pointer(finding: &AnswerFinding) -> String {
    match &finding.place {
        Some(SourcePlace::Xml { xpath, .. }) => xpath.clone(),
        Some(SourcePlace::Json { pointer, .. }) => pointer.clone(),
        Some(place) => place.to_string(),
        None => finding.path.clone(),
    }
}

/// CL180: a code list, a condition or a rule is violated.
pub(crate) fn error_code(finding: &AnswerFinding) -> &'static str {
    match finding.code.as_str() {
        "CODE_UNKNOWN" | "CODE_RETIRED" => "12",
        "REQUIRED_FIELD_MISSING" => "13",
        _ => "14",
    }
}

/// UTC, nineteen characters: the messages have no offset.
fn time(answer: &Answer) -> String {
    answer.receive_time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
