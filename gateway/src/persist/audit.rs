//! What is audited: rows, not logs, and never personal data.

use jiff::Timestamp;
use uuid::Uuid;

use super::outcome::words;

words! {
    /// What happened. The catalogue grows, never shrinks; `docs/AUDIT-EVENTS.md` describes each.
    AuditKind {
        /// A manifest was recorded.
        Submitted = "SUBMITTED",
        /// An earlier submission's answer was given again.
        Repeated = "REPEATED",
        /// A manifest was recorded as rejected.
        Rejected = "REJECTED",
        /// A call was refused; the reason says why.
        Refused = "REFUSED",
        /// A manifest was withdrawn by its sender.
        Cancelled = "CANCELLED",
        /// A post reported what an inspection found.
        OutcomeReported = "OUTCOME_REPORTED",
        /// A post corrected such a report.
        OutcomeCorrected = "OUTCOME_CORRECTED",
        /// Inspection capacities were imported; the reason is the share of random checks, the days, the posts and the file's
        /// digest.
        CapacityImported = "CAPACITY_IMPORTED",
        /// The hash of a day's seed of random checks was made known; the reason is the hash.
        DrawCommitted = "DRAW_COMMITTED",
        /// That seed was revealed; the reason is its hash.
        DrawRevealed = "DRAW_REVEALED",
        /// Drift was found; the count is of the posts' days on which more is now checked at random.
        DriftFound = "DRIFT_FOUND",
        /// A model bundle was promoted, or gone back to; the reason is its digest.
        BundleTaken = "BUNDLE_TAKEN",
        /// The register of authorised economic operators was imported.
        OperatorsImported = "OPERATORS_IMPORTED",
        /// A later revision restates a manifest.
        Amended = "AMENDED",
        /// A border post reported that a manifest's conveyance has come.
        Arrived = "ARRIVED",
        /// A border post reported that it was released.
        Completed = "COMPLETED",
        /// A manifest never arrived in time.
        Expired = "EXPIRED",
        /// A sender announced that a manifest's conveyance has arrived.
        ArrivalAnnounced = "ARRIVAL_ANNOUNCED",
        /// Rules alone had decided about a manifest; history and model decided later.
        Redecided = "REDECIDED",
        /// Natural persons of a manifest were read.
        PersonsRead = "PERSONS_READ",
        /// A manifest was checked without being recorded.
        DryRun = "DRY_RUN",
        /// Handshakes were refused: a count for one reason, source network and minute.
        HandshakesRefused = "HANDSHAKES_REFUSED",
        /// The partner registry was imported.
        PartnersImported = "PARTNERS_IMPORTED",
        /// A partner was registered by the command line.
        PartnerAdded = "PARTNER_ADDED",
        /// What a partner may do was changed, or its revocation lists.
        PartnerChanged = "PARTNER_CHANGED",
        /// A partner, or one certificate of it, was suspended; the reason is the certificate's digest.
        PartnerSuspended = "PARTNER_SUSPENDED",
        /// That was taken back.
        PartnerAllowed = "PARTNER_ALLOWED",
        /// A certificate or a root of a partner was added, dropped or replaced; the reason is the digest.
        PartnerRotated = "PARTNER_ROTATED",
        /// A partner was removed from the registry.
        PartnerRemoved = "PARTNER_REMOVED",
        /// A certificate was signed for a partner; the reason is its digest.
        CertificateSigned = "CERTIFICATE_SIGNED",
        /// A border post was added, changed or removed; the reason is its code.
        BorderPostChanged = "BORDER_POST_CHANGED",
        /// The audit itself was read; the count is of the events that were shown.
        AuditRead = "AUDIT_READ",
        /// Past outcomes were imported.
        HistoryImported = "HISTORY_IMPORTED",
        /// Certificates, anchors, revocation lists or the registry were taken into use without restart.
        CredentialsReloaded = "CREDENTIALS_RELOADED",
        /// A new configuration of those was refused; the last good one stays.
        ReloadRefused = "RELOAD_REFUSED",
        /// Keys of manifests were destroyed.
        Purged = "PURGED",
        /// The gateway started.
        Started = "STARTED",
        /// The gateway stopped in order.
        Stopped = "STOPPED",
    }
}

/// One audited event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// What happened.
    pub kind: AuditKind,
    /// When.
    pub event_time: Timestamp,
    /// Who did it: the peer's partner id where there is one.
    pub partner_id: Option<String>,
    /// Which manifest it is about.
    pub manifest_id: Option<Uuid>,
    /// The caller's id of the request.
    pub request_id: Option<String>,
    /// Upper snake case reason of a refusal.
    pub reason: Option<String>,
    /// Where it came from, shortened to a network (/24 or /48).
    pub source_network: Option<String>,
    /// How often; 1 but for counted events.
    pub count: i64,
    /// Who ran the command that did it; none of what a serving gateway does.
    pub operator: Option<String>,
}

impl AuditEvent {
    /// An event that happened once, about nothing in particular yet.
    #[must_use]
    pub fn new(kind: AuditKind, event_time: Timestamp) -> Self {
        Self {
            kind,
            event_time,
            partner_id: None,
            manifest_id: None,
            request_id: None,
            reason: None,
            source_network: None,
            count: 1,
            operator: None,
        }
    }

    /// Who did it.
    #[must_use]
    pub fn partner(mut self, partner_id: &str) -> Self {
        self.partner_id = Some(partner_id.to_owned());
        self
    }

    /// Which manifest it is about.
    #[must_use]
    pub fn manifest(mut self, id: Uuid) -> Self {
        self.manifest_id = Some(id);
        self
    }

    /// The caller's id of the request; an empty one is none.
    #[must_use]
    pub fn request(mut self, request_id: Option<&str>) -> Self {
        self.request_id = request_id.filter(|id| !id.is_empty()).map(ToOwned::to_owned);
        self
    }

    /// Why it was refused.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// From which network it came.
    #[must_use]
    pub fn source_network(mut self, network: &str) -> Self {
        self.source_network = Some(network.to_owned());
        self
    }

    /// Who ran the command; an empty name is nobody.
    #[must_use]
    pub fn by(mut self, operator: &str) -> Self {
        self.operator = Some(operator).filter(|name| !name.is_empty()).map(ToOwned::to_owned);
        self
    }

    /// How often it happened.
    #[must_use]
    pub fn count(mut self, count: i64) -> Self {
        self.count = count;
        self
    }
}
