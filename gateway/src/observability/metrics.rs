//! The metrics. Recording is a hash lookup and some additions; the labels of the step histogram are made once.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Encoder, TextEncoder};

use super::{
    config::Otlp,
    labels::{KINDS, Kind, OUTCOMES, Outcome, STEPS, Step},
    names::metric,
    otlp,
};
use crate::authenticate::registry::ExpiryKind;

/// Edges of the histogram's buckets, seconds: from ten microseconds to ten seconds.
const BUCKETS: [f64; 18] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.25, 0.5, 1.0, 2.5, 10.0,
];

/// The instruments. Cheap to clone; handed to whoever records. The default records nowhere (for unit tests).
#[derive(Clone)]
pub struct Metrics(Arc<Instruments>);

struct Instruments {
    step_duration: Histogram<f64>,
    step_labels: Vec<[KeyValue; 3]>,
    submissions: Counter<u64>,
    findings: Counter<u64>,
    refusals: Counter<u64>,
    handshake_refusals: Counter<u64>,
    pre_decisions: Counter<u64>,
    withheld: Counter<u64>,
    rules_only: Counter<u64>,
    redecided: Counter<u64>,
    reloads: Counter<u64>,
    audit_failures: Counter<u64>,
    gauges: Arc<Gauges>,
}

#[derive(Default)]
struct Gauges {
    certificate_remaining: AtomicI64,
    feed_lag: AtomicI64,
    open_connections: AtomicI64,
    feed_watchers: AtomicI64,
    work_bytes: AtomicI64,
    waiting_bytes: AtomicI64,
    provisional: AtomicI64,
    provisional_age: AtomicI64,
    ready: AtomicI64,
    feature_drift: AtomicI64,
    drift_alarms: AtomicI64,
    /// Question, found less predicted, thousandths.
    calibration: Mutex<Vec<(&'static str, i64)>>,
    /// Partner, what ends, seconds until then.
    expiries: Mutex<Vec<(String, ExpiryKind, i64)>>,
}

/// What reads the metrics: the text that `/metrics` answers.
#[derive(Clone)]
pub struct Exposition {
    registry: prometheus::Registry,
    // Instruments stop recording when their provider is dropped.
    _provider: SdkMeterProvider,
}

impl Metrics {
    /// Makes the instruments and what reads them under `/metrics`.
    ///
    /// # Errors
    /// When the exporter cannot be built.
    pub fn new() -> Result<(Self, Exposition), otlp::Error> {
        Self::sending(&Otlp::default())
    }

    /// As [`Metrics::new`], and sends them to a collector, too. Must be called within the runtime.
    ///
    /// # Errors
    /// When an exporter cannot be built.
    pub fn sending(config: &Otlp) -> Result<(Self, Exposition), otlp::Error> {
        let registry = prometheus::Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_units()
            .without_counter_suffixes()
            .scope_info_enabled(false)
            .build()
            .map_err(otlp::Error::Exposition)?;
        let mut provider = SdkMeterProvider::builder().with_reader(exporter).with_resource(otlp::resource());
        if let Some(reader) = otlp::metrics(config)? {
            provider = provider.with_reader(reader);
        }
        let provider = provider.build();
        let metrics = Self::of(&provider.meter("customs_gateway"));
        Ok((metrics, Exposition { registry, _provider: provider }))
    }

