//! Thin glue between tonic and the pipeline: who asks, what is asked, how it is answered. No decisions here.

use std::{
    future::{Future, ready},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures::{StreamExt as _, stream};
use proto::v1::{self, manifest_service_server::ManifestService};
use scoring::Verdict;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::{Extensions, Request, Response, Status, Streaming};
use tracing::{Instrument as _, Span, debug_span, info_span};

use super::{
    Config, Failure, Intake,
    documents::{Uploaded, checked_response, uploads},
    driven::driven,
    pipeline::{Pipeline, Submission},
    queue::{Callers, Deadline, Held, Incoming},
    reading,
    transport::Answers,
};
use crate::{
    authenticate::{
        Peer,
        registry::{Partner, Registry},
    },
    decode::{Element, Limits, Received},
    judging::Judging,
    observability::{
        Outcome, Step,
        names::{field, span},
        trace,
    },
    persist::new_manifest_id,
    places::Places,
    refusals::Refusals,
    reply::{self, Answer, Language, Notice, Reason},
};

/// `ManifestService`.
pub(super) struct Service {
    pub(super) pipeline: Pipeline,
    pub(super) registry: Registry,
    refusals: Refusals,
    pub(super) config: Config,
    pub(super) draining: CancellationToken,
    /// Documents that may be taken in at the same time.
    pub(super) uploads: Arc<Semaphore>,
    /// Of these, of each partner.
    pub(super) uploads_of_each: Places,
    /// What has come in part.
    incoming: Incoming,
    /// Names the model bundle in metrics.
    scorer: Judging,
}

impl Service {
    pub(super) fn new(intake: Intake) -> Self {
        Self {
            scorer: intake.scorer.clone(),
            registry: intake.registry.clone(),
            refusals: intake.refusals.clone(),
            config: intake.config.clone(),
            draining: intake.draining.clone(),
            uploads: uploads(intake.config.uploads_at_once),
            uploads_of_each: Places::of_each(intake.config.uploads_at_once_per_partner),
            incoming: Incoming::new(&intake.config.queue),
            pipeline: Pipeline::new(intake),
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.pipeline.limits
    }

    pub(super) fn call_timeout(&self) -> Duration {
        Duration::from_millis(self.config.call_timeout_ms)
    }

    /// How long the rest of a message may be waited for.
    pub(super) fn message_timeout(&self, path: &str) -> Duration {
        match path.ends_with("/UploadDocument") {
            true => Duration::from_millis(self.config.upload_timeout_ms),
            false => self.call_timeout(),
        }
    }

    /// Counts the bytes that a call sends; nothing of a peer that is refused anyway.
    pub(super) fn incoming_of(&self, peer: &Peer) -> Option<Arc<Held>> {
        self.registry.partner(peer).ok().map(|partner| self.incoming.of(&partner.id))
    }

    /// Until when work that begins now is worth it.
    pub(super) fn deadline(&self, extensions: &Extensions) -> Deadline {
        extensions.get::<Callers>().copied().unwrap_or(Callers(None)).deadline(self.call_timeout())
    }

    /// One submission.
    pub(super) async fn submit_one(&self, request: Request<Received>) -> Result<Response<Answer>, Status> {
        let (_, extensions, received) = request.into_parts();
        let answer =
            self.submit(&extensions, received).instrument(call_span("SubmitManifest", &extensions)).await;
        answer.map(Response::new).map_err(Notice::into_status)
    }

    /// Many submissions, each answered on its own.
    pub(super) fn submit_many(self: &Arc<Self>, request: Request<Streaming<Element>>) -> Response<Answers> {
        let (_, extensions, elements) = request.into_parts();
        let (service, extensions) = (Arc::clone(self), Arc::new(extensions));
        let (at_end, peer) = (Arc::clone(self), extensions.get::<Peer>().cloned());
        // Why the incoming side ended is told only after everything that came before it is answered.
        let end = Arc::new(Mutex::new(End::Draining));
        let noted = Arc::clone(&end);
        let incoming = elements
            .map(Some)
            .chain(stream::once(ready(None)))
            .scan((), move |(), element| {
                let reason = match element {
                    Some(Ok(element)) => return ready(Some(element)),
                    Some(Err(status)) => End::Broken(status),
                    None => End::Finished,
                };
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = reason;
                ready(None)
            })
            .take_until(self.draining.clone().cancelled_owned());
        let answers = incoming
            .map(move |element| {
                let (service, extensions) = (Arc::clone(&service), Arc::clone(&extensions));
                driven(async move { Ok(service.element(&extensions, element).await) })
            })
            .buffer_unordered(self.config.elements_at_once);
        let last = stream::once(async move {
            let end =
                std::mem::replace(&mut *end.lock().unwrap_or_else(PoisonError::into_inner), End::Finished);
            match end {
                End::Finished => None,
                End::Broken(status) => Some(Err(status)),
                End::Draining => Some(Err(at_end.told(&Failure::ShuttingDown, peer.as_ref()).into_status())),
            }
        });
        Response::new(answers.chain(last.filter_map(ready)).boxed())
    }

    async fn element(&self, extensions: &Extensions, element: Element) -> v1::SubmitManifestsResponse {
        let deadline = self.deadline(extensions);
        let submission = async {
            match element.received {
                Ok(received) => {
                    let answer = self.submit(extensions, received).await?;
                    answer.into_message().map_err(|error| self.told(&error.into(), extensions.get()))
                }
                Err(refusal) => {
                    let failure = self.caller(extensions).err().unwrap_or_else(|| refusal.into());
                    Err(self.told(&failure, extensions.get()))
                }
            }
        };
        let span = call_span("SubmitManifests", extensions);
        let outcome = match tokio::time::timeout_at(deadline.0, submission.instrument(span)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.told(&Failure::DeadlineExceeded, extensions.get())),
        };
        v1::SubmitManifestsResponse {
            sequence: element.sequence,
            outcome: Some(match outcome {
                Ok(accepted) => v1::submit_manifests_response::Outcome::Accepted(accepted),
                Err(notice) => v1::submit_manifests_response::Outcome::Refusal(notice.into_refusal()),
            }),
        }
    }

    async fn submit(&self, extensions: &Extensions, received: Received) -> Result<Answer, Notice> {
        let caller = match self.caller(extensions) {
            Ok(caller) => caller,
            Err(failure) => return Err(self.told(&failure, extensions.get())),
        };
        let deadline = self.deadline(extensions);
        let answer = match self.pipeline.submit(&caller, received, deadline).await {
            Ok(submission) => self.answer(&submission),
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(response) => {
                self.count(&caller, &response);
                Ok(response)
            }
            Err(failure) => {
                let result = if failure.is_fault() { "fault" } else { "refused" };
                self.pipeline.metrics.submission(&caller.id, result);
                Err(self.told(&failure, extensions.get()))
            }
        }
    }

    /// What is durable becomes the answer.
    pub(super) fn answer(&self, submission: &Submission) -> Result<Answer, Failure> {
        let begin = Instant::now();
        let stored = &submission.recorded;
        let recorded = reply::Recorded {
            id: stored.id,
            state: stored.state,
            receipt: &stored.receipt,
            received_salt: stored.received_salt.as_ref().map(|salt| salt.0.as_slice()),
            findings: &stored.findings,
            originals: stored.originals.as_deref(),
            decisions: match &submission.decided {
                Some((circumstances, decided)) => reply::Decisions::Fresh(circumstances, decided),
                None => reply::Decisions::Stored(&stored.decisions),
            },
            changes: stored.changes.as_deref(),
            repeated: stored.repeated,
        };
        let answer = debug_span!(span::REPLY).in_scope(|| {
            reply::submission(&recorded, Language::from_tag(&submission.envelope.language_code))
        });
        let outcome = if answer.is_ok() { Outcome::Ok } else { Outcome::Fault };
        self.pipeline.metrics.step(Step::Reply, submission.kind, outcome, begin.elapsed());
        Ok(answer?)
    }

    pub(super) fn count(&self, partner: &Partner, answer: &Answer) {
        let metrics = &self.pipeline.metrics;
        if answer.rest().repeated_submission {
            metrics.submission(&partner.id, "repeated");
            return;
        }
        let rejected = answer.rest().state() == v1::ManifestState::Rejected;
        metrics.submission(&partner.id, if rejected { "rejected" } else { "recorded" });
        if let Some(roll_up) = answer.verdicts().first() {
            let scorer = self.scorer.now();
            metrics.pre_decision(reply::verdict_word(*roll_up), scorer.name());
        }
        for verdict in answer.verdicts() {
            if let Verdict::Withheld(cause) = verdict {
                metrics.withheld(reply::word_of_cause(*cause));
            }
        }
    }

    /// A dry run.
    pub(super) async fn validate(
        &self,
        request: Request<Received>,
    ) -> Result<Response<v1::ValidateManifestResponse>, Status> {
        let (_, extensions, received) = request.into_parts();
        let deadline = self.deadline(&extensions);
        let work = |caller: Arc<Partner>| async move {
            let checked = self.pipeline.check(&caller, received, deadline).await?;
            let language = Language::from_tag(&checked.envelope.language_code);
            Ok(checked_response(&checked, language))
        };
        self.call("ValidateManifest", &extensions, work).await
    }

    /// One call of a registered partner: who asks, what came of it, and what is told when nothing did.
    async fn call<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        method: &'static str,
        extensions: &Extensions,
        work: impl FnOnce(Arc<Partner>) -> F,
    ) -> Result<Response<T>, Status> {
        let answer = async {
            let caller = match self.caller(extensions) {
                Ok(caller) => caller,
                Err(failure) => return Err(self.told(&failure, extensions.get())),
            };
            match work(Arc::clone(&caller)).await {
                Ok(answer) => Ok(Response::new(answer)),
                Err(failure) => Err(self.told(&failure, extensions.get())),
            }
        };
        answer.instrument(call_span(method, extensions)).await.map_err(Notice::into_status)
    }

    /// Who asks. Asked of the registry for every call and every element: the answer may change meanwhile.
    pub(super) fn caller(&self, extensions: &Extensions) -> Result<Arc<Partner>, Failure> {
        let peer = extensions.get::<Peer>().ok_or(Failure::NoPeer)?;
        let partner = self.registry.partner(peer)?;
        Span::current().record(field::PARTNER_ID, partner.id.as_str());
        Ok(partner)
    }

    /// What a failure is told as: logged once if it is a fault, audited if it is a refusal, counted in any case.
    pub(super) fn told(&self, failure: &Failure, peer: Option<&Peer>) -> Notice {
        let id = new_manifest_id(self.pipeline.clock.now());
        let notice = Notice::of(failure, id);
        if failure.is_fault() {
            tracing::error!(
                cause = %failure,
                { field::FAULT_ID } = %id,
                { field::REASON } = notice.reason.as_str(),
                "fault"
            );
        }
        self.refusals.told(notice.reason, peer);
        notice
    }
}

