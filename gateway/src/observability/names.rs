//! Every span, field and metric name, so that dashboards, alerts and documents have one place to look.

/// Names of spans: the steps, so that a trace is the folder listing with durations.
pub mod span {
    /// One request of a connection, as the transport sees it; the calls in it are its children.
    pub const REQUEST: &str = "request";
    /// One call from its first byte to its last.
    pub const CALL: &str = "call";
    /// A TCP connection becomes a peer.
    pub const AUTHENTICATE: &str = "authenticate";
    /// Received bytes become what the partner declared.
    pub const DECODE: &str = "decode";
    /// Declared words become codes, units and instants.
    pub const NORMALIZE: &str = "normalize";
    /// Rules across fields.
    pub const VALIDATE: &str = "validate";
    /// Features, model and policy.
    pub const SCORE: &str = "score";
    /// The transaction.
    pub const PERSIST: &str = "persist";
    /// The answer.
    pub const REPLY: &str = "reply";
    /// A watcher's stream.
    pub const WATCH: &str = "watch";
}

/// Names of fields of spans and events.
pub mod field {
    /// Id of the manifest (UUIDv7), never the sender's reference.
    pub const MANIFEST_ID: &str = "manifest.id";
    /// Id of the partner, from the registry.
    pub const PARTNER_ID: &str = "partner.id";
    /// Code of the border post.
    pub const BORDER_POST_CODE: &str = "border_post.code";
    /// Name and version of the model bundle.
    pub const BUNDLE_VERSION: &str = "bundle.version";
    /// Id of the trace (W3C Trace Context), the partner's when it sent one.
    pub const TRACE_ID: &str = "trace.id";
    /// Method of the contract.
    pub const METHOD: &str = "rpc.method";
    /// Reason of a refusal or fault.
    pub const REASON: &str = "reason";
    /// Id under which the cause of a fault is logged; the partner is given the same.
    pub const FAULT_ID: &str = "fault.id";
}

/// Names of metrics and of their labels, as Prometheus shows them.
pub mod metric {
    /// Histogram, seconds: how long a step took. Labels: step, kind, result.
    pub const STEP_DURATION: &str = "customs_gateway_step_duration_seconds";
    /// Counter: submissions. Labels: partner, result.
    pub const SUBMISSIONS: &str = "customs_gateway_submissions_total";
    /// Counter: findings. Label: code.
    pub const FINDINGS: &str = "customs_gateway_findings_total";
    /// Counter: refusals and faults that a caller was told. Label: reason.
    pub const REFUSALS: &str = "customs_gateway_refusals_total";
    /// Counter: connections that ended in the handshake. Label: reason.
    pub const HANDSHAKE_REFUSALS: &str = "customs_gateway_handshake_refusals_total";
    /// Counter: roll-up pre-decisions. Labels: corridor, bundle.
    pub const PRE_DECISIONS: &str = "customs_gateway_pre_decisions_total";
    /// Counter: subjects without a pre-decision. Label: cause.
    pub const WITHHELD: &str = "customs_gateway_withheld_total";
    /// Counter: manifests for which rules alone decided. Label: cause.
    pub const RULES_ONLY: &str = "customs_gateway_rules_only_total";
    /// Counter: later pre-decisions that were published.
    pub const REDECIDED: &str = "customs_gateway_redecided_total";
    /// Gauge: manifests for which rules alone decided, and that wait to be judged again.
    pub const PROVISIONAL: &str = "customs_gateway_provisional_manifests";
    /// Gauge, seconds: since when the first of them waits.
    pub const PROVISIONAL_AGE: &str = "customs_gateway_provisional_age_seconds";
    /// Counter: reloads of credentials, registry or revocation lists. Labels: what, result.
    pub const RELOADS: &str = "customs_gateway_reloads_total";
    /// Counter: events that could not be audited. Label: kind.
    pub const AUDIT_FAILURES: &str = "customs_gateway_audit_failures_total";
    /// Gauge, seconds: until the gateway's own certificate ends.
    pub const CERTIFICATE_REMAINING: &str = "customs_gateway_certificate_remaining_seconds";
    /// Gauge, seconds: until the first of a partner's trust anchors ends. Label: partner.
    pub const ANCHOR_REMAINING: &str = "customs_gateway_anchor_remaining_seconds";
    /// Gauge, seconds: until the first of a partner's revocation lists is past its next update. Label: partner.
    pub const CRL_REMAINING: &str = "customs_gateway_crl_remaining_seconds";
    /// Gauge, seconds: for how long the watcher that is furthest behind has had something that it was not told.
    pub const FEED_LAG: &str = "customs_gateway_feed_lag_seconds";
    /// Gauge: open connections.
    pub const OPEN_CONNECTIONS: &str = "customs_gateway_open_connections";
    /// Gauge, bytes: messages that are worked on.
    pub const WORK_BYTES: &str = "customs_gateway_work_bytes";
    /// Gauge, bytes: messages that wait for their turn.
    pub const WAITING_BYTES: &str = "customs_gateway_waiting_bytes";
    /// Gauge: watchers of the feed.
    pub const FEED_WATCHERS: &str = "customs_gateway_feed_watchers";
    /// Gauge, thousandths: the highest population stability index among the features.
    pub const FEATURE_DRIFT: &str = "customs_gateway_feature_drift_thousandths";
    /// Gauge: features that moved and questions that are miscalibrated on random checks.
    pub const DRIFT_ALARMS: &str = "customs_gateway_drift_alarms";
    /// Gauge, thousandths: the share that random checks found irregular less what was predicted. Label: question.
    pub const RANDOM_CHECK_CALIBRATION: &str = "customs_gateway_random_check_calibration_thousandths";
    /// Gauge: 1 when the gateway can authenticate, decide and persist.
    pub const READY: &str = "customs_gateway_ready";

    /// Label: step of the way.
    pub const LABEL_STEP: &str = "step";
    /// Label: `cargo`, `passengers` or `other`; of audit failures, the audit event.
    pub const LABEL_KIND: &str = "kind";
    /// Label: how it ended.
    pub const LABEL_RESULT: &str = "result";
    /// Label: a finding's code.
    pub const LABEL_CODE: &str = "code";
    /// Label: a refusal's reason.
    pub const LABEL_REASON: &str = "reason";
    /// Label: partner id.
    pub const LABEL_PARTNER: &str = "partner";
    /// Label: corridor, or `WITHHELD`.
    pub const LABEL_CORRIDOR: &str = "corridor";
    /// Label: name and version of the model bundle.
    pub const LABEL_BUNDLE: &str = "bundle";
    /// Label: why a subject was withheld.
    pub const LABEL_CAUSE: &str = "cause";
    /// Label: which of the model's two questions.
    pub const LABEL_QUESTION: &str = "question";
    /// Label: what was reloaded.
    pub const LABEL_WHAT: &str = "what";
}
