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
    task::{Context, Poll, ready},
};

use http::{HeaderMap, Request, Response};
use http_body::Frame;
use prost::bytes::Bytes;
use tonic::{Code, Status, body::Body};
use tower::{BoxError, Layer, Service, load_shed::error::Overloaded};

use super::{Notice, Reason};

/// Adds the response layer to a service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Explain;

impl<S> Layer<S> for Explain {
    type Service = Explained<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Explained { inner }
    }
}

/// A service whose every error status carries `ErrorInfo`, and whose errors became statuses.
#[derive(Debug, Clone)]
pub struct Explained<S> {
    inner: S,
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
        let answer = self.inner.call(request);
        Box::pin(async move {
            Ok(match answer.await {
                Ok(response) => explain(response),
                Err(error) => explain(failed(error.into()).into_http()),
            })
        })
    }
}

fn failed(error: BoxError) -> Status {
    if error.is::<Overloaded>() {
        return Notice::new(Reason::Overloaded).into_status();
    }
    Status::from_error(error)
}

fn explain(mut response: Response<Body>) -> Response<Body> {
    if response.headers().contains_key(Status::GRPC_STATUS) {
        complete(response.headers_mut());
        return response;
    }
    response.map(|inner| Body::new(WithTrailers { inner }))
}

/// A body whose trailers are completed as the headers of a body-less answer are.
struct WithTrailers {
    inner: Body,
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
                    complete(trailers);
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

/// Replaces a bare error status among headers or trailers by ours for the same trouble.
fn complete(headers: &mut HeaderMap) {
    if headers.contains_key(Status::GRPC_STATUS_DETAILS) {
        return;
    }
    let Some(status) = Status::from_header_map(headers) else { return };
    let Some(notice) = of_transport(&status) else { return };
    for name in [Status::GRPC_STATUS, Status::GRPC_MESSAGE] {
        headers.remove(name);
    }
    // Cannot fail for our own words (ASCII messages, base64 details); if it did, the bare code would be missing.
    if notice.into_status().add_header(headers).is_err() {
        headers.insert(Status::GRPC_STATUS, http::HeaderValue::from_static("13"));
    }
}

/// Our word for a status that the transport made, or `None` for one that is another service's own business.
fn of_transport(status: &Status) -> Option<Notice> {
    Some(match status.code() {
        Code::OutOfRange => Notice::new(Reason::MessageTooLarge).with("detail", status.message()),
        // tonic calls frames and messages that it cannot read INTERNAL; ours always carry details.
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
    use tonic_types::StatusExt as _;

    use super::*;

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
            let response = explain(Status::new(code, "from the transport").into_http());
            assert_eq!(reason_in(response.headers()), reason, "{code:?}");
        }
    }

    #[test]
    fn trailers_are_explained_too() {
        let mut trailers = HeaderMap::new();
        Status::out_of_range("found 9 bytes").add_header(&mut trailers).unwrap();
        complete(&mut trailers);
        assert_eq!(reason_in(&trailers), "MESSAGE_TOO_LARGE");
        assert_eq!(trailers[Status::GRPC_STATUS], "8");
    }

    #[test]
    fn what_is_explained_already_or_succeeded_stays() {
        let ours = Notice::new(Reason::LoadNotAllowed).into_status().into_http::<Body>();
        assert_eq!(reason_in(explain(ours).headers()), "LOAD_NOT_ALLOWED");
        let mut fine = HeaderMap::new();
        fine.insert(Status::GRPC_STATUS, http::HeaderValue::from_static("0"));
        complete(&mut fine);
        assert_eq!(fine.len(), 1);
    }
}
