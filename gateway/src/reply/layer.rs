//! The one response layer: whatever status leaves without our `ErrorInfo` (because the transport made it) gets one.
//!
//! It goes outside everything that may refuse (`tower`'s load shed and concurrency limit, tonic's router and
//! codecs) and inside tonic's own server. Not reached, and therefore without `ErrorInfo`:
//!
//! - refusals below HTTP/2 messages: handshake alerts, GOAWAY, RST_STREAM, header lists above the limit;
//! - what tonic's server puts outside all layers: its own `timeout` (we answer a few milliseconds before it, see
//!   `intake::transport`) and its own `load_shed` (not used; ours stands inside this layer);
//! - statuses of `grpc.health.v1` and reflection other than those below: their codes are their contracts' own.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{HeaderMap, Request, Response};
use http_body::Frame;
use prost::bytes::Bytes;
use tonic::{Code, Status, body::Body};
use tower::{BoxError, Layer, Service, load_shed::error::Overloaded};

use super::{Notice, Reason};
use crate::authenticate::Peer;

/// Who is told what this layer tells callers. Statuses that others of us made are told by those who made them.
pub trait Sink: Send + Sync {
    /// A caller is about to be told this; called from within a poll, so it must not wait.
    fn told(&self, reason: Reason, peer: Option<&Peer>);
}

/// Adds the response layer to a service.
#[derive(Clone)]
pub struct Explain(Arc<dyn Sink>);

impl Explain {
    /// A layer that tells `sink` what it tells callers.
    #[must_use]
    pub fn new(sink: Arc<dyn Sink>) -> Self {
        Self(sink)
    }
}

impl std::fmt::Debug for Explain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Explain")
    }
}

impl<S> Layer<S> for Explain {
    type Service = Explained<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Explained { inner, sink: Arc::clone(&self.0) }
    }
}

/// A service whose every error status carries `ErrorInfo`, and whose errors became statuses.
#[derive(Clone)]
pub struct Explained<S> {
    inner: S,
    sink: Arc<dyn Sink>,
}

/// One call, and who is told how it ends.
struct Call {
    peer: Option<Peer>,
    sink: Arc<dyn Sink>,
}

impl<S, B> Service<Request<B>> for Explained<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // An inner service that is broken for good answers so in `call`, to the one who called.
        let _ = ready!(self.inner.poll_ready(cx));
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let call = Call { peer: request.extensions().get::<Peer>().cloned(), sink: Arc::clone(&self.sink) };
        let answer = self.inner.call(request);
        Box::pin(async move {
            Ok(match answer.await {
                Ok(response) => call.explain(response),
                Err(error) => call.failed(error.into()),
            })
        })
    }
}

impl Call {
    /// The one bound that the layers inside keep is named; all else is a bare status, which is explained like the transport's own.
    fn failed(self, error: BoxError) -> Response<Body> {
        if !error.is::<Overloaded>() {
            return self.explain(Status::from_error(error).into_http());
        }
        self.sink.told(Reason::Overloaded, self.peer.as_ref());
        Notice::new(Reason::Overloaded).with("limit", "app.calls_in_total").into_status().into_http()
    }

    fn explain(self, mut response: Response<Body>) -> Response<Body> {
        if response.headers().contains_key(Status::GRPC_STATUS) {
            self.complete(response.headers_mut());
            return response;
        }
        response.map(|inner| Body::new(WithTrailers { inner, call: self }))
    }

    /// Replaces a bare error status among headers or trailers by ours for the same trouble.
    fn complete(&self, headers: &mut HeaderMap) {
        if let Some(reason) = complete(headers) {
            self.sink.told(reason, self.peer.as_ref());
        }
    }
}

/// A body whose trailers are completed as the headers of a body-less answer are.
struct WithTrailers {
    inner: Body,
    call: Call,
}

