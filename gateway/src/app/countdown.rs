//! Every answer says, in its metadata, how long the caller's certificate still holds: whoever logs it sees the end coming
//! months ahead, in the system that will stop working.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderName, HeaderValue, Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

use crate::{authenticate::Peer, clock::Clock};

/// Whole seconds, as the gateway's clock counts them. Part of the contract: proto/README.md.
const CERTIFICATE_SECONDS_LEFT: HeaderName = HeaderName::from_static("customs-certificate-seconds-left");

/// Adds the countdown to a service; outside of everything that refuses, so that refusals say it, too.
#[derive(Debug, Clone)]
pub(super) struct Countdown(pub(super) Clock);

impl<S> Layer<S> for Countdown {
    type Service = Counting<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Counting { inner, clock: self.0.clone() }
    }
}

/// A service whose answers carry the countdown.
#[derive(Debug, Clone)]
pub(super) struct Counting<S> {
    inner: S,
    clock: Clock,
}

impl<S, B> Service<Request<B>> for Counting<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let end = request.extensions().get::<Peer>().map(|peer| peer.identity.not_after_seconds);
        let left = end.map(|end| end.saturating_sub(self.clock.now().as_second()));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            if let Some(left) = left {
                response.headers_mut().insert(CERTIFICATE_SECONDS_LEFT, HeaderValue::from(left));
            }
            Ok(response)
        })
    }
}