/// Why no more elements come.
enum End {
    /// The sender has sent all.
    Finished,
    /// The transport gave up on the stream.
    Broken(Status),
    /// We are being stopped.
    Draining,
}

pub(super) fn call_span(method: &'static str, extensions: &Extensions) -> Span {
    info_span!(
        parent: trace::parent(extensions),
        span::CALL,
        { field::METHOD } = method,
        { field::PARTNER_ID } = tracing::field::Empty,
        { field::MANIFEST_ID } = tracing::field::Empty,
    )
}

/// The calls that go through the generated server. Those that keep their bytes as received, and those that take
/// documents, never get here: the transport routes them past it.
#[tonic::async_trait]
impl ManifestService for Service {
    async fn submit_manifest(
        &self,
        _: Request<v1::SubmitManifestRequest>,
    ) -> Result<Response<v1::SubmitManifestResponse>, Status> {
        Err(Notice::new(Reason::Unimplemented).into_status())
    }

    type SubmitManifestsStream = Answers;

    async fn submit_manifests(
        &self,
        _: Request<Streaming<v1::SubmitManifestsRequest>>,
    ) -> Result<Response<Answers>, Status> {
        Err(Notice::new(Reason::Unimplemented).into_status())
    }

    async fn validate_manifest(
        &self,
        _: Request<v1::ValidateManifestRequest>,
    ) -> Result<Response<v1::ValidateManifestResponse>, Status> {
        Err(Notice::new(Reason::Unimplemented).into_status())
    }

