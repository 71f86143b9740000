//! What a document was, what came of each of its messages, and why one is not read.

use manifest::{ManifestKey, declared::SourcePlace};
use proto::v1;

use super::{Language, Notice, Reason, finding::source_place};
use crate::decode::{
    Refusal,
    document::{Beyond, Cause, Document, Format, Intent, Unreadable},
};

/// What a document is, by its envelope.
#[must_use]
pub fn document(document: &Document) -> v1::Document {
    v1::Document {
        format: document.format.as_str().to_owned(),
        sender: document.envelope.sender.clone(),
        recipient: document.envelope.recipient.clone(),
        envelope_reference: document.envelope.reference.clone(),
        test: document.envelope.test,
        message_count: i32::try_from(document.messages.len()).unwrap_or(i32::MAX),
    }
}

/// What is known of one message before it is taken up.
#[derive(Debug, Clone)]
pub struct Heading {
    /// Its place in the document, from 1.
    pub number: usize,
    /// Its type as it names itself.
    pub kind: String,
    /// The transport's reference.
    pub transport_reference: String,
    /// What it wants; none for one that cannot be read.
    pub intent: Option<Intent>,
    /// Where it begins.
    pub place: Option<SourcePlace>,
    /// Reference, part and revision as far as they are known.
    pub key: (String, String, i64),
}

impl Heading {
    /// Under this key it is recorded.
    pub fn under(&mut self, key: &ManifestKey) {
        self.key = (key.manifest_reference.clone(), key.part.clone(), i64::from(key.revision.number()));
    }
}

/// The answer about one message, before what came of it is put in.
#[must_use]
pub fn document_message(heading: &Heading) -> v1::DocumentMessage {
    let (manifest_reference, part, revision) = heading.key.clone();
    let intent = match heading.intent {
        None => v1::DocumentIntent::Unspecified,
        Some(Intent::Announce) => v1::DocumentIntent::Announce,
        Some(Intent::Amend) => v1::DocumentIntent::Amend,
        Some(Intent::Cancel) => v1::DocumentIntent::Cancel,
        Some(Intent::Close) => v1::DocumentIntent::Close,
        Some(Intent::Arrive) => v1::DocumentIntent::Arrive,
    };
    v1::DocumentMessage {
        message_number: i32::try_from(heading.number).unwrap_or(i32::MAX),
        kind: heading.kind.clone(),
        transport_reference: heading.transport_reference.clone(),
        intent: intent.into(),
        manifest_reference,
        part,
        revision: i32::try_from(revision).unwrap_or(i32::MAX),
        source_place: heading.place.as_ref().map(|place| source_place(place, Language::English)),
        ..v1::DocumentMessage::default()
    }
}

/// Why a document, or one message of it, is not read: with the place, never with what stood there.
pub(super) fn unreadable(unreadable: &Unreadable) -> Notice {
    let (reason, cause) = match &unreadable.cause {
        Cause::NotRecognised { .. } => (Reason::DocumentNotRecognised, "NOT_RECOGNISED"),
        Cause::NotRead(_) => (Reason::DocumentUnreadable, "NOT_READ"),
        Cause::Truncated(_) => (Reason::DocumentUnreadable, "TRUNCATED"),
        Cause::Malformed(_) => (Reason::DocumentUnreadable, "MALFORMED"),
        Cause::DocumentType => (Reason::DocumentUnreadable, "DOCUMENT_TYPE"),
        Cause::TooMany { .. } => (Reason::DocumentUnreadable, "TOO_MANY"),
        Cause::Beyond(beyond) => return in_the_contracts_terms(beyond, unreadable.place.as_ref()),
    };
    let mut notice = in_words(Notice::new(reason).with("cause", cause), &unreadable.cause);
    let mut problem = unreadable.cause.to_string();
    if let Some(place) = &unreadable.place {
        problem = format!("{place}: {problem}");
        notice = placed(notice, place);
    }
    if let Cause::NotRecognised { seen, offset } = &unreadable.cause {
        let tried = Format::ALL.map(Format::as_str).join(",");
        notice = notice.with("seen", seen).with("byte_offset", offset).with("tried", tried);
    }
    if let Cause::TooMany { limit, .. } = &unreadable.cause {
        notice = notice.with("limit", limit);
    }
    notice.at("content", problem)
}