    fn of(meter: &Meter) -> Self {
        let counter =
            |name: &'static str, what: &'static str| meter.u64_counter(name).with_description(what).build();
        let gauges = Arc::new(Gauges::default());
        let gauge = |name: &'static str, what: &'static str, read: fn(&Gauges) -> &AtomicI64| {
            let gauges = Arc::clone(&gauges);
            meter
                .i64_observable_gauge(name)
                .with_description(what)
                .with_callback(move |observer| observer.observe(read(&gauges).load(Ordering::Relaxed), &[]))
                .build();
        };
        gauge(metric::CERTIFICATE_REMAINING, "Seconds until the gateway's certificate ends.", |g| {
            &g.certificate_remaining
        });
        gauge(metric::FEED_LAG, "Longest time that a watcher has not been told what it should know.", |g| {
            &g.feed_lag
        });
        gauge(metric::OPEN_CONNECTIONS, "Open connections.", |g| &g.open_connections);
        gauge(metric::FEED_WATCHERS, "Watchers of the feed.", |g| &g.feed_watchers);
        gauge(metric::WORK_BYTES, "Bytes of messages that are worked on.", |g| &g.work_bytes);
        gauge(metric::WAITING_BYTES, "Bytes of messages that wait for their turn.", |g| &g.waiting_bytes);
        gauge(
            metric::PROVISIONAL,
            "Manifests that rules alone decided and that wait to be judged again.",
            |g| &g.provisional,
        );
        gauge(metric::PROVISIONAL_AGE, "Seconds for which the first of them has waited.", |g| {
            &g.provisional_age
        });
        gauge(
            metric::FEATURE_DRIFT,
            "Highest stability index among what is declared and the scores, thousandths.",
            |g| &g.feature_drift,
        );
        gauge(metric::DRIFT_ALARMS, "Features that moved and questions that are miscalibrated.", |g| {
            &g.drift_alarms
        });
        let calibrated = Arc::clone(&gauges);
        meter
            .i64_observable_gauge(metric::RANDOM_CHECK_CALIBRATION)
            .with_description("Random checks: share found irregular less predicted, thousandths.")
            .with_callback(move |observer| {
                for (question, off) in
                    calibrated.calibration.lock().unwrap_or_else(PoisonError::into_inner).iter()
                {
                    observer.observe(*off, &[KeyValue::new(metric::LABEL_QUESTION, *question)]);
                }
            })
            .build();
        gauge(metric::READY, "1 when the gateway can authenticate, decide and persist.", |g| &g.ready);
        for (name, what, kind) in [
            (metric::ANCHOR_REMAINING, "Seconds until a partner's trust anchor ends.", ExpiryKind::Anchor),
            (
                metric::CRL_REMAINING,
                "Seconds until a partner's revocation list is past its next update.",
                ExpiryKind::RevocationList,
            ),
        ] {
            let gauges = Arc::clone(&gauges);
            let observed = meter.i64_observable_gauge(name).with_description(what);
            observed
                .with_callback(move |observer| {
                    let expiries = gauges.expiries.lock().unwrap_or_else(PoisonError::into_inner);
                    for (partner_id, _, seconds) in expiries.iter().filter(|(_, each, _)| *each == kind) {
                        observer
                            .observe(*seconds, &[KeyValue::new(metric::LABEL_PARTNER, partner_id.clone())]);
                    }
                })
                .build();
        }
        Self(Arc::new(Instruments {
            step_duration: meter
                .f64_histogram(metric::STEP_DURATION)
                .with_description("How long a step of the way took.")
                .with_boundaries(BUCKETS.to_vec())
                .build(),
            step_labels: step_labels(),
            submissions: counter(metric::SUBMISSIONS, "Submissions by partner and result."),
            findings: counter(metric::FINDINGS, "Findings by code."),
            refusals: counter(metric::REFUSALS, "Refusals and faults by reason."),
            handshake_refusals: counter(
                metric::HANDSHAKE_REFUSALS,
                "Connections that ended in the handshake.",
            ),
            pre_decisions: counter(metric::PRE_DECISIONS, "Roll-up pre-decisions by corridor and bundle."),
            withheld: counter(metric::WITHHELD, "Subjects without a pre-decision by cause."),
            rules_only: counter(metric::RULES_ONLY, "Manifests that rules alone decided, by cause."),
            redecided: counter(metric::REDECIDED, "Later pre-decisions that were published."),
            reloads: counter(metric::RELOADS, "Reloads of credentials and registry."),
            audit_failures: counter(metric::AUDIT_FAILURES, "Events that could not be audited, by kind."),
            gauges,
        }))
    }

    /// A step took so long.
    pub fn step(&self, step: Step, kind: Kind, outcome: Outcome, duration: Duration) {
        let labels = &self.0.step_labels[place(step, kind, outcome)];
        self.0.step_duration.record(duration.as_secs_f64(), labels);
    }

    /// A finding was noted. The code is one of the closed list, never a partner's text.
    pub fn finding(&self, code: &'static str) {
        self.0.findings.add(1, &[KeyValue::new(metric::LABEL_CODE, code)]);
    }

    /// A caller was told a refusal or a fault.
    pub fn refusal(&self, reason: &'static str) {
        self.0.refusals.add(1, &[KeyValue::new(metric::LABEL_REASON, reason)]);
    }

    /// So many connections ended in the handshake.
    pub fn handshake_refusal(&self, reason: &'static str, count: u64) {
        self.0.handshake_refusals.add(count, &[KeyValue::new(metric::LABEL_REASON, reason)]);
    }