    async fn submit_document(
        &self,
        _: Request<v1::SubmitDocumentRequest>,
    ) -> Result<Response<v1::SubmitDocumentResponse>, Status> {
        Err(Notice::new(Reason::Unimplemented).into_status())
    }

    type UploadDocumentStream = Uploaded;

    async fn upload_document(
        &self,
        _: Request<Streaming<v1::UploadDocumentRequest>>,
    ) -> Result<Response<Uploaded>, Status> {
        Err(Notice::new(Reason::Unimplemented).into_status())
    }

    async fn validate_document(
        &self,
        _: Request<v1::ValidateDocumentRequest>,
    ) -> Result<Response<v1::ValidateDocumentResponse>, Status> {
        Err(Notice::new(Reason::Unimplemented).into_status())
    }

    async fn get_manifest(
        &self,
        request: Request<v1::GetManifestRequest>,
    ) -> Result<Response<v1::GetManifestResponse>, Status> {
        let (_, extensions, request) = request.into_parts();
        let work =
            |caller: Arc<Partner>| async move { reading::get(&self.pipeline, &caller, &request).await };
        self.call("GetManifest", &extensions, work).await
    }

    async fn list_manifests(
        &self,
        request: Request<v1::ListManifestsRequest>,
    ) -> Result<Response<v1::ListManifestsResponse>, Status> {
        let (_, extensions, request) = request.into_parts();
        let work =
            |caller: Arc<Partner>| async move { reading::list(&self.pipeline, &caller, request).await };
        self.call("ListManifests", &extensions, work).await
    }

    async fn cancel_manifest(
        &self,
        request: Request<v1::CancelManifestRequest>,
    ) -> Result<Response<v1::CancelManifestResponse>, Status> {
        let (_, extensions, request) = request.into_parts();
        let limit = self.config.max_cancellation_reason_bytes;
        let work = |caller: Arc<Partner>| async move {
            reading::cancel(&self.pipeline, &caller, &request, limit).await
        };
        self.call("CancelManifest", &extensions, work).await
    }
}
