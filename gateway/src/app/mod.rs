//! The composition root: the only file that knows every module.
//!
//! [`App::build`] proves everything that can be proven and binds both listeners; [`App::run`] serves until it is told
//! to stop, then lets the calls in flight finish.

mod background;
mod challenger;
mod conduct;
mod config;
mod countdown;
mod error;
mod first_call;
mod registry;
mod rescore;
mod serve;
mod trouble;

use std::{net::SocketAddr, sync::Arc};

use scoring::kept::KeptFile;
use tokio::sync::{Notify, watch};

use crate::{
    admin::{Admin, Readiness},
    authenticate::{self, AuditSink, Credentials, HandshakeCounts, HandshakeRefusal, Listener, Registry},
    clock::Clock,
    config::Config as Root,
    judging::{self, Judging},
    observability::Metrics,
    persist::{Digests, Secrets, Store},
};

pub use config::Config;
pub use error::Error;

/// A gateway that has proven its parts and holds its ports, but does not serve yet.
#[derive(Debug)]
pub struct App {
    config: Root,
    clock: Clock,
    metrics: Metrics,
    readiness: Readiness,
    store: Store,
    digests: Digests,
    registry: Registry,
    registry_version: i64,
    credentials: Credentials,
    judging: Judging,
    scorers: watch::Sender<Arc<scoring::Scorer>>,
    bundle_number: i64,
    challenger: Option<Arc<scoring::Scorer>>,
    lists: Arc<manifest::CodeLists>,
    handshakes: Arc<Handshakes>,
    listener: Listener,
    admin: Admin,
    reload: Reload,
}

/// Asks a running gateway to look at its credentials and registry now. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Reload(Arc<Notifies>);

#[derive(Debug, Default)]
struct Notifies {
    credentials: Notify,
    registry: Notify,
}

impl Reload {
    /// Now, rather than at the next look.
    pub fn now(&self) {
        self.0.credentials.notify_one();
        self.0.registry.notify_one();
    }
}

impl App {
    /// Opens the store, proves registry, credentials and model, and binds both listeners. Nothing is served yet.
    ///
    /// # Errors
    /// The first part that cannot be had, and why.
    pub async fn build(config: Root, clock: Clock) -> Result<Self, Error> {
        Self::build_on(config, clock, Store::open).await
    }

    /// As [`App::build`], over a store that was opened otherwise: for the benchmark.
    ///
    /// # Errors
    /// As [`App::build`].
    #[doc(hidden)]
    pub async fn build_on(
        config: Root,
        clock: Clock,
        open: impl AsyncFnOnce(&crate::persist::Config, &Secrets) -> Result<Store, crate::persist::Error>,
    ) -> Result<Self, Error> {
        let (metrics, exposition) = Metrics::sending(&config.observability.otlp)?;
        let persist = &config.persist;
        let file = (!persist.is_postgres()).then_some(&persist.path);
        for file in file.into_iter().chain([&persist.wrapping_keys_file, &persist.digest_secret_file]) {
            if !file.exists() {
                return Err(Error::NoStore { file: file.clone() });
            }
        }
        let secrets = Secrets::load(persist)?;
        let store = open(&config.persist, &secrets).await?;
        let newest = store.bundles().await?.into_iter().next();
        let bundle_number = newest.as_ref().map_or(0, |row| row.number);
        let models = config.clone();
        let loading = tokio::task::spawn_blocking(move || {
            let challenger = &models.scoring.challenger_folder;
            let challenger = if challenger.as_os_str().is_empty() {
                None
            } else {
                Some(
                    scoring::Scorer::load(challenger)
                        .map_err(judging::NotTaken::from)
                        .and_then(|scorer| judging::under_policy(&models, scorer)),
                )
            };
            (judging::load(&models, newest.as_ref()), challenger)
        });
        let (registry_version, snapshot) = registry::proven(&store).await?;
        let registry = Registry::new(snapshot, clock.clone());
        let section: &authenticate::Config = &config.authenticate;
        let credentials = Credentials::load(&section.certificate_file, &section.key_file, clock.clone())?;
        let handshakes = Arc::new(Handshakes {
            counts: HandshakeCounts::new(section.max_handshake_count_keys),
            metrics: metrics.clone(),
        });
        let (scorer, challenger) = loading.await.map_err(|_| Error::Interrupted)?;
        let scorer = scorer?;
        let kept = store.judge_files().await?;
        if let Err(error) = judging::no_namesake(&kept, &scorer) {
            // Digests tell them apart wherever it matters: a program that brings it must not refuse to serve.
            tracing::warn!(%error, "the bundle is served all the same");
        }
        // Before anything is decided by it.
        store.keep_judge(KeptFile::of(&scorer), clock.now()).await?;
        let (scorers, judging) = Judging::new(Arc::new(scorer));
        // A challenger is never in the way: the gateway serves without one that is broken.
        let challenger = challenger.and_then(|loaded| {
            loaded
                .and_then(|challenger| judging::no_namesake(&kept, &challenger).map(|()| challenger))
                .inspect_err(|error| tracing::error!(%error, "the challenger is refused"))
                .ok()
                .map(Arc::new)
        });
        if let Some(challenger) = &challenger {
            store.keep_judge(KeptFile::of(challenger), clock.now()).await?;
        }
        let listener = Listener::bind(
            section,
            credentials.clone(),
            registry.clone(),
            Arc::clone(&handshakes) as Arc<dyn AuditSink>,
            clock.clone(),
        )
        .await
        .map_err(|cause| Error::Bind { address: section.listen, cause })?;
        let readiness = Readiness::default();
        let admin = Admin::bind(&config.admin, readiness.clone(), exposition, judging.clone())
            .await
            .map_err(|cause| Error::Bind { address: config.admin.listen, cause })?;
        Ok(Self {
            digests: secrets.digests(),
            config,
            clock,
            metrics,
            readiness,
            store,
            registry,
            registry_version,
            credentials,
            judging,
            scorers,
            bundle_number,
            challenger,
            lists: Arc::new(manifest::CodeLists::built_in()),
            handshakes,
            listener,
            admin,
            reload: Reload::default(),
        })
    }

    /// Where partners connect.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        Ok(self.listener.address()?)
    }

    /// Where operators look.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn admin_address(&self) -> Result<SocketAddr, Error> {
        Ok(self.admin.address()?)
    }

    /// Asks for reloads while the gateway runs.
    #[must_use]
    pub fn reload(&self) -> Reload {
        self.reload.clone()
    }

    /// Serves until `shutdown` is done, then drains: health says no, new connections are refused, calls in flight
    /// finish, watchers are told, the store is closed last.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        serve::run(self, shutdown).await
    }
}

/// Counts refused handshakes for the audit and for the metrics.
#[derive(Debug)]
struct Handshakes {
    counts: HandshakeCounts,
    metrics: Metrics,
}

impl AuditSink for Handshakes {
    fn refused(&self, reason: HandshakeRefusal, source: std::net::IpAddr, time: jiff::Timestamp) {
        self.metrics.handshake_refusal(reason.code(), 1);
        self.counts.refused(reason, source, time);
    }
}
