//! Who may not speak is told so at the first call, whatever the call is, before a byte of it is read.
//!
//! The services ask the registry again, for each call and each element of a stream: the answer may change meanwhile.
//! Health is open to every peer whose certificate an administration vouches for: see docs/decisions/0011.
//!
//! Who may speak has no more calls open than its own part of all, health included, and so have those together who are not
//! registered: nobody shuts the others out (docs/decisions/0132).

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Frame;
use prost::bytes::Bytes;
use tonic::{Status, body::Body};
use tower::{Layer, Service};

use crate::{
    authenticate::{Peer, Registry},
    places::{Place, Places},
    refusals::Refusals,
    reply::{Notice, Reason},
};

/// Paths below which nobody is asked who it is.
const OPEN: &str = "/grpc.health.v1.Health/";

/// For whom calls are counted of those who are not registered; no partner has this id.
const STRANGERS: &str = "";

/// Adds the question to a service.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) registry: Registry,
    pub(super) refusals: Refusals,
    /// Calls that each partner has open.
    pub(super) calls: Places,
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
        let open = request.uri().path().starts_with(OPEN);
        let peer = request.extensions().get::<Peer>().cloned();
        let asked = match &peer {
            Some(peer) => self.known.registry.partner(peer).map_err(Notice::from),
            None => {
                tracing::error!("a call came without its connection's peer");
                Err(Notice::new(Reason::Internal))
            }
        };
        let place = match &asked {
            Ok(partner) => self.known.place(&partner.id),
            Err(_) if open => self.known.place(STRANGERS),
            Err(notice) => Err(notice.clone()),
        };
        match place {
            Ok(place) => {
                let answer = self.inner.call(request);
                Box::pin(async move {
                    let answer = answer.await?;
                    Ok(answer.map(|inner| Body::new(Held { inner, _place: place })))
                })
            }
            Err(notice) => {
                self.known.refusals.told(notice.reason, peer.as_ref());
                Box::pin(std::future::ready(Ok(notice.into_status().into_http())))
            }
        }
    }
}

impl Known {
    /// A place for one call more.
    fn place(&self, partner_id: &str) -> Result<Place, Notice> {
        let full = || Notice::new(Reason::Overloaded).with("limit", "app.calls_per_partner");
        self.calls.take(partner_id).ok_or_else(full)
    }
}

/// An answer's body; its call is open until it has ended.
struct Held {
    inner: Body,
    _place: Place,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}
