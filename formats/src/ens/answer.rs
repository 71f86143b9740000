//! Answers to entry summary declarations: CC328A, CC316A; to their amendments: CC304A, CC305A.

use crate::ncts::old_answer::{envelope_of, errors};
use crate::xml::Writer;
use crate::{Answer, AnswerHead, AnswerInKind, Envelope, Intent};

/// The answer to one message.
pub(crate) fn answer(envelope: &Envelope, head: &AnswerHead, answer: &Answer) -> Option<AnswerInKind> {
    let (kind, instant) = match (head.intent, answer.accepted) {
        (Intent::Announce, true) => ("CC328A", "DecRegDatTimHEA115"),
        (Intent::Announce, false) => ("CC316A", "DecRejDatTimHEA116"),
        (Intent::Amend, true) => ("CC304A", "AmeAccDatTimHEA111"),
        (Intent::Amend, false) => ("CC305A", "AmeRejDatTimHEA112"),
        _ => return None,
    };
    let time = answer.receive_time.strftime("%Y%m%d%H%M").to_string();
    let namespace = format!("http://ics.dgtaxud.ec/{kind}");
    let content = Writer::document(kind, Some(("ie", &namespace)), "", |xml| {
        envelope_of(xml, envelope, head, answer, kind, "%y%m%d");
        xml.group("HEAHEA", |xml| {
            if head.intent == Intent::Announce {
                xml.said("RefNumHEA4", &head.reference);
                xml.said("DocNumHEA5", &answer.mrn);
            } else {
                xml.said("DocNumHEA5", &head.reference);
            }
            xml.text(instant, &time);
        });
        if !answer.accepted {
            errors(xml, answer);
        }
        if !head.party_identifier.is_empty() {
            xml.group("PERLODSUMDEC", |xml| xml.text("TINPLD1", &head.party_identifier));
        }
        if !head.office_code.is_empty() {
            xml.group("CUSOFFFENT730", |xml| xml.text("RefNumCUSOFFFENT731", &head.office_code));
        }
    });
    Some(AnswerInKind { kind: kind.to_owned(), content })
}
