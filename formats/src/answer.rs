//! Answers in a document's own format, from what came of its messages. Pure: whoever calls has the receipt and the
//! findings, and says the time.

use jiff::Timestamp;
use manifest::declared::{Load, SourcePlace};

use crate::{Cause, Envelope, Format, Intent, Message, Unreadable, edifact, ens, ncts};

/// What an answer repeats of the message that it answers. Taken when the message is read, as the rest of it moves on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerHead {
    /// See [`Message::kind`].
    pub kind: String,
    /// See [`Message::transport_reference`].
    pub transport_reference: String,
    /// See [`Message::intent`].
    pub intent: Intent,
    /// The document's own reference: LRN, MRN, BGM 1004. Empty when the message was not read.
    pub reference: String,
    /// The customs office that the message is about: of departure, of destination for an arrival, of first entry.
    pub office_code: String,
    /// Identification number of who is answerable for the message: holder of the transit procedure, trader at destination,
    /// person lodging.
    pub party_identifier: String,
    /// Number of the holder of a TIR carnet.
    pub holder_identifier: String,
}

impl AnswerHead {
    /// What an answer will repeat of a message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let mut head = Self {
            kind: message.kind.clone(),
            transport_reference: message.transport_reference.clone(),
            intent: message.intent,
            reference: String::new(),
            office_code: String::new(),
            party_identifier: message.answerable.identifier.clone(),
            holder_identifier: message.answerable.tir_holder.clone(),
        };
        let Ok(declared) = &message.content else { return head };
        head.reference.clone_from(&declared.manifest_reference);
        if let Some(Load::Cargo(cargo)) = &declared.load {
            let office = match message.intent {
                Intent::Arrive => &cargo.destination_office_code,
                _ => &cargo.departure_office_code,
            };
            head.office_code.clone_from(office);
        }
        if head.office_code.is_empty() {
            let post = declared.journey.as_ref().map(|journey| journey.border_post_code.clone());
            head.office_code = post.unwrap_or_default();
        }
        head
    }
}

/// What came of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// It was taken: recorded, or its manifest moved on.
    pub accepted: bool,
    /// Our reference of the answer; not longer than 35 characters where the format is to be kept to.
    pub answer_reference: String,
    /// A Movement Reference Number, where one was given; else empty.
    pub mrn: String,
    /// When it was taken or refused.
    pub receive_time: Timestamp,
    /// What was noted, first to last.
    pub findings: Vec<AnswerFinding>,
}

impl Answer {
    /// What stands in the way: notes and warnings are no errors of a refused message. All of it where nothing does by itself.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &AnswerFinding> {
        let any = self.findings.iter().any(|finding| finding.is_blocking);
        self.findings.iter().filter(move |finding| finding.is_blocking || !any)
    }

    /// The answer to a message that could not be read.
    #[must_use]
    pub fn unreadable(unreadable: &Unreadable, answer_reference: String, receive_time: Timestamp) -> Self {
        let code = match unreadable.cause {
            Cause::Truncated(_) => "TRUNCATED",
            Cause::NotRead(_) | Cause::NotRecognised { .. } => "NOT_READ",
            _ => "MALFORMED",
        };
        let finding = AnswerFinding {
            code: code.to_owned(),
            is_blocking: true,
            place: unreadable.place.clone(),
            path: String::new(),
            text: unreadable.to_string(),
        };
        Self { accepted: false, answer_reference, mrn: String::new(), receive_time, findings: vec![finding] }
    }
}

/// One finding in an answer. Without the original value: answers in kind pass through systems of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFinding {
    /// The finding's code.
    pub code: String,
    /// It withholds its subject or rejects the manifest.
    pub is_blocking: bool,
    /// Where in the document.
    pub place: Option<SourcePlace>,
    /// Where in the contract's form.
    pub path: String,
    /// What it says, in the language that was asked for.
    pub text: String,
}

/// A message that answers, in the format of what it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerInKind {
    /// Its type, for instance `CC928C` or `CONTRL`.
    pub kind: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The answers in kind to a document: none where its format has none.
#[must_use]
pub fn answer(format: Format, envelope: &Envelope, messages: &[(AnswerHead, Answer)]) -> Vec<AnswerInKind> {
    let each = messages.iter();
    match format {
        Format::Ncts => each.filter_map(|(head, answer)| ncts::answer(envelope, head, answer)).collect(),
        Format::Ens => each.filter_map(|(head, answer)| ens::answer(envelope, head, answer)).collect(),
        Format::Paxlst | Format::Cuscar => edifact::answers(envelope, messages),
        _ => Vec::new(),
    }
}
