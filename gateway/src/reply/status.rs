//! What each failure is told as: one total match, without a wildcard, so that a new failure cannot go untold.

use manifest::State;
use uuid::Uuid;

use super::{Notice, Reason, manifest_name, outcome_name};
use crate::{
    authenticate::registry::Refused,
    decode,
    intake::{Failure, NotAllowed},
    persist,
    quota::Exceeded,
};

impl Notice {
    /// A failure as its peer is told. A fault's cause is logged elsewhere under `fault_id`; only the id travels.
    #[must_use]
    pub fn of(failure: &Failure, fault_id: Uuid) -> Self {
        match failure {
            Failure::Peer(refused) => (*refused).into(),
            Failure::NotAllowed(not_allowed) => (*not_allowed).into(),
            Failure::Quota(exceeded) => (*exceeded).into(),
            Failure::Decode(refusal) => refusal.into(),
            Failure::Key(error) => Notice::new(Reason::RequestInvalid)
                .at(format!("manifest.{}", error.field()), error.to_string()),
            Failure::Request { field, problem } => Notice::new(Reason::RequestInvalid).at(*field, *problem),
            Failure::ManifestNotFound => Notice::new(Reason::ManifestNotFound),
            Failure::Overloaded { setting } => Notice::new(Reason::Overloaded).with("limit", setting),
            Failure::DeadlineExceeded => Notice::new(Reason::DeadlineExceeded),
            Failure::ShuttingDown => Notice::new(Reason::ShuttingDown),
            Failure::Store(error) => Notice::of_store(error, fault_id),
            Failure::Record(_) | Failure::Unreadable(_) | Failure::Reader | Failure::NoPeer => {
                fault(Reason::Internal, fault_id)
            }
        }
    }

    /// What the store's refusals and faults are told as.
    #[must_use]
    pub fn of_store(error: &persist::Error, fault_id: Uuid) -> Self {
        match error {
            persist::Error::Unavailable(_) | persist::Error::Outdated => {
                fault(Reason::StoreUnavailable, fault_id)
            }
            persist::Error::Closed => Notice::new(Reason::ShuttingDown),
            persist::Error::RevisionConflict { id } => {
                Notice::new(Reason::RevisionConflict).with("manifest", manifest_name(*id))
            }
            persist::Error::NotFound => Notice::new(Reason::ManifestNotFound),
            persist::Error::InspectionConflict { manifest, number } => {
                Notice::new(Reason::OutcomeConflict).with("outcome", outcome_name(*manifest, *number))
            }
            persist::Error::InspectionRevision { expected } => Notice::new(Reason::RequestInvalid)
                .with("expected_revision", expected)
                .at("outcome.revision", "is not the next one"),
            persist::Error::StateConflict { state } => {
                Notice::new(Reason::StateConflict).with("state", state.as_str())
            }
            persist::Error::Restated { by } => Notice::new(Reason::StateConflict)
                .with("state", State::Amended.as_str())
                .with("in_force", manifest_name(*by)),
            persist::Error::FinishFailed
            | persist::Error::Corrupt(_)
            | persist::Error::SchemaUnknown { .. }
            | persist::Error::Secret { .. } => fault(Reason::Internal, fault_id),
        }
    }
}

fn fault(reason: Reason, id: Uuid) -> Notice {
    Notice::new(reason).with("fault_id", id)
}

impl From<Refused> for Notice {
    fn from(refused: Refused) -> Self {
        Notice::new(match refused {
            Refused::NotRegistered | Refused::NotNamed => Reason::NotRegistered,
            Refused::VouchedByAnother => Reason::VouchedByAnother,
            Refused::Suspended => Reason::PartnerSuspended,
            Refused::Revoked => Reason::CertificateRevoked,
            Refused::Expired => Reason::CertificateExpired,
        })
    }
}

impl From<NotAllowed> for Notice {
    fn from(not_allowed: NotAllowed) -> Self {
        match not_allowed {
            NotAllowed::Role => Notice::new(Reason::RoleNotAllowed),
            NotAllowed::Load => Notice::new(Reason::LoadNotAllowed)
                .at("manifest.load", "is of a kind that may not be submitted"),
            NotAllowed::BorderPost => Notice::new(Reason::BorderPostNotAllowed)
                .at("manifest.journey.border_post_code", "is not one of the partner's border posts"),
        }
    }
}

