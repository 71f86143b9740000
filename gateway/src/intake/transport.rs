//! The service as the transport sees it: the calls that keep their bytes go through our codecs, those that take documents
//! have the service shared between a document's messages, the others go through the generated server, and all of them end
//! in time.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use http::{HeaderMap, Request, Response};
use proto::v1::{
    SubmitDocumentRequest, SubmitDocumentResponse, SubmitManifestsResponse, UploadDocumentRequest,
    UploadDocumentResponse, ValidateDocumentRequest, ValidateDocumentResponse, ValidateManifestResponse,
    manifest_service_server::{ManifestServiceServer, SERVICE_NAME},
};
use tokio::time::Instant;
use tonic::{
    Status, Streaming,
    body::Body,
    server::{Grpc, NamedService, StreamingService, UnaryService},
};
use tonic_prost::ProstCodec;

use super::{
    Failure, Intake,
    codec::{Elements, Submitting, WholeMessage},
    documents::Uploaded,
    queue::{Callers, Deadline, Held, Limits, Metered},
    service::Service,
};
use crate::{
    authenticate::Peer,
    decode::{Element, Format, Received},
    reply::Answer,
};

/// How long before the transport's own timer ours goes off, so that the answer is ours.
const AHEAD: Duration = Duration::from_millis(10);

/// `customs.prearrival.v1.ManifestService`, ready to be added to a tonic server. Cheap to clone.
#[derive(Clone)]
pub struct ManifestTransport {
    service: Arc<Service>,
    generated: ManifestServiceServer<Service>,
}

/// Makes the service.
#[must_use]
pub fn service(intake: Intake) -> ManifestTransport {
    let service = Arc::new(Service::new(intake));
    let frame = service.limits().frame_bytes();
    let generated = ManifestServiceServer::from_arc(Arc::clone(&service)).max_decoding_message_size(frame);
    ManifestTransport { service, generated }
}

impl NamedService for ManifestTransport {
    const NAME: &'static str = SERVICE_NAME;
}

impl tower::Service<Request<Body>> for ManifestTransport {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let timeout = time_for(request.headers(), self.service.call_timeout());
        let service = Arc::clone(&self.service);
        let peer = request.extensions().get::<Peer>().cloned();
        let time = service.message_timeout(request.uri().path());
        let limits = Limits { largest: service.limits().frame_bytes(), time };
        let callers = callers_time(request.headers()).and_then(|time| Instant::now().checked_add(time));
        let held = peer.as_ref().and_then(|peer| service.incoming_of(peer));
        let mut request = match &held {
            Some(held) => request.map(|body| {
                let (service, peer) = (Arc::clone(&service), peer.clone());
                let told = move |failure: &Failure| service.told(failure, peer.as_ref()).into_status();
                Body::new(Metered::new(body, Arc::clone(held), limits, told))
            }),
            None => request, // nobody to count it for; the call is refused
        };
        request.extensions_mut().insert(Callers(callers.map(Deadline)));
        let answer = self.route(request, held);
        async move {
            Ok(match tokio::time::timeout(timeout, answer).await {
                Ok(response) => response,
                Err(_) => {
                    let told = service.told(&Failure::DeadlineExceeded, peer.as_ref());
                    told.into_status().into_http()
                }
            })
        }
        .boxed()
    }
}

impl ManifestTransport {
    fn route(
        &mut self,
        request: Request<Body>,
        held: Option<Arc<Held>>,
    ) -> BoxFuture<'static, Response<Body>> {
        let service = Arc::clone(&self.service);
        let frame = service.limits().frame_bytes();
        let method = request.uri().path().strip_prefix('/').and_then(|path| path.split_once('/'));
        match method {
            Some((SERVICE_NAME, "SubmitManifest")) => async move {
                Grpc::new(Submitting).max_decoding_message_size(frame).unary(Submit(service), request).await
            }
            .boxed(),
            Some((SERVICE_NAME, "ValidateManifest")) => async move {
                Grpc::new(WholeMessage::of(Format::ValidateManifestV1))
                    .max_decoding_message_size(frame)
                    .unary(Validate(service), request)
                    .await
            }
            .boxed(),
            Some((SERVICE_NAME, "SubmitManifests")) => async move {
                Grpc::new(Elements::new(held))
                    .max_decoding_message_size(frame)
                    .streaming(SubmitMany(service), request)
                    .await
            }
            .boxed(),
            Some((SERVICE_NAME, "SubmitDocument")) => async move {
                Grpc::new(ProstCodec::default())
                    .max_decoding_message_size(frame)
                    .unary(SubmitDocument(service), request)
                    .await
            }
            .boxed(),
            Some((SERVICE_NAME, "ValidateDocument")) => async move {
                Grpc::new(ProstCodec::default())
                    .max_decoding_message_size(frame)
                    .unary(ValidateDocument(service), request)
                    .await
            }
            .boxed(),
            Some((SERVICE_NAME, "UploadDocument")) => async move {
                Grpc::new(ProstCodec::default())
                    .max_decoding_message_size(frame)
                    .streaming(UploadDocument(service, held), request)
                    .await
            }
            .boxed(),
            _ => {
                let answer = tower::Service::call(&mut self.generated, request);
                async move {
                    match answer.await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    }
                }
                .boxed()
            }
        }
    }
}