/// What the same manifest is refused with when it comes as a message, and the place in the document beside it.
fn in_the_contracts_terms(beyond: &Beyond, place: Option<&SourcePlace>) -> Notice {
    let refusal = match beyond.clone() {
        Beyond::Bytes { limit, found } => Refusal::TooLarge { limit, found },
        Beyond::List { path, limit, setting } => Refusal::TooMany { path, limit, setting },
        Beyond::Text { path, limit, found } => Refusal::TextTooLong { path, limit, found },
    };
    let notice = in_words(Notice::from(&refusal), &Cause::Beyond(beyond.clone()));
    match place {
        Some(place) => placed(notice, place),
        None => notice,
    }
}

/// A notice with what is the matter and what to do in every language: a document is refused before anybody has read which
/// language its sender asks for, and whoever mends it may read another one than the program that sent it.
fn in_words(mut notice: Notice, cause: &Cause) -> Notice {
    for (language, problem, remedy) in WORDS {
        let text = cause.in_words(language);
        notice = notice.with(problem, text.text).with(remedy, text.remedy);
    }
    notice
}

/// The languages with the names that their words have in `ErrorInfo`.
const WORDS: [(Language, &str, &str); 3] = [
    (Language::English, "problem", "remedy"),
    (Language::Russian, "problem_ru", "remedy_ru"),
    (Language::Uzbek, "problem_uz", "remedy_uz"),
];

/// A notice with a place, whole and in parts.
fn placed(mut notice: Notice, place: &SourcePlace) -> Notice {
    notice = notice.with("place_ru", place.in_words(Language::Russian));
    notice = notice.with("place_uz", place.in_words(Language::Uzbek));
    let place = source_place(place, Language::English);
    notice = notice.with("place", &place.text);
    for (key, value) in coordinates(&place) {
        notice = notice.with(key, value);
    }
    notice
}

/// The parts of a place, for programs that read `ErrorInfo`.
fn coordinates(place: &v1::SourcePlace) -> Vec<(&'static str, String)> {
    use v1::source_place::Place;
    match &place.place {
        None => vec![],
        Some(Place::Segment(at)) => vec![
            ("segment_number", at.segment_number.to_string()),
            ("segment_tag", at.segment_tag.clone()),
            ("element_number", at.element_number.to_string()),
            ("component_number", at.component_number.to_string()),
        ],
        Some(Place::Xml(at)) => {
            vec![
                ("xpath", at.xpath.clone()),
                ("line_number", at.line_number.to_string()),
                ("column_number", at.column_number.to_string()),
            ]
        }
        Some(Place::Cell(at)) => vec![
            ("sheet", at.sheet.clone()),
            ("row_number", at.row_number.to_string()),
            ("column_number", at.column_number.to_string()),
        ],
        Some(Place::Line(at)) => {
            vec![("line_number", at.line_number.to_string()), ("column_number", at.column_number.to_string())]
        }
        Some(Place::Json(at)) => {
            vec![("pointer", at.pointer.clone()), ("line_number", at.line_number.to_string())]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_place_and_the_kind_of_trouble() {
        let place = Some(SourcePlace::Line { line: 7, column: 2 });
        let notice = unreadable(&Unreadable { place, cause: Cause::Truncated("UNT") });
        assert_eq!(notice.reason, Reason::DocumentUnreadable);
        assert_eq!(notice.metadata["cause"], "TRUNCATED");
        assert_eq!(notice.metadata["place"], "line 7, column 2");
        assert_eq!(notice.metadata["place_ru"], "строка 7, столбец 2");
        assert_eq!(notice.violations[0].1, "line 7, column 2: it ends before UNT");
        assert_eq!(notice.metadata["problem"], "it ends before UNT");
        assert_eq!(notice.metadata["problem_ru"], "документ обрывается; не хватает: UNT");
        assert_eq!(notice.metadata["remedy_uz"], "Hujjatni qayta, toʻliq yuboring.");
        let place = Some(SourcePlace::Line { line: 3, column: 1 });
        let cause = Cause::NotRecognised { seen: "PDF document", offset: 2 };
        let notice = unreadable(&Unreadable { place, cause });
        assert_eq!(notice.reason, Reason::DocumentNotRecognised);
        let said = |key: &str| notice.metadata[key].as_str();
        assert_eq!((said("place"), said("line_number"), said("byte_offset")), ("line 3, column 1", "3", "2"));
        assert_eq!(said("seen"), "PDF document");
        assert!(said("problem_ru").contains("документ PDF") && said("problem_ru").contains("PAXLST"));
        assert!(said("problem_uz").contains("PDF hujjati") && said("tried").contains("PASSENGER_XLSX"));
    }
}
