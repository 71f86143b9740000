//! Documents of one's own format: announced or checked, in one message where they fit and in chunks where not.

use futures::{StreamExt as _, stream};
use proto::v1::{
    AnswerFormat, Document, DocumentAnswer, DocumentMessage, SubmitDocumentRequest, UploadDocumentHeader,
    UploadDocumentRequest, ValidateDocumentRequest, upload_document_request::Part,
    upload_document_response::Event,
};

use crate::{Client, Error};

/// Up to this a document is sent in one message: gateways read a mebibyte unless they are told otherwise.
const ONE_MESSAGE_BYTES: usize = 768 * 1024;

/// Bytes of a chunk.
const CHUNK_BYTES: usize = 256 * 1024;

/// A document with what is asked beside it.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// The bytes, as they are.
    pub content: Vec<u8>,
    /// Name of the format; empty to have it recognised.
    pub format: String,
    /// The reference of messages that have none of their own; empty for none.
    pub document_reference: String,
    /// Is an answer in the document's own format wanted too?
    pub in_kind: bool,
}

/// What came of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answered {
    /// What it is.
    pub document: Document,
    /// What came of each message, in the document's order.
    pub messages: Vec<DocumentMessage>,
    /// The answers in the document's own format.
    pub answers: Vec<DocumentAnswer>,
}

impl Client {
    /// Announces what a document declares. Repeating is safe: what was recorded already is answered with its receipt.
    ///
    /// # Errors
    /// A refusal of the document as a whole, or a fault that outlasted the attempts. What came of a single message stands
    /// in its answer.
    pub async fn submit_document(&self, outgoing: &Outgoing) -> Result<Answered, Error> {
        self.document(outgoing, false).await
    }

    /// Has a document read and checked without recording it.
    ///
    /// # Errors
    /// As [`Client::submit_document`].
    pub async fn validate_document(&self, outgoing: &Outgoing) -> Result<Answered, Error> {
        self.document(outgoing, true).await
    }

    async fn document(&self, outgoing: &Outgoing, dry_run: bool) -> Result<Answered, Error> {
        if outgoing.content.len() <= ONE_MESSAGE_BYTES {
            let whole = if dry_run {
                self.repeat(|| self.validate_whole(outgoing)).await
            } else {
                self.repeat(|| self.submit_whole(outgoing)).await
            };
            match whole {
                Err(Error::Refused(refused)) if refused.reason == "MESSAGE_TOO_LARGE" => {}
                answered => return answered,
            }
        }
        self.repeat(|| self.upload(outgoing, dry_run)).await
    }

    async fn submit_whole(&self, outgoing: &Outgoing) -> Result<Answered, Error> {
        let request = SubmitDocumentRequest {
            content: outgoing.content.clone(),
            format: outgoing.format.clone(),
            document_reference: outgoing.document_reference.clone(),
            request_id: String::new(),
            language_code: self.config.language.clone(),
            answer_format: answer_format(outgoing).into(),
        };
        let answer =
            self.manifests().submit_document(self.timed(request)).await.map_err(Error::from_status)?;
        let answer = answer.into_inner();
        let document = answer.document.ok_or(Error::AnswerIncomplete("the document"))?;
        Ok(Answered { document, messages: answer.messages, answers: answer.answers })
    }

    async fn validate_whole(&self, outgoing: &Outgoing) -> Result<Answered, Error> {
        let request = ValidateDocumentRequest {
            content: outgoing.content.clone(),
            format: outgoing.format.clone(),
            document_reference: outgoing.document_reference.clone(),
            language_code: self.config.language.clone(),
        };
        let answer =
            self.manifests().validate_document(self.timed(request)).await.map_err(Error::from_status)?;
        let answer = answer.into_inner();
        let document = answer.document.ok_or(Error::AnswerIncomplete("the document"))?;
        Ok(Answered { document, messages: answer.messages, answers: Vec::new() })
    }

    async fn upload(&self, outgoing: &Outgoing, dry_run: bool) -> Result<Answered, Error> {
        let part = |part| UploadDocumentRequest { part: Some(part) };
        let header = UploadDocumentHeader {
            format: outgoing.format.clone(),
            document_reference: outgoing.document_reference.clone(),
            request_id: String::new(),
            language_code: self.config.language.clone(),
            answer_format: answer_format(outgoing).into(),
            dry_run,
        };
        let chunks: Vec<_> =
            outgoing.content.chunks(CHUNK_BYTES).map(|chunk| part(Part::Chunk(chunk.to_vec()))).collect();
        let sent = stream::iter([part(Part::Header(header))]).chain(stream::iter(chunks));
        let mut answers =
            self.manifests().upload_document(sent).await.map_err(Error::from_status)?.into_inner();
        let mut answered = Answered::default();
        let mut known = false;
        while let Some(answer) = answers.message().await.map_err(Error::from_status)? {
            match answer.event {
                Some(Event::Document(document)) => (answered.document, known) = (document, true),
                Some(Event::Message(message)) => answered.messages.push(message),
                Some(Event::Answer(answer)) => answered.answers.push(answer),
                None => {} // an event of a later version
            }
        }
        if !known {
            return Err(Error::AnswerIncomplete("the document"));
        }
        answered.messages.sort_by_key(|message| message.message_number);
        Ok(answered)
    }
}

fn answer_format(outgoing: &Outgoing) -> AnswerFormat {
    if outgoing.in_kind { AnswerFormat::InKind } else { AnswerFormat::Unspecified }
}