impl http_body::Body for WithTrailers {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            frame.map(|mut frame| {
                if let Some(trailers) = frame.trailers_mut() {
                    self.call.complete(trailers);
                }
                frame
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

/// As [`Call::complete`]; gives the reason if it was for us to give.
fn complete(headers: &mut HeaderMap) -> Option<Reason> {
    if headers.contains_key(Status::GRPC_STATUS_DETAILS) {
        return None;
    }
    let notice = of_transport(&Status::from_header_map(headers)?)?;
    let reason = notice.reason;
    for name in [Status::GRPC_STATUS, Status::GRPC_MESSAGE] {
        headers.remove(name);
    }
    // Cannot fail for our own words (ASCII messages, base64 details); if it did, the bare code would be missing.
    if notice.into_status().add_header(headers).is_err() {
        headers.insert(Status::GRPC_STATUS, http::HeaderValue::from_static("13"));
    }
    Some(reason)
}

/// What tonic says of a call that ended before the length that its message's frame announced.
const HALF: &str = "Unexpected EOF decoding stream.";

/// Our word for a status that the transport made, or `None` for one that is another service's own business.
fn of_transport(status: &Status) -> Option<Notice> {
    Some(match status.code() {
        Code::OutOfRange => Notice::new(Reason::MessageTooLarge).with("detail", status.message()),
        // tonic calls frames and messages that it cannot read INTERNAL; ours always carry details.
        // How far it came, tonic does not say.
        Code::Internal if status.message() == HALF => Notice::new(Reason::MessageUndecodable)
            .with("detail", "the call ended inside a message: fewer bytes came than its frame announces"),
        Code::Internal => Notice::new(Reason::MessageUndecodable).with("detail", status.message()),
        Code::Unimplemented => Notice::new(Reason::Unimplemented),
        Code::Cancelled | Code::DeadlineExceeded => Notice::new(Reason::DeadlineExceeded),
        Code::ResourceExhausted | Code::Unavailable => Notice::new(Reason::Overloaded),
        Code::Unknown => Notice::new(Reason::Internal),
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::DataLoss
        | Code::Unauthenticated => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tonic_types::StatusExt as _;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<&'static str>>);

    impl Sink for Heard {
        fn told(&self, reason: Reason, _: Option<&Peer>) {
            self.0.lock().unwrap().push(reason.as_str());
        }
    }

    fn explain(response: Response<Body>) -> (Response<Body>, Vec<&'static str>) {
        let heard = Arc::new(Heard::default());
        let response = Call { peer: None, sink: heard.clone() }.explain(response);
        let heard = std::mem::take(&mut *heard.0.lock().unwrap());
        (response, heard)
    }

    fn reason_in(headers: &HeaderMap) -> String {
        let status = Status::from_header_map(headers).unwrap();
        status.get_error_details().error_info().unwrap().reason.clone()
    }

    #[test]
    fn a_bare_transport_status_is_explained() {
        for (code, reason) in [
            (Code::OutOfRange, "MESSAGE_TOO_LARGE"),
            (Code::Internal, "MESSAGE_UNDECODABLE"),
            (Code::Unimplemented, "UNIMPLEMENTED"),
            (Code::Cancelled, "DEADLINE_EXCEEDED"),
            (Code::Unknown, "INTERNAL"),
        ] {
            let (response, heard) = explain(Status::new(code, "from the transport").into_http());
            assert_eq!(reason_in(response.headers()), reason, "{code:?}");
            assert_eq!(heard, [reason]);
        }
        let heard = Arc::new(Heard::default());
        let response = Call { peer: None, sink: heard.clone() }.failed(Overloaded::new().into());
        assert_eq!(*heard.0.lock().unwrap(), ["OVERLOADED"]);
        let status = Status::from_header_map(response.headers()).unwrap();
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!(
            (info.reason.as_str(), info.metadata["limit"].as_str()),
            ("OVERLOADED", "app.calls_in_total")
        );
    }

    #[test]
    fn trailers_are_explained_too() {
        let mut trailers = HeaderMap::new();
        Status::out_of_range("found 9 bytes").add_header(&mut trailers).unwrap();
        assert_eq!(complete(&mut trailers), Some(Reason::MessageTooLarge));
        assert_eq!(reason_in(&trailers), "MESSAGE_TOO_LARGE");
        assert_eq!(trailers[Status::GRPC_STATUS], "8");
    }

    #[test]
    fn what_is_explained_already_or_succeeded_stays() {
        let ours = Notice::new(Reason::LoadNotAllowed).into_status().into_http::<Body>();
        let (ours, heard) = explain(ours);
        assert_eq!(reason_in(ours.headers()), "LOAD_NOT_ALLOWED");
        assert!(heard.is_empty(), "whoever made it has told it");
        let mut fine = HeaderMap::new();
        fine.insert(Status::GRPC_STATUS, http::HeaderValue::from_static("0"));
        assert_eq!(complete(&mut fine), None);
        assert_eq!(fine.len(), 1);
    }
}