    /// A manifest got its roll-up: `corridor` in upper case, `WITHHELD` where there is none.
    pub fn pre_decision(&self, corridor: &'static str, bundle: &Arc<str>) {
        let bundle = KeyValue::new(metric::LABEL_BUNDLE, Arc::clone(bundle));
        self.0.pre_decisions.add(1, &[KeyValue::new(metric::LABEL_CORRIDOR, corridor), bundle]);
    }

    /// A subject was withheld.
    pub fn withheld(&self, cause: &'static str) {
        self.0.withheld.add(1, &[KeyValue::new(metric::LABEL_CAUSE, cause)]);
    }

    /// Rules alone decided about a manifest.
    pub fn rules_only(&self, cause: &'static str) {
        self.0.rules_only.add(1, &[KeyValue::new(metric::LABEL_CAUSE, cause)]);
    }

    /// So many later pre-decisions were published.
    pub fn redecided(&self, count: u64) {
        self.0.redecided.add(count, &[]);
    }

    /// So many manifests wait to be judged again, the first of them for so long, seconds.
    pub fn set_provisional(&self, manifests: u64, age_seconds: i64) {
        let gauges = &self.0.gauges;
        gauges.provisional.store(i64::try_from(manifests).unwrap_or(i64::MAX), Ordering::Relaxed);
        gauges.provisional_age.store(age_seconds, Ordering::Relaxed);
    }

    /// A partner's submission ended so. The id comes from the registry, so the label's values are bounded.
    pub fn submission(&self, partner_id: &str, result: &'static str) {
        let partner = KeyValue::new(metric::LABEL_PARTNER, partner_id.to_owned());
        self.0.submissions.add(1, &[partner, KeyValue::new(metric::LABEL_RESULT, result)]);
    }

    /// Something was reloaded, or refused: `what` is `credentials` or `registry`, `result` is `ok` or `refused`.
    pub fn reload(&self, what: &'static str, result: &'static str) {
        let labels = [KeyValue::new(metric::LABEL_WHAT, what), KeyValue::new(metric::LABEL_RESULT, result)];
        self.0.reloads.add(1, &labels);
    }

    /// An event could not be audited. The kind is one of the closed list of audit events.
    pub fn audit_failure(&self, kind: &'static str) {
        self.0.audit_failures.add(1, &[KeyValue::new(metric::LABEL_KIND, kind)]);
    }

    /// Seconds until the gateway's own certificate ends.
    pub fn set_certificate_remaining(&self, seconds: i64) {
        self.0.gauges.certificate_remaining.store(seconds, Ordering::Relaxed);
    }

