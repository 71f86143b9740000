//! The calls that take documents: glue between the transport and `document.rs`.

use std::{sync::Arc, time::Duration};

use futures::{
    FutureExt as _, StreamExt as _,
    stream::{self, BoxStream},
};
use manifest::KeyError;
use prost::{
    Message as _,
    bytes::{Bytes, BytesMut},
};
use proto::v1::{self, upload_document_request::Part, upload_document_response::Event};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Extensions, Request, Response, Status, Streaming};
use tracing::Instrument as _;

use super::{
    Failure,
    codec::PREFIX,
    document::{Asked, Numbered, Shared, Taken},
    driven::driven,
    queue::Held,
    service::{Service, call_span},
};
use crate::{
    authenticate::{Peer, registry::Partner},
    decode::{Refusal, request_id},
    places::Place,
    reply::{self, Language, Notice},
};

/// Answers of an upload.
pub(super) type Uploaded = BoxStream<'static, Result<v1::UploadDocumentResponse, Status>>;

/// A place among the uploads, of the partner's own and of all.
type UploadPlace = (Place, OwnedSemaphorePermit);

/// Answers about the messages of a document, as they come.
type Messages = BoxStream<'static, v1::DocumentMessage>;

impl Service {
    /// A document in one message.
    pub(super) async fn submit_document(
        self: &Arc<Self>,
        request: Request<v1::SubmitDocumentRequest>,
    ) -> Result<Response<v1::SubmitDocumentResponse>, Status> {
        let (_, extensions, request) = request.into_parts();
        let in_kind = request.answer_format() == v1::AnswerFormat::InKind;
        let asked = Asked {
            format: request.format,
            reference: request.document_reference,
            request_id: None,
            language_code: request.language_code,
            dry_run: false,
            in_kind,
        };
        let whole = self.whole("SubmitDocument", extensions, request.content, asked, request.request_id);
        let (document, messages, answers) = whole.await?;
        Ok(Response::new(v1::SubmitDocumentResponse { document: Some(document), messages, answers }))
    }

    /// A dry run of a document in one message.
    pub(super) async fn validate_document(
        self: &Arc<Self>,
        request: Request<v1::ValidateDocumentRequest>,
    ) -> Result<Response<v1::ValidateDocumentResponse>, Status> {
        let (_, extensions, request) = request.into_parts();
        let asked = Asked {
            format: request.format,
            reference: request.document_reference,
            request_id: None,
            language_code: request.language_code,
            dry_run: true,
            in_kind: false,
        };
        let whole = self.whole("ValidateDocument", extensions, request.content, asked, String::new());
        let (document, messages, _) = whole.await?;
        Ok(Response::new(v1::ValidateDocumentResponse { document: Some(document), messages }))
    }

    /// Everything at once, in the document's order.
    async fn whole(
        self: &Arc<Self>,
        method: &'static str,
        extensions: Extensions,
        content: Vec<u8>,
        mut asked: Asked,
        id: String,
    ) -> Result<(v1::Document, Vec<v1::DocumentMessage>, Vec<v1::DocumentAnswer>), Status> {
        let extensions = Arc::new(extensions);
        let answer = async {
            asked.request_id = request_id(id)?;
            let limit = self.limits().message_bytes();
            if content.len() > limit {
                return Err(Refusal::TooLarge { limit, found: content.len() }.into());
            }
            let caller = self.caller(&extensions)?;
            let (document, messages, reading) =
                self.read(&extensions, &caller, content.into(), asked).await?;
            let mut messages: Vec<_> = messages.collect().await;
            messages.sort_by_key(|message| message.message_number);
            Ok((document, messages, reading.in_kind()))
        };
        let answer: Result<_, Failure> = answer.instrument(call_span(method, &extensions)).await;
        answer.map_err(|failure| self.told(&failure, extensions.get()).into_status())
    }

