//! Why a call is refused or failed: one closed list, from which the `Status`, the stream's refusal, the documents
//! and the metrics take their words. A reason says what happened in general; values travel beside it.

use tonic::Code;

/// The `domain` of every `google.rpc.ErrorInfo` that we send.
pub const DOMAIN: &str = "prearrival.customs.uz";

macro_rules! reasons {
    ($( $(#[doc = $doc:literal])+ $name:ident = $wire:literal, $code:ident, $retryable:literal, $message:literal; )+) => {
        /// Every reason there is; each has a page `docs/reasons/<WIRE_NAME>.md`. Grows, never shrinks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $( $(#[doc = $doc])+ $name, )+ }

        impl Reason {
            /// Every reason, in declaration order.
            pub const ALL: &[Reason] = &[$( Reason::$name, )+];

            /// The reason's word on the wire (`ErrorInfo.reason`), in metrics and in the audit.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Reason::$name => $wire, )+ }
            }

            /// The gRPC status code that it travels with.
            #[must_use]
            pub const fn code(self) -> Code {
                match self { $( Reason::$name => Code::$code, )+ }
            }

            /// May the same request be sent again, unchanged, with hope? Then a `RetryInfo` says when.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self { $( Reason::$name => $retryable, )+ }
            }

            /// What the peer is told, in plain words: the same for everybody, so never personal data.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $( Reason::$name => $message, )+ }
            }
        }
    };
}

reasons! {
    /// The certificate is good, but no partner is registered under its identity.
    NotRegistered = "NOT_REGISTERED", Unauthenticated, false,
        "no partner is registered under this certificate's identity";
    /// The identity belongs to a partner whose certificates another authority issues.
    VouchedByAnother = "VOUCHED_BY_ANOTHER", Unauthenticated, false,
        "the certificate's issuer may not vouch for this identity";
    /// The partner is registered and, for now, not listened to.
    PartnerSuspended = "PARTNER_SUSPENDED", PermissionDenied, false,
        "the partner is suspended";
    /// The certificate was revoked after the connection was made.
    CertificateRevoked = "CERTIFICATE_REVOKED", Unauthenticated, false,
        "the certificate is revoked";
    /// The certificate's validity ended after the connection was made.
    CertificateExpired = "CERTIFICATE_EXPIRED", Unauthenticated, false,
        "the certificate is expired";
    /// The partner's role does not include this call.
    RoleNotAllowed = "ROLE_NOT_ALLOWED", PermissionDenied, false,
        "the partner's role does not include this call";
    /// The partner may submit, but not this kind of load.
    LoadNotAllowed = "LOAD_NOT_ALLOWED", PermissionDenied, false,
        "the partner may not submit this kind of load";
    /// The partner may not submit for, or speak for, this border post.
    BorderPostNotAllowed = "BORDER_POST_NOT_ALLOWED", PermissionDenied, false,
        "the partner may not act for this border post";
    /// The partner has made more submissions, calls or dry runs this minute than agreed.
    QuotaExceeded = "QUOTA_EXCEEDED", ResourceExhausted, true,
        "what the partner may ask for in this minute is used up; `counter` says of what";
    /// The bytes are not a message of the contract.
    MessageUndecodable = "MESSAGE_UNDECODABLE", InvalidArgument, false,
        "the message is not in the form of the contract";
    /// The message is of the contract, but the request cannot be acted on.
    RequestInvalid = "REQUEST_INVALID", InvalidArgument, false,
        "the request cannot be acted on as it stands";
    /// No reader knows the document.
    DocumentNotRecognised = "DOCUMENT_NOT_RECOGNISED", InvalidArgument, false,
        "the document is in none of the formats that are read";
    /// The document, or one message of it, is not what it claims to be, or ends in the middle.
    DocumentUnreadable = "DOCUMENT_UNREADABLE", InvalidArgument, false,
        "the document cannot be read; `place` and `problem` say where and why";
    /// The message is larger than is read. RESOURCE_EXHAUSTED, as other gRPC servers answer it.
    MessageTooLarge = "MESSAGE_TOO_LARGE", ResourceExhausted, false,
        "the message is larger than is read";
    /// The same key was used before, for other words.
    RevisionConflict = "REVISION_CONFLICT", AlreadyExists, false,
        "another manifest was recorded under this reference, part and revision";
    /// There is no such manifest, or it is none of the peer's.
    ManifestNotFound = "MANIFEST_NOT_FOUND", NotFound, false,
        "there is no such manifest";
    /// There is no such pre-decision, or it is none of the peer's.
    PreDecisionNotFound = "PRE_DECISION_NOT_FOUND", NotFound, false,
        "there is no such pre-decision";
    /// There is no such report of an inspection, or it is none of the peer's.
    OutcomeNotFound = "OUTCOME_NOT_FOUND", NotFound, false,
        "there is no such outcome";
    /// Something else was reported under the same reference and revision, or about the same part of the manifest.
    OutcomeConflict = "OUTCOME_CONFLICT", AlreadyExists, false,
        "another outcome was recorded there; correct it with its next revision";
    /// The manifest's life has moved past this step.
    StateConflict = "STATE_CONFLICT", FailedPrecondition, false,
        "the manifest's state does not allow this";
    /// The resume token is not one that we gave to this peer.
    ResumeTokenInvalid = "RESUME_TOKEN_INVALID", InvalidArgument, false,
        "the resume token is not one that was given to this peer";
    /// The store does not answer; nothing was recorded.
    StoreUnavailable = "STORE_UNAVAILABLE", Unavailable, true,
        "the store does not answer; no receipt was given";
    /// The gateway has as much to do as it takes on.
    Overloaded = "OVERLOADED", ResourceExhausted, true,
        "the gateway has as much to do as it takes on";
    /// The gateway is being stopped; another or the next one answers.
    ShuttingDown = "SHUTTING_DOWN", Unavailable, true,
        "the gateway is being stopped";
    /// The time given for the call ran out. The manifest may have been recorded: repeat it to learn.
    DeadlineExceeded = "DEADLINE_EXCEEDED", DeadlineExceeded, true,
        "the time given for the call ran out; repeat the call to learn what became of it";
    /// The contract has no such call, or asks for a feature that is not offered.
    Unimplemented = "UNIMPLEMENTED", Unimplemented, false,
        "the gateway does not offer this";
    /// Our trouble, and not one that the peer can act on.
    Internal = "INTERNAL", Internal, false,
        "the gateway failed; quote the fault id when reporting it";
}

impl Reason {
    /// The reason that a wire name stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
    }

    /// Is it our trouble (a fault, logged under an id) rather than a refusal?
    #[must_use]
    pub const fn is_fault(self) -> bool {
        matches!(self, Reason::StoreUnavailable | Reason::Internal)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_unique_upper_snake_and_found_again() {
        let words: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            let word = reason.as_str();
            assert!(word.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{word}");
            assert_eq!(Reason::parse(word), Some(*reason));
        }
        assert_eq!(Reason::parse("no such reason"), None);
    }

    #[test]
    fn messages_are_lower_case_without_full_stop() {
        for reason in Reason::ALL {
            let message = reason.message();
            assert!(message.starts_with(char::is_lowercase) && !message.ends_with('.'), "{message}");
        }
    }

    #[test]
    fn retryable_reasons_have_codes_that_clients_retry() {
        for reason in Reason::ALL.iter().filter(|reason| reason.retryable()) {
            assert!(
                matches!(reason.code(), Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded),
                "{reason:?}"
            );
        }
    }
}
