//! What came of a message, as the answer in the document's own format is made from it: the same receipt and findings, and
//! never an original value.

use jiff::Timestamp;
use manifest::declared::SourcePlace;
use proto::v1::{self, ManifestState, Severity, source_place::Place};

use crate::decode::document::{Answer, AnswerFinding, AnswerInKind, Unreadable};

/// The answer to one message. `unreadable` is why it could not be read, if it could not.
#[must_use]
pub fn answer_to(
    message: &v1::DocumentMessage,
    unreadable: Option<&Unreadable>,
    own_reference: String,
    receive_time: Timestamp,
) -> Answer {
    if let Some(unreadable) = unreadable {
        return Answer::unreadable(unreadable, own_reference, receive_time);
    }
    let recorded = message.recorded.as_ref();
    let receipt = recorded.and_then(|recorded| recorded.receipt.as_ref());
    let state = recorded.map(v1::SubmitManifestResponse::state);
    let withdrawn = state == Some(ManifestState::Cancelled);
    let taken = receipt.is_some_and(|receipt| receipt.state() != ManifestState::Rejected) && !withdrawn;
    let name = receipt.map(|receipt| receipt.manifest.as_str());
    let name = name.or(message.moved.as_ref().map(|moved| moved.name.as_str()));
    let mut findings: Vec<_> =
        recorded.map_or(&[][..], |recorded| &recorded.findings).iter().map(finding).collect();
    if withdrawn {
        // No finding of the manifest's own: it is in order, and does not stand.
        findings.push(AnswerFinding {
            code: ManifestState::Cancelled.as_str_name().trim_start_matches("MANIFEST_STATE_").to_owned(),
            is_blocking: true,
            place: message.source_place.as_ref().and_then(place),
            path: String::new(),
            text: "It was withdrawn.".to_owned(),
        });
    }
    if let Some(refusal) = &message.refusal {
        findings.push(AnswerFinding {
            code: refusal.reason.clone(),
            is_blocking: true,
            place: message.source_place.as_ref().and_then(place),
            path: refusal.metadata.get("field_path").cloned().unwrap_or_default(),
            text: refusal.message.clone(),
        });
    }
    Answer {
        accepted: message.refusal.is_none() && (taken || message.moved.is_some()),
        // The manifest's id, in the 32 characters that fit every format.
        answer_reference: name
            .and_then(|name| name.strip_prefix("manifests/"))
            .map_or(own_reference, |id| id.replace('-', "")),
        mrn: String::new(),
        receive_time,
        findings,
    }
}

/// The answers as they are told.
#[must_use]
pub fn document_answer(answer: AnswerInKind) -> v1::DocumentAnswer {
    v1::DocumentAnswer { kind: answer.kind, content: answer.content }
}

fn finding(finding: &v1::Finding) -> AnswerFinding {
    AnswerFinding {
        code: finding.code.clone(),
        is_blocking: finding.severity() == Severity::Blocking,
        place: finding.source_place.as_ref().and_then(place),
        path: finding.field_path.clone(),
        text: finding.text.clone(),
    }
}

/// A place as it was before it was told.
fn place(place: &v1::SourcePlace) -> Option<SourcePlace> {
    let number = |number: i32| u32::try_from(number).unwrap_or(0);
    Some(match place.place.as_ref()? {
        Place::Segment(at) => SourcePlace::Segment {
            number: number(at.segment_number),
            tag: at.segment_tag.as_str().into(),
            element: number(at.element_number),
            component: number(at.component_number),
        },
        Place::Xml(at) => SourcePlace::Xml {
            xpath: at.xpath.clone(),
            line: number(at.line_number),
            column: number(at.column_number),
        },
        Place::Cell(at) => SourcePlace::Cell {
            sheet: at.sheet.clone(),
            row: number(at.row_number),
            column: number(at.column_number),
        },
        Place::Json(at) => SourcePlace::Json { pointer: at.pointer.clone(), line: number(at.line_number) },
        Place::Line(at) => {
            SourcePlace::Line { line: number(at.line_number), column: number(at.column_number) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Language, finding::source_place};
    use super::*;

    #[test]
    fn places_come_back_and_refusals_are_findings() {
        for told in [
            SourcePlace::Segment { number: 3, tag: "NAD".into(), element: 4, component: 0 },
            SourcePlace::Xml { xpath: "/CC015C[1]".into(), line: 2, column: 1 },
            SourcePlace::Cell { sheet: "List".into(), row: 2, column: 0 },
            SourcePlace::Json { pointer: "/a/0".into(), line: 0 },
            SourcePlace::Line { line: 1, column: 1 },
        ] {
            assert_eq!(place(&source_place(&told, Language::English)), Some(told));
        }
        let mut late =
            v1::SubmitManifestResponse { receipt: Some(v1::Receipt::default()), ..Default::default() };
        late.set_state(ManifestState::Cancelled);
        let late = v1::DocumentMessage { recorded: Some(late), ..v1::DocumentMessage::default() };
        let answer = answer_to(&late, None, "own".into(), Timestamp::UNIX_EPOCH);
        assert_eq!((answer.accepted, answer.findings[0].code.as_str()), (false, "CANCELLED"));
        let refusal = v1::Refusal { reason: "LOAD_NOT_ALLOWED".into(), ..v1::Refusal::default() };
        let message = v1::DocumentMessage { refusal: Some(refusal), ..v1::DocumentMessage::default() };
        let answer = answer_to(&message, None, "own".into(), Timestamp::UNIX_EPOCH);
        assert!(!answer.accepted);
        assert_eq!(
            (answer.findings[0].code.as_str(), answer.answer_reference.as_str()),
            ("LOAD_NOT_ALLOWED", "own")
        );
    }
}