    /// A document in chunks: taken in whole, then answered message by message.
    pub(super) fn upload_document(
        self: &Arc<Self>,
        request: Request<Streaming<v1::UploadDocumentRequest>>,
        held: Option<Arc<Held>>,
    ) -> Response<Uploaded> {
        let (_, extensions, chunks) = request.into_parts();
        let (service, extensions) = (Arc::clone(self), Arc::new(extensions));
        let span = call_span("UploadDocument", &extensions);
        let inner = span.clone();
        let begin = async move {
            let (taker, asked) = (Arc::clone(&service), Arc::clone(&extensions));
            let taken = driven(async move { taker.taken_in(&asked, chunks, held.as_deref()).await });
            match taken.await {
                Ok((document, messages, reading, place)) => {
                    let told = |event| Ok(v1::UploadDocumentResponse { event: Some(event) });
                    let first = stream::once(async move { told(Event::Document(document)) });
                    let last = stream::once(async move { stream::iter(reading.in_kind()) }).flatten();
                    first
                        .chain(messages.map(move |message| told(Event::Message(message))))
                        .chain(last.map(move |answer| told(Event::Answer(answer))))
                        .map(move |answer| {
                            let _kept = &place; // as long as the document is, which is until all of it is told
                            answer
                        })
                        .boxed()
                }
                Err(end) => {
                    let status = match end {
                        End::Told(failure) => {
                            inner.in_scope(|| service.told(&failure, extensions.get()).into_status())
                        }
                        End::Broken(status) => *status,
                    };
                    stream::once(async move { Err(status) }).boxed()
                }
            }
        };
        Response::new(begin.instrument(span).into_stream().flatten().boxed())
    }

    async fn taken_in(
        self: &Arc<Self>,
        extensions: &Arc<Extensions>,
        mut chunks: Streaming<v1::UploadDocumentRequest>,
        held: Option<&Held>,
    ) -> Result<(v1::Document, Messages, Shared, Option<UploadPlace>), End> {
        let caller = self.caller(extensions)?;
        super::admit::submitter(&caller).map_err(Failure::from)?;
        // Kept until everything is answered and read. An upload of which nothing came takes nobody's place.
        let mut place = None;
        let coming = async {
            let Some(first) = chunks.message().await? else { return Err(MISSING_HEADER.into()) };
            let Some(Part::Header(header)) = first.part else { return Err(MISSING_HEADER.into()) };
            let largest = self.limits().of_readers().max_document_bytes;
            let mut content = BytesMut::new();
            while let Some(next) = chunks.message().await? {
                let came = next.encoded_len().saturating_add(PREFIX);
                let Some(Part::Chunk(chunk)) = next.part else { return Err(SECOND_HEADER.into()) };
                if place.is_none() {
                    place = Some(self.place_for_upload(&caller)?);
                }
                // From here on it is part of an upload, which has a place and a largest size.
                if let Some(held) = held {
                    held.whole(came);
                }
                let found = content.len().saturating_add(chunk.len());
                if found > largest {
                    return Err(Failure::from(Refusal::TooLarge { limit: largest, found }).into());
                }
                content.extend_from_slice(&chunk);
            }
            Ok::<_, End>((header, content.freeze()))
        };
        let time = Duration::from_millis(self.config.upload_timeout_ms);
        let (header, content) = tokio::select! {
            taken = tokio::time::timeout(time, coming) => {
                taken.map_err(|_| Failure::DeadlineExceeded)??
            }
            () = self.draining.cancelled() => return Err(Failure::ShuttingDown.into()),
        };
        let in_kind = header.answer_format() == v1::AnswerFormat::InKind;
        let asked = Asked {
            format: header.format,
            reference: header.document_reference,
            request_id: request_id(header.request_id).map_err(Failure::from)?,
            language_code: header.language_code,
            dry_run: header.dry_run,
            in_kind,
        };
        let (document, messages, reading) = self.read(extensions, &caller, content, asked).await?;
        Ok((document, messages, reading, place))
    }

    /// A place among the uploads that are taken in, of the partner's own and of all.
    fn place_for_upload(&self, caller: &Partner) -> Result<UploadPlace, Failure> {
        let full = |setting| move || Failure::Overloaded { setting };
        let own = self.uploads_of_each.take(&caller.id);
        let own = own.ok_or_else(full("intake.uploads_at_once_per_partner"))?;
        let of_all = Arc::clone(&self.uploads).try_acquire_owned().ok();
        Ok((own, of_all.ok_or_else(full("intake.uploads_at_once"))?))
    }

