//! Answers in the names of phase 4, which entry summary declarations share.

use super::answer::{error_code, pointer};
use crate::xml::Writer;
use crate::{Answer, AnswerHead, AnswerInKind, Envelope, Intent};

/// The answer of phase 4; `None` where it has none.
pub(crate) fn answer(envelope: &Envelope, head: &AnswerHead, answer: &Answer) -> Option<AnswerInKind> {
    let day = answer.receive_time.strftime("%Y%m%d").to_string();
    let (kind, date) = match (answer.accepted, head.intent) {
        (true, Intent::Announce | Intent::Close) => ("CC928A", ""),
        (true, Intent::Amend) => ("CC004A", "AmeAccDatHEA602"),
        (true, Intent::Cancel) => ("CC009A", "DatOfCanDecHEA146"),
        (true, Intent::Arrive) => return None,
        (false, Intent::Announce | Intent::Close) => ("CC016A", "DecRejDatHEA159"),
        (false, Intent::Amend) => ("CC005A", "AmeRejDatHEA602"),
        (false, Intent::Cancel) => ("CC009A", "DatOfCanDecHEA146"),
        (false, Intent::Arrive) => ("CC008A", "ArrRejDatHEA142"),
    };
    let content = Writer::document(kind, None, "", |xml| {
        envelope_of(xml, envelope, head, answer, kind, "%Y%m%d");
        xml.group("HEAHEA", |xml| {
            let name = if head.intent == Intent::Announce { "RefNumHEA4" } else { "DocNumHEA5" };
            xml.said(name, &head.reference);
            xml.said(date, if date.is_empty() { "" } else { &day });
            if kind == "CC009A" {
                xml.text("CanDecHEA93", if answer.accepted { "1" } else { "0" });
            }
        });
        if !answer.accepted {
            errors(xml, answer);
        }
        if kind == "CC928A" {
            xml.group("CUSOFFDEPEPT", |xml| xml.text("RefNumEPT1", &head.office_code));
        }
    });
    Some(AnswerInKind { kind: kind.to_owned(), content })
}

/// The head of an answer: sender and recipient have changed places.
pub(crate) fn envelope_of(
    xml: &mut Writer,
    envelope: &Envelope,
    head: &AnswerHead,
    answer: &Answer,
    kind: &str,
    date: &str,
) {
    xml.said("MesSenMES3", &envelope.recipient);
    xml.said("MesRecMES6", &envelope.sender);
    xml.text("DatOfPreMES9", &answer.receive_time.strftime(date).to_string());
    xml.text("TimOfPreMES10", &answer.receive_time.strftime("%H%M").to_string());
    if envelope.test {
        xml.text("TesIndMES18", "1");
    }
    xml.said("MesIdeMES19", &answer.answer_reference);
    xml.text("MesTypMES20", kind);
    xml.said("CorIdeMES25", &head.transport_reference);
}

/// What stands in the way, one group each.
pub(crate) fn errors(xml: &mut Writer, answer: &Answer) {
    for finding in answer.errors() {
        xml.group("FUNERRER1", |xml| {
            xml.text("ErrTypER11", error_code(finding));
            xml.text("ErrPoiER12", &pointer(finding));
            xml.text("ErrReaER13", &format!("{}: {}", finding.code, finding.text));
        });
    }
}
