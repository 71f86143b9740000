//! What goes on beside the calls: reloads, readiness, and the audit of refused handshakes.

use std::{
    collections::HashSet,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use scoring::{Scorer, kept::KeptFile};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Error, Handshakes, Reload,
    registry::{Look, Progress},
};
use crate::{
    admin::Readiness,
    authenticate::{
        Credentials, HandshakeCount, OpenConnections, Registry,
        registry::{Expiry, ExpiryKind},
    },
    clock::Clock,
    config::Config,
    drift,
    judging::{self, Judging},
    observability::Metrics,
    persist::{AuditEvent, AuditKind, Store},
    quota::{self, Quota},
    refusals::Refusals,
    watch::Seats,
};

/// How often it is looked whether the months to come are there.
const EVERY_HOUR: Duration = Duration::from_secs(3_600);

/// What the background tasks share.
#[derive(Debug, Clone)]
pub(super) struct Background {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
    pub(super) reload: Reload,
    pub(super) refusals: Refusals,
    pub(super) stop: CancellationToken,
}

impl Background {
    /// Publishes the registry whenever its version moves, or somebody asks, and it proves; otherwise the last good
    /// one stays.
    pub(super) async fn refresh_registry(self, registry: Registry, version: i64, every: Duration) {
        let mut ticks = ticks(every);
        let mut progress = Progress::at(version);
        loop {
            self.metrics.set_expiries(self.soonest(&registry));
            let asked = tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.reload.0.registry.notified() => true,
                _ = ticks.tick() => false,
            };
            match progress.look(asked, &self.store).await {
                Look::Same => {}
                Look::Good { snapshot, changed } => {
                    registry.publish(snapshot);
                    if changed {
                        self.told("registry", Ok(())).await;
                    }
                }
                Look::Bad(error) => self.told("registry", Err(error)).await,
                Look::Unknown(error) => {
                    tracing::warn!(%error, "the registry could not be looked at; the next look tries again");
                }
            }
        }
    }

    /// For each partner and kind the soonest end, seconds from now.
    fn soonest(&self, registry: &Registry) -> Vec<(String, ExpiryKind, i64)> {
        let now = self.clock.now().as_second();
        let mut found: Vec<(String, ExpiryKind, i64)> = Vec::new();
        let mut seen = HashSet::new();
        // Soonest first, so the first of each counts.
        for Expiry { partner_id, kind, at_seconds } in registry.snapshot().expiries() {
            if seen.insert((partner_id.clone(), kind)) {
                found.push((partner_id, kind, at_seconds.saturating_sub(now)));
            }
        }
        found
    }

    /// Takes new credentials when their files change, or when asked.
    pub(super) async fn reload_credentials(
        self,
        credentials: Credentials,
        files: [std::path::PathBuf; 2],
        every: Duration,
    ) {
        let mut ticks = ticks(every);
        let mut seen = files.each_ref().map(|file| changed(file));
        loop {
            self.metrics.set_certificate_remaining(self.remaining(&credentials));
            let asked = tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.reload.0.credentials.notified() => true,
                _ = ticks.tick() => false,
            };
            let found = files.each_ref().map(|file| changed(file));
            if !asked && found == seen {
                continue;
            }
            seen = found;
            let loading = credentials.clone();
            match tokio::task::spawn_blocking(move || loading.reload()).await {
                Ok(Ok(true)) => self.told("credentials", Ok(())).await,
                Ok(Ok(false)) => {}
                Ok(Err(error)) => self.told("credentials", Err(error.into())).await,
                Err(_) => self.told("credentials", Err(Error::Interrupted)).await,
            }
        }
    }

    /// Tries again and again whether we can authenticate, decide and persist.
    pub(super) async fn probe(
        self,
        credentials: Credentials,
        (connections, judging, seats): (OpenConnections, Judging, Seats),
        readiness: Readiness,
        health: impl AsyncFn(bool),
        (every, limit): (Duration, Duration),
    ) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let persists = matches!(timeout(limit, self.store.ready()).await, Ok(Ok(())));
            let judge = judging.clone();
            let decides = tokio::task::spawn_blocking(move || judge.decides());
            let decides = matches!(timeout(limit, decides).await, Ok(Ok(true)));
            let authenticates = credentials.not_after_seconds() > self.clock.now().as_second();
            let ready = persists && authenticates && decides;
            if ready != readiness.get() {
                tracing::info!(ready, persists, authenticates, decides, "readiness changed");
            }
            if self.stop.is_cancelled() {
                return; // draining has said no; do not take it back
            }
            readiness.set(ready);
            health(ready).await;
            self.metrics.set_ready(ready);
            self.metrics.set_open_connections(connections.count());
            self.metrics.set_feed_lag(seats.lag().as_secs());
        }
    }

    /// Expires manifests that never arrived, some at a time, so that nothing waits behind them.
    pub(super) async fn expire(self, after: Duration, every: Duration, at_once: u32) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            loop {
                let now = self.clock.now();
                let Ok(before) = now.checked_sub(after) else { break };
                match self.store.expire(before, at_once, now).await {
                    Ok((looked, _)) if looked > 0 && !self.stop.is_cancelled() => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "manifests that never arrived were not expired; tried again later");
                        break;
                    }
                }
            }
        }
    }

    /// Makes the store's months to come.
    pub(super) async fn make_months(self) {
        let mut ticks = ticks(EVERY_HOUR);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            match self.store.make_months(self.clock.now()).await {
                Ok(Some(0)) => {}
                Ok(None) => {
                    tracing::info!("months to come wait until a backup or a report has read the store");
                }
                Ok(Some(months)) => tracing::info!(months, "the store has room for months to come"),
                Err(error) => {
                    tracing::warn!(%error, "no room was made for months to come; nothing is refused for it");
                }
            }
        }
    }

    /// Writes the counts of refused handshakes as audit rows.
    pub(super) async fn flush_handshakes(self, handshakes: Arc<Handshakes>, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => self.flush(&handshakes).await,
            }
        }
    }

    /// Gives back what this gateway was given of partners' quotas and does not use.
    pub(super) async fn give_back_quotas(self, quota: Quota) {
        let mut ticks = ticks(quota::BELIEVED);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => quota.give_back(self.clock.now()).await,
            }
        }
    }

    /// Writes what is due of refused calls as audit rows.
    pub(super) async fn write_refusals(self) {
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.refusals.due() => {}
            }
            self.refusals.flush().await;
        }
    }

    /// Publishes another bundle when one is promoted or gone back to, once it is proven whole: who is judging finishes with
    /// the old one. A bad one is refused, and the old one stays.
    pub(super) async fn refresh_bundle(
        self,
        scorers: watch::Sender<Arc<Scorer>>,
        config: Config,
        mut settled: i64,
        every: Duration,
    ) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let newest = match self.store.bundles().await {
                Ok(bundles) => bundles.into_iter().next(),
                Err(error) => {
                    tracing::warn!(%error, "the bundles could not be looked at; the next look tries again");
                    continue;
                }
            };
            let Some(newest) = newest.filter(|row| row.number != settled) else { continue };
            let before = std::mem::replace(&mut settled, newest.number);
            let config = config.clone();
            let loading = tokio::task::spawn_blocking(move || judging::load(&config, Some(&newest)));
            match loading.await {
                Ok(Ok(scorer)) => {
                    // Before anything is decided by it: a store that cannot keep it cannot record either.
                    let kept = self.store.keep_judge(KeptFile::of(&scorer), self.clock.now()).await;
                    if let Err(error) = kept {
                        tracing::warn!(%error, "the bundle could not be kept; the next look tries again");
                        settled = before;
                        continue;
                    }
                    scorers.send_replace(Arc::new(scorer));
                    self.told("bundle", Ok(())).await;
                }
                Ok(Err(error)) => self.told("bundle", Err(error.into())).await,
                Err(_) => self.told("bundle", Err(Error::Interrupted)).await,
            }
        }
    }

    /// Looks for drift, now and every so often: metrics, and a warning for each alarm.
    pub(super) async fn look_for_drift(self, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            match drift::look(&self.store, drift::DAYS, drift::REFERENCE_DAYS, self.clock.now()).await {
                Ok(found) => {
                    let alarms = found.alarms();
                    for alarm in &alarms {
                        tracing::warn!(alarm = %alarm, "drift");
                    }
                    if !alarms.is_empty() {
                        self.check_more_at_random().await;
                    }
                    let highest = found.features.first().map_or(0.0, |(_, index)| *index);
                    let calibration: Vec<_> = found.calibration.iter().map(drift::Calibration::off).collect();
                    self.metrics.set_drift(highest, alarms.len(), &calibration);
                }
                Err(error) => tracing::error!(%error, "drift was not looked for; the next look tries again"),
            }
        }
    }

    /// Random checks take a larger share for a quarter after drift: they alone tell whether the model still holds.
    async fn check_more_at_random(&self) {
        match self.store.note_drift(self.clock.now()).await {
            Ok(Some(days)) => {
                tracing::warn!(days, "drift: more is checked at random on days of posts to come")
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "random checks were not raised; the next look tries again"),
        }
    }

    /// Fits the peer groups of entrepreneurs, now and every so often.
    pub(super) async fn fit_peer_groups(self, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = self.store.fit_peer_groups(self.clock.now()).await {
                tracing::error!(%error, "the peer groups were not fitted; what was fitted last stays");
            }
        }
    }

    /// Writes what was counted up to now.
    pub(super) async fn flush(&self, handshakes: &Handshakes) {
        for count in handshakes.counts.drain() {
            if let Err(error) = self.store.audit(event(&count)).await {
                self.metrics.audit_failure(AuditKind::HandshakesRefused.as_str());
                tracing::error!(%error, reason = count.reason.code(), count = count.count, "a count of refused handshakes was not audited");
            }
        }
    }

    async fn told(&self, what: &'static str, outcome: Result<(), Error>) {
        let kind = match &outcome {
            Ok(()) => {
                tracing::info!(what, "reloaded");
                AuditKind::CredentialsReloaded
            }
            Err(error) => {
                tracing::warn!(what, %error, "a reload was refused; the last good one stays");
                AuditKind::ReloadRefused
            }
        };
        self.metrics.reload(what, if outcome.is_ok() { "ok" } else { "refused" });
        if let Err(error) = self.store.audit(AuditEvent::new(kind, self.clock.now()).reason(what)).await {
            self.metrics.audit_failure(kind.as_str());
            tracing::error!(%error, what, "a reload was not audited");
        }
    }

    fn remaining(&self, credentials: &Credentials) -> i64 {
        credentials.not_after_seconds().saturating_sub(self.clock.now().as_second())
    }
}

fn event(count: &HandshakeCount) -> AuditEvent {
    let time = jiff::Timestamp::from_second(count.minute_seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let event = AuditEvent::new(AuditKind::HandshakesRefused, time)
        .reason(count.reason.code())
        .count(i64::try_from(count.count).unwrap_or(i64::MAX));
    match count.network {
        Some(network) => event.source_network(&network.to_string()),
        None => event,
    }
}

pub(super) fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// When a file was last written; Kubernetes swaps a link, which shows here as well.
fn changed(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}