    /// Reads a document and takes its messages up, some at a time; those under one reference one after the other.
    async fn read(
        self: &Arc<Self>,
        extensions: &Arc<Extensions>,
        caller: &Partner,
        content: Bytes,
        asked: Asked,
    ) -> Result<(v1::Document, Messages, Shared), Failure> {
        let deadline = self.deadline(extensions);
        let (document, reading, groups) = self.pipeline.read(caller, content, asked, deadline).await?;
        let reading: Shared = Arc::new(reading);
        let (service, extensions) = (Arc::clone(self), Arc::clone(extensions));
        let at_once = self.config.elements_at_once;
        let kept = Arc::clone(&reading);
        let messages = stream::iter(groups).map(move |group| {
            let (service, extensions, reading) =
                (Arc::clone(&service), Arc::clone(&extensions), Arc::clone(&reading));
            stream::iter(group)
                .then(move |numbered| {
                    let (service, extensions, reading) =
                        (Arc::clone(&service), Arc::clone(&extensions), Arc::clone(&reading));
                    driven(async move { service.message(&extensions, &reading, numbered).await })
                })
                .boxed()
        });
        Ok((document, messages.flatten_unordered(at_once).boxed(), kept))
    }

    /// One message, whatever comes of it.
    async fn message(
        &self,
        extensions: &Extensions,
        reading: &Shared,
        numbered: Numbered,
    ) -> v1::DocumentMessage {
        let mut heading = numbered.heading.clone();
        let deadline = self.deadline(extensions);
        let taken = async {
            // Asked for every message: the answer may change meanwhile.
            let caller = self.caller(extensions)?;
            let taken = self.pipeline.take_up(&caller, reading, numbered, &mut heading, deadline).await;
            Ok((caller, taken?))
        };
        let span = call_span("Document", extensions);
        let taken = match tokio::time::timeout_at(deadline.0, taken.instrument(span)).await {
            Ok(taken) => taken,
            Err(_) => Err(Failure::DeadlineExceeded),
        };
        let mut told = reply::document_message(&heading);
        if let Err(failure) = taken.and_then(|(caller, taken)| self.put(&mut told, &caller, taken, reading)) {
            told.refusal = Some(self.refused(&failure, extensions.get()).into_refusal());
        }
        reading.answered(&told);
        told
    }

    /// Puts what came of a message into its answer.
    fn put(
        &self,
        told: &mut v1::DocumentMessage,
        caller: &Partner,
        taken: Taken,
        reading: &Shared,
    ) -> Result<(), Failure> {
        match taken {
            Taken::Recorded(submission) => {
                let answer = self.answer(&submission)?;
                self.count(caller, &answer);
                told.recorded = Some(answer.into_message()?);
            }
            Taken::Checked(checked) => {
                let language = Language::from_tag(&reading.asked.language_code);
                told.checked = Some(checked_response(&checked, language));
                // What would stand in the way is told beside what was found: a dry run is there to find out.
                // A reference that is absent is a finding already.
                let is_told = |failure: &Failure| {
                    matches!(failure, Failure::Key(KeyError::ReferenceMissing)) && checked.findings.reject()
                };
                if let Err(failure) = super::admit::checked(caller, &checked.manifest)
                    && !is_told(&failure)
                {
                    told.refusal = Some(Notice::of(&failure, uuid::Uuid::nil()).into_refusal());
                }
            }
            Taken::Moved(summary) => told.moved = Some(reply::summary(&summary)),
        }
        Ok(())
    }

    fn refused(&self, failure: &Failure, peer: Option<&Peer>) -> Notice {
        if let Ok(caller) = peer.ok_or(Failure::NoPeer).and_then(|peer| Ok(self.registry.partner(peer)?)) {
            let result = if failure.is_fault() { "fault" } else { "refused" };
            self.pipeline.metrics.submission(&caller.id, result);
        }
        self.told(failure, peer)
    }
}

/// What a dry run answers about one manifest.
pub(super) fn checked_response(
    checked: &super::pipeline::Checked,
    language: Language,
) -> v1::ValidateManifestResponse {
    v1::ValidateManifestResponse {
        normalized_manifest: Some(reply::manifest(
            &checked.manifest,
            &reply::Life { closed: checked.closed, draft: checked.draft, ..reply::Life::default() },
        )),
        findings: checked.findings.iter().map(|each| reply::finding(each, language)).collect(),
        acceptable: checked.acceptable,
    }
}

/// How many uploads are taken in and answered at once.
pub(super) fn uploads(limit: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)))
}

/// Why an upload came to no document.
enum End {
    /// By our word.
    Told(Failure),
    /// The transport gave up on the stream.
    Broken(Box<Status>),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        End::Told(failure)
    }
}

impl From<Status> for End {
    fn from(status: Status) -> Self {
        End::Broken(Box::new(status))
    }
}

const MISSING_HEADER: Failure = Failure::Request { field: "header", problem: "does not come first" };
const SECOND_HEADER: Failure = Failure::Request { field: "chunk", problem: "is missing" };