    /// For how long the watcher that is furthest behind has had something that it was not told, seconds.
    pub fn set_feed_lag(&self, seconds: u64) {
        self.0.gauges.feed_lag.store(i64::try_from(seconds).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// What of the registry ends when: partner, what, seconds until then. Replaces what was set before.
    pub fn set_expiries(&self, expiries: Vec<(String, ExpiryKind, i64)>) {
        *self.0.gauges.expiries.lock().unwrap_or_else(PoisonError::into_inner) = expiries;
    }

    /// Connections that are open now.
    pub fn set_open_connections(&self, count: usize) {
        self.0.gauges.open_connections.store(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Bytes of messages that are worked on, and of those that wait for their turn.
    pub fn set_queue(&self, work: usize, waiting: usize) {
        let gauges = &self.0.gauges;
        gauges.work_bytes.store(i64::try_from(work).unwrap_or(i64::MAX), Ordering::Relaxed);
        gauges.waiting_bytes.store(i64::try_from(waiting).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Watchers of the feed now.
    pub fn set_feed_watchers(&self, count: usize) {
        self.0.gauges.feed_watchers.store(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// The highest stability index among the features, how many alarms there are, and by question how far above what was
    /// predicted the share lies that random checks found irregular.
    pub fn set_drift(&self, highest: f64, alarms: usize, calibration: &[(&'static str, f64)]) {
        let thousandths =
            calibration.iter().map(|(question, off)| (*question, (off * 1_000.0).round() as i64));
        *self.0.gauges.calibration.lock().unwrap_or_else(PoisonError::into_inner) = thousandths.collect();
        self.0.gauges.feature_drift.store((highest * 1_000.0).round() as i64, Ordering::Relaxed);
        self.0.gauges.drift_alarms.store(i64::try_from(alarms).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Whether the gateway is ready.
    pub fn set_ready(&self, ready: bool) {
        self.0.gauges.ready.store(i64::from(ready), Ordering::Relaxed);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::of(&opentelemetry::metrics::noop::NoopMeterProvider::new().meter("nowhere"))
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Exposition {
    /// All metrics in Prometheus' text form.
    ///
    /// # Errors
    /// When a metric cannot be written.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

impl std::fmt::Debug for Exposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exposition")
    }
}

const fn place(step: Step, kind: Kind, outcome: Outcome) -> usize {
    (step as usize * KINDS.len() + kind as usize) * OUTCOMES.len() + outcome as usize
}

fn step_labels() -> Vec<[KeyValue; 3]> {
    let mut labels = Vec::with_capacity(STEPS.len() * KINDS.len() * OUTCOMES.len());
    for step in STEPS {
        for kind in KINDS {
            for outcome in OUTCOMES {
                labels.push([
                    KeyValue::new(metric::LABEL_STEP, step),
                    KeyValue::new(metric::LABEL_KIND, kind),
                    KeyValue::new(metric::LABEL_RESULT, outcome),
                ]);
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_exposed_under_its_name() {
        let (metrics, exposition) = Metrics::new().unwrap();
        metrics.step(Step::Persist, Kind::Passengers, Outcome::Fault, Duration::from_millis(3));
        metrics.finding("HS_CODE_UNKNOWN");
        metrics.refusal("QUOTA_EXCEEDED");
        metrics.handshake_refusal("UNKNOWN_CA", 2);
        metrics.pre_decision("GREEN", &Arc::from("first-1"));
        metrics.withheld("BLOCKING_FINDING");
        metrics.submission("synthetic-partner", "recorded");
        metrics.reload("registry", "refused");
        metrics.audit_failure("REFUSED");
        metrics.set_certificate_remaining(9);
        metrics.set_feed_lag(4);
        metrics.set_expiries(vec![
            ("synthetic-partner".to_owned(), ExpiryKind::Anchor, 300),
            ("synthetic-partner".to_owned(), ExpiryKind::RevocationList, -1),
        ]);
        metrics.set_open_connections(3);
        metrics.set_feed_watchers(2);
        metrics.set_queue(8_192, 4_096);
        metrics.rules_only("SCORING_FAILED");
        metrics.redecided(3);
        metrics.set_provisional(2, 60);
        metrics.set_ready(true);

        let text = exposition.text().unwrap();
        for line in [
            "customs_gateway_step_duration_seconds_count{kind=\"passengers\",result=\"fault\",step=\"persist\"} 1",
            "customs_gateway_findings_total{code=\"HS_CODE_UNKNOWN\"} 1",
            "customs_gateway_refusals_total{reason=\"QUOTA_EXCEEDED\"} 1",
            "customs_gateway_handshake_refusals_total{reason=\"UNKNOWN_CA\"} 2",
            "customs_gateway_pre_decisions_total{bundle=\"first-1\",corridor=\"GREEN\"} 1",
            "customs_gateway_withheld_total{cause=\"BLOCKING_FINDING\"} 1",
            "customs_gateway_submissions_total{partner=\"synthetic-partner\",result=\"recorded\"} 1",
            "customs_gateway_reloads_total{result=\"refused\",what=\"registry\"} 1",
            "customs_gateway_audit_failures_total{kind=\"REFUSED\"} 1",
            "customs_gateway_certificate_remaining_seconds 9",
            "customs_gateway_feed_lag_seconds 4",
            "customs_gateway_anchor_remaining_seconds{partner=\"synthetic-partner\"} 300",
            "customs_gateway_crl_remaining_seconds{partner=\"synthetic-partner\"} -1",
            "customs_gateway_open_connections 3",
            "customs_gateway_feed_watchers 2",
            "customs_gateway_work_bytes 8192",
            "customs_gateway_rules_only_total{cause=\"SCORING_FAILED\"} 1",
            "customs_gateway_redecided_total 3",
            "customs_gateway_provisional_manifests 2",
            "customs_gateway_provisional_age_seconds 60",
            "customs_gateway_waiting_bytes 4096",
            "customs_gateway_ready 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn each_step_has_its_own_labels() {
        let labels = step_labels();
        let of =
            |step, kind, outcome| labels[place(step, kind, outcome)].each_ref().map(|l| l.value.to_string());
        assert_eq!(of(Step::Authenticate, Kind::Cargo, Outcome::Ok), ["authenticate", "cargo", "ok"]);
        assert_eq!(of(Step::Watch, Kind::Other, Outcome::Withheld), ["watch", "other", "withheld"]);
    }
}
