//! What a peer is told when a call brings no result: gathered once, then given the form of a `Status` or of the
//! stream's `Refusal`. Never personal data: paths and counts, not what stood there.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use proto::v1;
use tonic::{Code, Status, metadata::MetadataMap};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::reason::{DOMAIN, Reason};
use super::remedies;

/// A refusal or a fault, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Why, from the closed list.
    pub reason: Reason,
    /// Changing parts, as in `ErrorInfo.metadata`.
    pub metadata: BTreeMap<&'static str, String>,
    /// Fields that stand in the way: path in the contract's form, and what is wrong there in plain words.
    pub violations: Vec<(String, String)>,
    /// When to try again; set for retryable reasons only.
    pub retry_after: Option<Duration>,
}

/// Without a better estimate, a peer comes back after a second.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What is told may be longer by up to this part of it: who was refused together does not come back together.
const JITTER: f64 = 0.5;

/// A little longer than said, by chance. The hasher's keys are the standard library's own randomness: good enough for this.
fn jittered(wait: Duration) -> Duration {
    let part = RandomState::new().hash_one(0) as f64 / u64::MAX as f64;
    wait.saturating_add(wait.mul_f64(JITTER * part))
}

/// How gRPC's own libraries are told when to repeat a call, or by -1 not to (gRFC A6). It comes before the pauses of their policy.
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// RESOURCE_EXHAUSTED means two things: that it is full just now, and that repeating is of no use before the minute is over, or at
/// all. A library that repeats by the code alone would do the second, so it is told.
fn pushback(reason: Reason, wait: Option<Duration>) -> MetadataMap {
    let mut metadata = MetadataMap::new();
    let told = match (reason, wait) {
        (Reason::Overloaded, Some(wait)) => Some(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
        _ if reason.code() == Code::ResourceExhausted => Some(-1),
        _ => None,
    };
    if let Some(told) = told {
        metadata.insert(PUSHBACK, told.into());
    }
    metadata
}

impl Notice {
    /// A notice with nothing but its reason (and the usual time to wait, when trying again may help).
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            retry_after: reason.retryable().then_some(RETRY_AFTER),
        }
    }

    /// With one more changing part.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.metadata.insert(key, value.to_string());
        self
    }

    /// With one more field that stands in the way.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>, what: impl Into<String>) -> Self {
        self.violations.push((path.into(), what.into()));
        self
    }

    /// With another time to wait, if trying again may help at all.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = self.reason.retryable().then_some(wait);
        self
    }

    /// As a `Status` with `google.rpc` details: `ErrorInfo` always, `BadRequest` and `RetryInfo` where they apply.
    #[must_use]
    pub fn into_status(self) -> Status {
        let metadata = self.told();
        let mut details = ErrorDetails::with_error_info(self.reason.as_str(), DOMAIN, metadata);
        for (path, what) in self.violations {
            details.add_bad_request_violation(path, what);
        }
        let wait = self.retry_after.map(jittered);
        if wait.is_some() {
            details.set_retry_info(wait);
        }
        let (code, message) = (self.reason.code(), self.reason.message());
        Status::with_error_details_and_metadata(code, message, details, pushback(self.reason, wait))
    }

    /// As the refusal of one element of a stream. Violations travel as metadata `field_path`, first one only:
    /// the stream's form has no list for them.
    #[must_use]
    pub fn into_refusal(self) -> v1::Refusal {
        let mut metadata = self.told();
        if let Some((path, what)) = self.violations.into_iter().next() {
            metadata.insert("field_path".to_owned(), path);
            metadata.insert("field_problem".to_owned(), what);
        }
        v1::Refusal {
            code: i32::from(self.reason.code()),
            reason: self.reason.as_str().to_owned(),
            message: self.reason.message().to_owned(),
            metadata,
            retry_after: self
                .retry_after
                .and_then(|wait| prost_types::Duration::try_from(jittered(wait)).ok()),
        }
    }

    /// The changing parts as they travel: with what to do in every language, unless the notice says it in words of its own.
    fn told(&self) -> HashMap<String, String> {
        let own = self.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        let mut metadata: HashMap<String, String> = own.collect();
        for (language, name) in remedies::NAMES {
            metadata.entry(name.to_owned()).or_insert_with(|| self.reason.remedy(language).to_owned());
        }
        metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_travels_as_error_info() {
        for reason in Reason::ALL {
            let status = Notice::new(*reason).with("limit", 7).into_status();
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason.as_str(), DOMAIN));
            assert_eq!(info.metadata.get("limit").map(String::as_str), Some("7"));
            assert_eq!(status.code(), reason.code());
            assert_eq!(details.retry_info().is_some(), reason.retryable(), "{reason:?}");
        }
    }

    #[test]
    fn fields_travel_as_bad_request() {
        let status = Notice::new(Reason::RequestInvalid).at("manifest.journey", "is missing").into_status();
        let details = status.get_error_details();
        let violation = &details.bad_request().unwrap().field_violations[0];
        assert_eq!(
            (violation.field.as_str(), violation.description.as_str()),
            ("manifest.journey", "is missing")
        );
    }

    #[test]
    fn a_stream_is_told_the_same() {
        let notice = Notice::new(Reason::QuotaExceeded).with("quota_per_minute", 60).after(RETRY_AFTER * 9);
        let refusal = notice.into_refusal();
        assert_eq!(refusal.code, 8);
        assert_eq!(refusal.reason, "QUOTA_EXCEEDED");
        assert_eq!(refusal.metadata["quota_per_minute"], "60");
        assert!((9..=13).contains(&refusal.retry_after.unwrap().seconds));
    }

    #[test]
    fn who_is_refused_together_does_not_come_back_together() {
        let waits: std::collections::BTreeSet<_> = (0..50).map(|_| jittered(RETRY_AFTER * 2)).collect();
        assert!(waits.len() > 40, "{waits:?}");
        assert!(waits.iter().all(|wait| (RETRY_AFTER * 2..=RETRY_AFTER * 3).contains(wait)), "{waits:?}");
    }

    #[test]
    fn libraries_repeat_what_found_no_room_and_nothing_else_that_is_exhausted() {
        let told = |reason: Reason| {
            let status = Notice::new(reason).into_status();
            let told =
                status.metadata().get(PUSHBACK).map(|told| told.to_str().unwrap().parse::<i64>().unwrap());
            (told, status.get_error_details().retry_info().and_then(|info| info.retry_delay))
        };
        let (pushed, info) = told(Reason::Overloaded);
        assert_eq!(pushed, Some(info.unwrap().as_millis() as i64), "both say the same");
        assert_eq!((told(Reason::QuotaExceeded).0, told(Reason::MessageTooLarge).0), (Some(-1), Some(-1)));
        for reason in Reason::ALL.iter().filter(|reason| reason.code() != Code::ResourceExhausted) {
            assert_eq!(told(*reason).0, None, "{reason:?}: by the policy's own pauses");
        }
    }

    #[test]
    fn a_wait_is_never_told_where_trying_again_is_useless() {
        assert_eq!(Notice::new(Reason::LoadNotAllowed).after(RETRY_AFTER).retry_after, None);
    }
}