impl From<Exceeded> for Notice {
    fn from(exceeded: Exceeded) -> Self {
        match exceeded {
            Exceeded::Minute { counter, limit, retry_after } => Notice::new(Reason::QuotaExceeded)
                .with("counter", counter.as_str())
                .with("limit_per_minute", limit)
                .after(retry_after),
            Exceeded::TooManyPartners => {
                Notice::new(Reason::Overloaded).with("limit", "intake.max_counted_partners")
            }
        }
    }
}

impl From<&decode::Refusal> for Notice {
    fn from(refusal: &decode::Refusal) -> Self {
        match refusal {
            decode::Refusal::TooLarge { limit, found } => {
                Notice::new(Reason::MessageTooLarge).with("limit_bytes", limit).with("found_bytes", found)
            }
            decode::Refusal::Undecodable { path, offset, problem } => {
                let notice = Notice::new(Reason::MessageUndecodable).at(path.as_str(), problem.as_str());
                match offset {
                    Some(offset) => notice.with("byte_offset", offset),
                    None => notice,
                }
            }
            decode::Refusal::TooMany { path, limit, setting } => Notice::new(Reason::RequestInvalid)
                .with("limit", limit)
                .with("setting", setting)
                .at(path.as_str(), "has more elements than are read"),
            decode::Refusal::TextTooLong { path, limit, found } => Notice::new(Reason::RequestInvalid)
                .with("limit_bytes", limit)
                .with("found_bytes", found)
                .at(path.as_str(), "is longer than is read"),
            decode::Refusal::Document { format, unreadable } => {
                let notice = super::document::unreadable(unreadable);
                match format {
                    Some(format) => notice.with("format", format.as_str()),
                    None => notice,
                }
            }
            decode::Refusal::UnknownFormat => {
                Notice::new(Reason::RequestInvalid).at("format", "is not the name of a format that is read")
            }
            decode::Refusal::NoManifest => Notice::new(Reason::RequestInvalid).at("manifest", "is missing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic_types::StatusExt as _;

    use super::*;
    use crate::quota::Counter;

    #[test]
    fn a_fault_tells_its_id_and_never_its_cause() {
        let id = Uuid::from_u128(9);
        for (failure, reason, retry) in [
            (Failure::Store(persist::Error::Unavailable("disk I/O error".into())), "STORE_UNAVAILABLE", true),
            (Failure::Store(persist::Error::Corrupt("row 7".into())), "INTERNAL", false),
            (Failure::NoPeer, "INTERNAL", false),
        ] {
            assert!(failure.is_fault());
            let status = Notice::of(&failure, id).into_status();
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!(info.reason, reason);
            assert_eq!(info.metadata["fault_id"], id.to_string());
            assert_eq!(details.retry_info().is_some(), retry);
            assert!(!format!("{status:?}").contains("disk") && !format!("{status:?}").contains("row 7"));
        }
    }

    #[test]
    fn refusals_say_where_and_when() {
        let id = Uuid::nil();
        let exceeded =
            Exceeded::Minute { counter: Counter::DryRuns, limit: 60, retry_after: Duration::from_secs(17) };
        let notice = Notice::of(&Failure::Quota(exceeded), id);
        assert_eq!(
            (notice.reason, notice.retry_after),
            (Reason::QuotaExceeded, Some(Duration::from_secs(17)))
        );

        let many =
            decode::Refusal::TooMany { path: "manifest.cargo.consignments".into(), limit: 5, setting: "s" };
        let notice = Notice::of(&Failure::Decode(many), id);
        assert_eq!(notice.violations[0].0, "manifest.cargo.consignments");

        let key = Failure::Key(manifest::KeyError::ReferenceMissing);
        assert_eq!(Notice::of(&key, id).violations[0].0, "manifest.manifest_reference");

        let conflict = Failure::Store(persist::Error::RevisionConflict { id });
        let notice = Notice::of(&conflict, id);
        assert_eq!(notice.reason, Reason::RevisionConflict);
        assert_eq!(notice.metadata["manifest"], manifest_name(id));
        assert!(!conflict.is_fault());
    }
}
