//! Who may not speak is told so at the first call, whatever the call is, before a byte of it is read.
//!
//! The services ask the registry again, for each call and each element of a stream: the answer may change meanwhile.
//! Health is open to every peer whose certificate an administration vouches for: see docs/decisions/0011.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

use crate::{
    authenticate::{Peer, Registry},
    refusals::Refusals,
    reply::{Notice, Reason},
};

/// Paths below which nobody is asked who it is.
const OPEN: &str = "/grpc.health.v1.Health/";

/// Adds the question to a service.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) registry: Registry,
    pub(super) refusals: Refusals,
}

impl<S> Layer<S> for Known {
    type Service = Asked<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Asked { inner, known: self.clone() }
    }
}

/// A service that only registered peers reach.
#[derive(Debug, Clone)]
pub(super) struct Asked<S> {
    inner: S,
    known: Known,
}

impl<S, B> Service<Request<B>> for Asked<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if request.uri().path().starts_with(OPEN) {
            return Box::pin(self.inner.call(request));
        }
        let peer = request.extensions().get::<Peer>().cloned();
        let refused = match &peer {
            Some(peer) => self.known.registry.partner(peer).err().map(Notice::from),
            None => {
                tracing::error!("a call came without its connection's peer");
                Some(Notice::new(Reason::Internal))
            }
        };
        let Some(notice) = refused else { return Box::pin(self.inner.call(request)) };
        self.known.refusals.told(notice.reason, peer.as_ref());
        Box::pin(std::future::ready(Ok(notice.into_status().into_http())))
    }
}
