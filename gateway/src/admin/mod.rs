//! The admin listener: health, readiness, metrics, model identity. Plain HTTP, for operators only; it tells nothing
//! about manifests or persons.

mod config;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use tokio::net::TcpListener;
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::{judging::Judging, observability::Exposition};

pub use config::Config;

/// Can the gateway authenticate, decide and persist? Cheap to clone; all clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says so.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// What was said last; at first, no.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Which model and policy judge, as `/model` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelIdentity {
    /// Name of the bundle.
    pub bundle_name: String,
    /// Its version.
    pub bundle_version: String,
    /// SHA-256 of the bundle, lower-case hexadecimal.
    pub bundle_digest: String,
    /// Fingerprint of the feature catalog.
    pub feature_fingerprint: String,
    /// Version of the policy.
    pub policy_version: String,
    /// SHA-256 of the policy, lower-case hexadecimal.
    pub policy_digest: String,
}

impl From<&scoring::Identity> for ModelIdentity {
    fn from(identity: &scoring::Identity) -> Self {
        Self {
            bundle_name: identity.bundle_name.clone(),
            bundle_version: identity.bundle_version.clone(),
            bundle_digest: identity.bundle_digest.clone(),
            feature_fingerprint: identity.feature_fingerprint.clone(),
            policy_version: identity.policy_version.clone(),
            policy_digest: identity.policy_digest.clone(),
        }
    }
}

/// The listener, bound and not yet serving.
#[derive(Debug)]
pub struct Admin {
    listener: TcpListener,
    router: Router,
}

#[derive(Debug, Clone)]
struct Shown {
    readiness: Readiness,
    exposition: Exposition,
    model: Judging,
}

impl Admin {
    /// Binds the listener.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(
        config: &Config,
        readiness: Readiness,
        exposition: Exposition,
        model: Judging,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let router = Router::new()
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .route("/model", get(model_identity))
            .with_state(Shown { readiness, exposition, model });
        Ok(Self { listener, router: limited(router, config) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is done.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        axum::serve(self.listener, self.router).with_graceful_shutdown(stop).await
    }
}

/// Over all routes together.
fn limited(router: Router, config: &Config) -> Router {
    router.layer(GlobalConcurrencyLimitLayer::new(config.max_requests))
}

async fn ready(State(shown): State<Shown>) -> (StatusCode, &'static str) {
    if shown.readiness.get() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

async fn metrics(State(shown): State<Shown>) -> Response {
    match shown.exposition.text() {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn model_identity(State(shown): State<Shown>) -> Response {
    match serde_json::to_string(&ModelIdentity::from(shown.model.now().identity())) {
        Ok(text) => ([(CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{body::Body, http::Request};
    use tokio::sync::Semaphore;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn so_many_requests_are_answered_at_once_and_more_wait() {
        let config = Config { max_requests: 2, ..Config::default() };
        let (entered, leave) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (enters, leaves) = (Arc::clone(&entered), Arc::clone(&leave));
        let slow = move || async move {
            enters.add_permits(1);
            leaves.acquire().await.unwrap().forget();
        };
        let router = limited(Router::new().route("/a", get(slow.clone())).route("/b", get(slow)), &config);
        let ask = |path: &str| {
            tokio::spawn(router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()))
        };
        let asked = [ask("/a"), ask("/b"), ask("/a")];
        entered.acquire_many(2).await.unwrap().forget();
        let third = tokio::time::timeout(Duration::from_millis(50), entered.acquire()).await;
        assert!(third.is_err(), "a third is answered beside two");
        leave.add_permits(1);
        entered.acquire().await.unwrap().forget();
        leave.add_permits(2);
        for answer in asked {
            assert_eq!(answer.await.unwrap().unwrap().status(), StatusCode::OK);
        }
    }
}