struct Submit(Arc<Service>);

impl UnaryService<Received> for Submit {
    type Response = Answer;
    type Future = BoxFuture<'static, Result<tonic::Response<Self::Response>, Status>>;

    fn call(&mut self, request: tonic::Request<Received>) -> Self::Future {
        let service = Arc::clone(&self.0);
        async move { service.submit_one(request).await }.boxed()
    }
}

struct Validate(Arc<Service>);

impl UnaryService<Received> for Validate {
    type Response = ValidateManifestResponse;
    type Future = BoxFuture<'static, Result<tonic::Response<Self::Response>, Status>>;

    fn call(&mut self, request: tonic::Request<Received>) -> Self::Future {
        let service = Arc::clone(&self.0);
        async move { service.validate(request).await }.boxed()
    }
}

struct SubmitMany(Arc<Service>);

/// Answers of a stream of submissions.
pub(super) type Answers = BoxStream<'static, Result<SubmitManifestsResponse, Status>>;

impl StreamingService<Element> for SubmitMany {
    type Response = SubmitManifestsResponse;
    type ResponseStream = Answers;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Answers>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Streaming<Element>>) -> Self::Future {
        let service = Arc::clone(&self.0);
        async move { Ok(service.submit_many(request)) }.boxed()
    }
}

struct SubmitDocument(Arc<Service>);

impl UnaryService<SubmitDocumentRequest> for SubmitDocument {
    type Response = SubmitDocumentResponse;
    type Future = BoxFuture<'static, Result<tonic::Response<Self::Response>, Status>>;

    fn call(&mut self, request: tonic::Request<SubmitDocumentRequest>) -> Self::Future {
        let service = Arc::clone(&self.0);
        async move { service.submit_document(request).await }.boxed()
    }
}

struct ValidateDocument(Arc<Service>);

impl UnaryService<ValidateDocumentRequest> for ValidateDocument {
    type Response = ValidateDocumentResponse;
    type Future = BoxFuture<'static, Result<tonic::Response<Self::Response>, Status>>;

    fn call(&mut self, request: tonic::Request<ValidateDocumentRequest>) -> Self::Future {
        let service = Arc::clone(&self.0);
        async move { service.validate_document(request).await }.boxed()
    }
}

struct UploadDocument(Arc<Service>, Option<Arc<Held>>);

impl StreamingService<UploadDocumentRequest> for UploadDocument {
    type Response = UploadDocumentResponse;
    type ResponseStream = Uploaded;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Uploaded>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Streaming<UploadDocumentRequest>>) -> Self::Future {
        let (service, held) = (Arc::clone(&self.0), self.1.take());
        async move { Ok(service.upload_document(request, held)) }.boxed()
    }
}

/// The caller's `grpc-timeout` or ours, whichever is shorter, less a moment.
fn time_for(headers: &HeaderMap, ours: Duration) -> Duration {
    callers_time(headers).unwrap_or(ours).min(ours)
}

/// The caller's `grpc-timeout`, less a moment.
fn callers_time(headers: &HeaderMap) -> Option<Duration> {
    let callers = headers.get("grpc-timeout").and_then(|value| parse_timeout(value.to_str().ok()?));
    callers.map(|callers| callers.saturating_sub(AHEAD))
}

/// `grpc-timeout`: up to eight digits and a unit. One that is not in form counts as none, as tonic has it.
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3_600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_time_counts() {
        let ours = Duration::from_secs(10);
        for (header, time) in [
            ("2S", Duration::from_millis(1_990)),
            ("500m", Duration::from_millis(490)),
            ("1m", Duration::ZERO),
            ("1H", ours),
            ("99999999H", ours),
            ("123456789S", ours),
            ("S", ours),
            ("-1S", ours),
            ("1é", ours),
            ("", ours),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", http::HeaderValue::from_bytes(header.as_bytes()).unwrap());
            assert_eq!(time_for(&headers, ours), time, "{header}");
        }
        assert_eq!(time_for(&HeaderMap::new(), ours), ours);
    }
}
