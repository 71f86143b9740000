//! Rows become one snapshot, or a list of everything that is wrong with them; never half a snapshot.
//!
//! Nothing here depends on the time: a list that goes stale or a root that expires later must not keep other
//! partners' changes from taking effect. Time is looked at in the handshake.

use std::{collections::HashMap, fmt, sync::Arc};

use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject};

use super::{
    anchor::{Anchor, distribute},
    partner::{ALL_BORDER_POSTS, Load, Partner, Role, Settings},
    registry::{Registration, Snapshot},
};

/// The form of the URI that stands for a partner in its certificates.
pub const PARTNER_URI_PREFIX: &str = "urn:customs:partner:";

const MAX_ID_CHARACTERS: usize = 64;
const MAX_URI_CHARACTERS: usize = 255;

/// One in use and one to follow it.
pub(super) const MAX_NAMED_CERTIFICATES: usize = 2;

/// One partner as it is stored, before it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerEntry {
    /// The partner's id.
    pub id: String,
    /// [`Settings`] as JSON.
    pub settings_json: String,
    /// The CA certificates that may vouch for it, PEM.
    pub anchors_pem: String,
    /// Revocation lists of these CAs and of intermediates below them, PEM; empty when there are none.
    pub crls_pem: String,
}

/// Something wrong with a registry: whose, where and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The partner's id, or its folder.
    pub partner: String,
    /// The setting or file, for instance `subject_uris` or `anchors.pem, certificate 2`.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "partner {}: {}: {}", self.partner, self.place, self.problem)
    }
}

/// Proves a whole registry. CPU work that grows with the revocation lists (about 50 ms for 100,000 entries): call it
/// off the runtime's threads.
///
/// # Errors
/// All problems of all partners, located; nothing is published then.
pub fn prove(entries: Vec<PartnerEntry>) -> Result<Snapshot, Vec<Problem>> {
    let mut snapshot = Snapshot::default();
    let mut problems = Problems::default();
    let mut ids: HashMap<String, ()> = HashMap::new();
    for entry in entries {
        problems.partner.clone_from(&entry.id);
        if ids.insert(entry.id.clone(), ()).is_some() {
            problems.add("id", "is registered twice");
        }
        let settings = match serde_json::from_str::<Settings>(&entry.settings_json) {
            Ok(settings) => settings,
            Err(error) => {
                problems.add("settings", &error.to_string());
                continue;
            }
        };
        let anchors = anchors(&entry, &mut problems);
        let digests: Arc<[[u8; 32]]> = anchors.iter().map(|anchor| anchor.digest).collect();
        for anchor in anchors {
            match snapshot.anchors.get_mut(&anchor.digest) {
                Some(known) => known.merge(anchor),
                None => {
                    snapshot.anchors.insert(anchor.digest, anchor);
                }
            }
        }
        for digest in &settings.denied_certificates {
            match parse_digest(digest) {
                Some(digest) => {
                    snapshot.denied.insert(digest);
                }
                None => {
                    problems.add("denied_certificates", "is not a SHA-256 digest of 64 hexadecimal digits")
                }
            }
        }
        let certificates = named(&settings, &mut problems);
        let partner = Arc::new(partner(&entry.id, settings, &mut problems));
        for uri in &partner.subject_uris {
            let registration = Registration {
                partner: partner.clone(),
                anchors: digests.clone(),
                certificates: certificates.clone(),
            };
            if let Some(other) = snapshot.registrations.insert(uri.clone(), registration) {
                problems.add("subject_uris", &format!("{uri} already means partner {}", other.partner.id));
            }
        }
    }
    if problems.found.is_empty() { Ok(snapshot) } else { Err(problems.found) }
}

#[derive(Debug, Default)]
struct Problems {
    partner: String,
    found: Vec<Problem>,
}

impl Problems {
    fn add(&mut self, place: &str, problem: &str) {
        self.found.push(Problem {
            partner: self.partner.clone(),
            place: place.to_owned(),
            problem: problem.to_owned(),
        });
    }
}

