//! What can go wrong, in the words of the one who can act.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proto::v1::Refusal;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::channel::HandshakeEnded;

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is missing or wrong.
    #[error("{0}")]
    Config(String),
    /// A file cannot be used.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is the matter with it.
        problem: String,
    },
    /// Nobody answers, or the connection was lost.
    #[error("cannot reach the gateway: {0}")]
    Unreachable(String),
    /// The TLS handshake was ended by either side; `alert` is TLS's own word where the gateway sent one.
    #[error("the TLS handshake failed: {problem}")]
    Handshake {
        /// The gateway's alert in TLS's words, for instance `certificate_required`.
        alert: Option<String>,
        /// What happened.
        problem: String,
    },
    /// What answers does not prove to be the gateway of the settings: another root or name, or not TLS at all.
    #[error("what answers is not the gateway of these settings: {problem}")]
    Untrusted {
        /// What is the matter.
        problem: String,
    },
    /// The gateway answered that it will not, or cannot.
    #[error("{0}")]
    Refused(Box<Refused>),
    /// The receipt does not cover the bytes that were sent.
    #[error("the receipt of {manifest} does not match what was sent")]
    DigestDiffers {
        /// Resource name of the manifest.
        manifest: String,
    },
    /// An answer lacks what the contract promises.
    #[error("the gateway's answer lacks {0}")]
    AnswerIncomplete(&'static str),
}

/// A refusal or a fault as the gateway put it: a gRPC status with its `google.rpc` details, or the stream's form of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// gRPC code.
    pub code: Code,
    /// Upper snake case reason of `ErrorInfo`; empty where none was given.
    pub reason: String,
    /// In plain words.
    pub message: String,
    /// Changing parts, for instance the id under which the gateway's operator finds the cause.
    pub metadata: BTreeMap<String, String>,
    /// When to try again, where the gateway said so.
    pub retry_after: Option<Duration>,
    /// Fields that are wrong, with what is wrong.
    pub fields: Vec<(String, String)>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reason = if self.reason.is_empty() { format!("{:?}", self.code) } else { self.reason.clone() };
        write!(f, "{reason}: {}", self.message)
    }
}

impl Error {
    pub(crate) fn file(path: &Path, problem: impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), problem: problem.to_string().trim_end().to_owned() }
    }

    /// What a failed call means.
    pub(crate) fn from_status(status: Status) -> Self {
        if let Some(ended) = find::<HandshakeEnded>(&status) {
            return ended.error();
        }
        let details = status.get_error_details();
        let info = details.error_info();
        // Without ErrorInfo the words are not the gateway's: the connection is gone, or a machine between us spoke.
        if info.is_none() && matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled) {
            return Self::Unreachable(innermost(&status));
        }
        Self::Refused(Box::new(Refused {
            code: status.code(),
            reason: info.map(|info| info.reason.clone()).unwrap_or_default(),
            message: status.message().to_owned(),
            metadata: info.map(|info| info.metadata.clone().into_iter().collect()).unwrap_or_default(),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
            fields: details
                .bad_request()
                .map(|bad| &bad.field_violations)
                .into_iter()
                .flatten()
                .map(|violation| (violation.field.clone(), violation.description.clone()))
                .collect(),
        }))
    }

    /// What a refused element of a stream means.
    pub(crate) fn from_refusal(refusal: Refusal) -> Self {
        let retry_after = refusal.retry_after.and_then(|after| Duration::try_from(after).ok());
        Self::Refused(Box::new(Refused {
            code: Code::from_i32(refusal.code),
            reason: refusal.reason,
            message: refusal.message,
            metadata: refusal.metadata.into_iter().collect(),
            retry_after,
            fields: Vec::new(),
        }))
    }

    /// What a failed connection means.
    pub(crate) fn from_transport(error: &tonic::transport::Error) -> Self {
        match find::<HandshakeEnded>(error) {
            Some(ended) => ended.error(),
            None => Self::Unreachable(innermost(error)),
        }
    }

    /// Would the same call again have a chance? Repeating is safe by contract.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused(refused) => {
                let busy = matches!(refused.code, Code::Unavailable | Code::ResourceExhausted);
                // What is too large stays so.
                refused.retry_after.is_some() || busy && refused.reason != "MESSAGE_TOO_LARGE"
            }
            _ => false,
        }
    }

    /// When the gateway wants to be asked again.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            _ => None,
        }
    }

    /// What to do about it, in a sentence.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Config(_) => "see corridor --help for the settings".into(),
            Self::File { .. } => "put the file right; nothing was sent".into(),
            Self::Unreachable(_) => "check address and network; the same call again is safe".into(),
            Self::Handshake { alert, .. } => alert_remedy(alert.as_deref()).into(),
            Self::Untrusted { .. } => {
                "compare address, ca_file and server_name with what the gateway's operator gave; nothing was sent".into()
            }
            Self::Refused(refused) if !refused.reason.is_empty() => {
                let again = if self.is_retryable() { "the same call again later is safe; " } else { "" };
                format!("{again}see docs/reasons/{}.md", refused.reason)
            }
            Self::Refused(_) => "ask the gateway's operator, with the time of the call".into(),
            Self::DigestDiffers { .. } => {
                "do not rely on this receipt: something between us and the gateway changed the message".into()
            }
            Self::AnswerIncomplete(_) => {
                "the gateway and this client do not agree on the contract: update".into()
            }
        }
    }
}

fn alert_remedy(alert: Option<&str>) -> &'static str {
    match alert {
        Some("certificate_required") => {
            "set certificate_file and key_file: the gateway talks to nobody without one; see \
             docs/reasons/NO_CERTIFICATE.md"
        }
        Some("unknown_ca") => {
            "the gateway knows no root that vouches for this certificate: is it the one that was registered? see \
             docs/reasons/UNKNOWN_ISSUER.md"
        }
        Some("certificate_revoked") => {
            "this certificate was revoked: use its successor, or ask your administration's CA; see \
             docs/reasons/REVOKED.md"
        }
        Some("certificate_expired") => "this certificate is expired: renew it; see docs/reasons/EXPIRED.md",
        Some(_) => {
            "the gateway did not take this certificate: compare it with what was registered; see docs/reasons/README.md"
        }
        None => "check the address, and whether something between us and the gateway ends connections",
    }
}

/// The first error of a kind in a chain of causes.
fn find<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref::<T>())
}

/// The words of the innermost cause: the outer ones say "transport error".
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error).to_string()
}
