//! What every call beside the submissions begins and ends with: who asks, whether it may now, the span around it, and how it is
//! told that nothing came of it.

mod failure;
pub(crate) mod names;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use tracing::{Instrument as _, Span, field::Empty, info_span};

pub(crate) use failure::Failure;

use crate::{
    authenticate::{
        Peer,
        registry::{Partner, Registry},
    },
    clock::Clock,
    observability::{
        names::{field, span},
        trace,
    },
    quota::Quota,
    refusals::Refusals,
};

/// Where calls come in. Cheap to clone; all services share one.
#[derive(Debug, Clone)]
pub struct Door {
    /// Who may speak.
    pub registry: Registry,
    /// How much each may ask.
    pub quota: Quota,
    /// Where refusals are noted.
    pub refusals: Refusals,
    /// Tells the time of calls.
    pub clock: Clock,
}

impl Door {
    /// One call of a registered partner, under its span: who asks, what came of it, and what is told when nothing did.
    pub(crate) async fn call<Q, T>(
        &self,
        method: &'static str,
        request: Request<Q>,
        work: impl AsyncFnOnce(Peer, Arc<Partner>, Q) -> Result<T, Failure>,
    ) -> Result<Response<T>, Status> {
        let (_, extensions, request) = request.into_parts();
        let peer = extensions.get::<Peer>();
        let answer = async {
            let outcome = async {
                let peer = peer.ok_or(Failure::NoPeer)?;
                let partner = self.registry.partner(peer)?;
                Span::current().record(field::PARTNER_ID, partner.id.as_str());
                self.quota.call(&partner, self.clock.now())?;
                // Boxed: what lies below is deep, and the compiler measures a future with all that it holds.
                Box::pin(work(peer.clone(), partner, request)).await
            };
            outcome.await.map(Response::new).map_err(|failure| self.told(failure, peer))
        };
        let call = info_span!(
            parent: trace::parent(&extensions),
            span::CALL,
            { field::METHOD } = method,
            { field::PARTNER_ID } = Empty
        );
        answer.instrument(call).await
    }

    /// As the caller is told, and as it is noted.
    pub(crate) fn told(&self, failure: Failure, peer: Option<&Peer>) -> Status {
        let notice = failure.into_notice(&self.clock);
        self.refusals.told(notice.reason, peer);
        notice.into_status()
    }
}