fn partner(id: &str, settings: Settings, problems: &mut Problems) -> Partner {
    let mut check = |good: bool, place: &str, problem: &str| {
        if !good {
            problems.add(place, problem);
        }
    };
    check(settings.id == id, "id", "differs from the id it is stored or filed under");
    check(is_id(id), "id", "must be 1 to 64 lower-case letters, digits and inner hyphens");
    let submits = settings.role == Role::Submitter;
    check(submits != settings.loads.is_empty(), "loads", "submitters need at least one, other roles none");
    check(
        settings.role != Role::BorderPost || !settings.border_posts.is_empty(),
        "border_posts",
        "a border post must say which post it is",
    );
    check(settings.quota_per_minute > 0, "quota_per_minute", "must be greater than zero");
    // Nothing said must not mean everything allowed.
    check(
        !submits || !settings.border_posts.is_empty(),
        "border_posts",
        "a submitter must say for which posts, or \"*\" for all",
    );
    let all = settings.border_posts.contains(ALL_BORDER_POSTS);
    check(
        !all || submits && settings.border_posts.len() == 1,
        "border_posts",
        "\"*\" is for submitters, and stands alone",
    );
    for post in settings.border_posts.iter().filter(|post| *post != ALL_BORDER_POSTS) {
        check(is_post(post), "border_posts", "codes are 2 to 35 upper-case letters, digits and hyphens");
    }
    let own_uri = format!("{PARTNER_URI_PREFIX}{id}");
    let mut subject_uris = settings.subject_uris;
    if subject_uris.is_empty() {
        subject_uris.insert(own_uri.clone());
    }
    for uri in &subject_uris {
        check(is_uri(uri), "subject_uris", "must be a URI of at most 255 printable characters");
        check(
            !uri.starts_with(PARTNER_URI_PREFIX) || *uri == own_uri,
            "subject_uris",
            "names another partner",
        );
    }
    Partner {
        id: settings.id,
        role: settings.role,
        may_submit_cargo: settings.loads.contains(&Load::Cargo),
        may_submit_passengers: settings.loads.contains(&Load::Passengers),
        border_posts: settings.border_posts,
        quota_per_minute: settings.quota_per_minute,
        test: settings.test,
        suspended: settings.suspended,
        subject_uris,
    }
}

/// The certificates that are named; empty where none is.
fn named(settings: &Settings, problems: &mut Problems) -> Arc<[[u8; 32]]> {
    if settings.certificates.len() > MAX_NAMED_CERTIFICATES {
        problems.add("certificates", "are more than two: one in use and one to follow it");
    }
    let mut digests = Vec::new();
    for certificate in &settings.certificates {
        match parse_digest(&certificate.sha256) {
            Some(digest) => digests.push(digest),
            None => problems.add("certificates", "is not a SHA-256 digest of 64 hexadecimal digits"),
        }
        if certificate.not_after.parse::<jiff::Timestamp>().is_err() {
            problems.add("certificates", "not_after is not an instant, for instance 2027-01-31T00:00:00Z");
        }
    }
    digests.into()
}

fn anchors(entry: &PartnerEntry, problems: &mut Problems) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    for (index, der) in CertificateDer::pem_slice_iter(entry.anchors_pem.as_bytes()).enumerate() {
        let parsed = der.map_err(|error| pem_problem(&error)).and_then(|der| Anchor::parse(&der));
        match parsed {
            Ok(anchor) => anchors.push(anchor),
            Err(problem) => problems.add(&format!("anchors.pem, certificate {}", index + 1), &problem),
        }
    }
    if anchors.is_empty() {
        problems.add("anchors.pem", "holds no usable CA certificate");
    }
    let mut lists = 0;
    for (index, der) in CertificateRevocationListDer::pem_slice_iter(entry.crls_pem.as_bytes()).enumerate() {
        lists += 1;
        let taken = der.map_err(|error| pem_problem(&error)).and_then(|der| distribute(der, &mut anchors));
        if let Err(problem) = taken {
            problems.add(&format!("crl.pem, list {}", index + 1), &problem);
        }
    }
    if lists == 0 && !entry.crls_pem.trim().is_empty() {
        problems.add("crl.pem", "holds no revocation list (PEM, X509 CRL)");
    }
    anchors
}

fn pem_problem(error: &rustls_pki_types::pem::Error) -> String {
    format!("is not readable PEM: {error}")
}

fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_ID_CHARACTERS).contains(&id.len())
        && id.chars().all(allowed)
        && !id.starts_with('-')
        && !id.ends_with('-')
}

fn is_post(code: &str) -> bool {
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    (2..=35).contains(&code.len()) && code.chars().all(allowed)
}

fn is_uri(uri: &str) -> bool {
    let scheme_ends = uri.find(':').unwrap_or(0);
    scheme_ends > 0
        && scheme_ends + 1 < uri.len()
        && uri.len() <= MAX_URI_CHARACTERS
        && uri.chars().all(|c| c.is_ascii_graphic())
}

fn parse_digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
