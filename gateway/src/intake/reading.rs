//! Reading back, listing and withdrawing. What a peer may not see does not exist for it.

use jiff::Timestamp;
use manifest::record;
use proto::v1;
use uuid::Uuid;

use super::{Failure, admit, pipeline::Pipeline, turns::Names};
use crate::{
    access::may_see,
    authenticate::registry::{Partner, Role},
    persist::{AuditEvent, AuditKind, FeedPosition, ManifestFilter, Persons, Sealed, Store, StoredManifest},
    reply::{self, Language},
};

/// Page size when none is asked for, and the largest that is given.
const PAGE: (u32, u32) = (50, 500);

/// Reads one manifest for a partner. Natural persons go to the submitter, who sent them, and to border posts, which is
/// audited before they leave; an analyst works without them.
///
/// # Errors
/// A refusal or a fault.
pub(super) async fn get(
    pipeline: &Pipeline,
    partner: &Partner,
    request: &v1::GetManifestRequest,
) -> Result<v1::GetManifestResponse, Failure> {
    let now = pipeline.clock.now();
    pipeline.quota.call(partner, now)?;
    let id = manifest_id(&request.name)?;
    let persons = match partner.role {
        Role::Submitter | Role::BorderPost => Persons::With,
        Role::Analyst | Role::Administrator => Persons::Without,
    };
    let stored = visible(&pipeline.store, partner, id, persons).await?;
    let language = Language::from_tag(&request.language_code);
    let (persons, originals, salt) = match &stored.sealed {
        Sealed::Open { persons, originals, received_salt } => {
            (persons.as_deref(), originals.as_deref(), received_salt.0.to_vec())
        }
        Sealed::Closed | Sealed::Destroyed => (None, None, Vec::new()),
    };
    if partner.role == Role::BorderPost && persons.is_some() {
        let event = AuditEvent::new(AuditKind::PersonsRead, now).partner(&partner.id).manifest(id);
        pipeline.store.audit(event).await?;
    }
    let manifest = record::decode(&stored.record, persons)?;
    // Original values are the sender's own words about people; only the sender gets them back.
    let originals = originals.filter(|_| partner.role == Role::Submitter);
    Ok(v1::GetManifestResponse {
        manifest: Some(reply::manifest(
            &manifest,
            &reply::Life {
                id: Some(id),
                state: Some(stored.summary.state),
                receive_time: Some(stored.summary.receive_time),
                test: stored.summary.test,
                closed: false,
                draft: false,
                movements: [
                    stored.summary.arrive_time,
                    stored.summary.release_time,
                    stored.summary.announced_arrival_time,
                ],
            },
        )),
        receipt: Some(reply::receipt(&stored.receipt)?),
        findings: reply::findings(&stored.findings, originals, language)?,
        persons_held: stored.sealed != Sealed::Destroyed,
        received_digest_salt: salt,
        changes: reply::told_changes(stored.changes.as_deref()),
    })
}

/// The stored manifest, if it exists for this partner. Sealed parts are opened only once that is known.
async fn visible(
    store: &Store,
    partner: &Partner,
    id: Uuid,
    persons: Persons,
) -> Result<StoredManifest, Failure> {
    let closed = store.manifest(id, Persons::Without).await?;
    let closed =
        closed.filter(|stored| may_see(partner, &stored.summary)).ok_or(Failure::ManifestNotFound)?;
    match persons {
        Persons::Without => Ok(closed),
        Persons::With => store.manifest(id, Persons::With).await?.ok_or(Failure::ManifestNotFound),
    }
}

/// Lists a partner's manifests, newest first, without persons.
///
/// # Errors
/// A refusal or a fault.
pub(super) async fn list(
    pipeline: &Pipeline,
    partner: &Partner,
    request: v1::ListManifestsRequest,
) -> Result<v1::ListManifestsResponse, Failure> {
    pipeline.quota.call(partner, pipeline.clock.now())?;
    let scopes = admit::scopes(partner)?;
    let limit = page_size(request.page_size)?;
    let (place, before) = read_token(&request.page_token)?;
    let scope = scopes.get(place).ok_or(BAD_TOKEN)?;
    if request.manifest_reference.chars().any(char::is_control) {
        return Err(Failure::Request { field: "manifest_reference", problem: "holds control characters" });
    }
    let filter = ManifestFilter {
        manifest_reference: Some(request.manifest_reference).filter(|reference| !reference.is_empty()),
        receive_time_from: instant("receive_time_from", request.receive_time_from)?,
        receive_time_before: instant("receive_time_before", request.receive_time_before)?,
    };
    let page = pipeline.store.list_manifests(scope, &filter, before, limit).await?;
    let next = match page.next {
        Some(position) => Some(write_token(place, Some(position))),
        None if place + 1 < scopes.len() => Some(write_token(place + 1, None)),
        None => None,
    };
    Ok(v1::ListManifestsResponse {
        manifests: page.manifests.iter().map(reply::summary).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

/// Withdraws a partner's own manifest.
///
/// # Errors
/// A refusal or a fault.
pub(super) async fn cancel(
    pipeline: &Pipeline,
    partner: &Partner,
    request: &v1::CancelManifestRequest,
    max_reason_bytes: usize,
) -> Result<v1::CancelManifestResponse, Failure> {
    let now = pipeline.clock.now();
    pipeline.quota.call(partner, now)?;
    admit::submitter(partner)?;
    let id = manifest_id(&request.name)?;
    if request.cancellation_reason.len() > max_reason_bytes {
        return Err(Failure::Request { field: "cancellation_reason", problem: "is longer than is read" });
    }
    // Beside whatever a document says of the same journey, before it or after it: an amendment under way has to see it.
    let known = pipeline.store.manifest(id, Persons::Without).await?;
    let own = known.filter(|known| known.summary.key.partner_id == partner.id);
    let names = own.map(|own| Names::of_reference(&own.summary.key.manifest_reference)).unwrap_or_default();
    let journey = pipeline.turns.of(&pipeline.store, &partner.id, &names).await?;
    let store = pipeline.store.holding(&journey);
    let cancelled = store.cancel(id, &partner.id, &request.cancellation_reason, now).await?;
    Ok(v1::CancelManifestResponse { manifest: Some(reply::summary(&cancelled)) })
}

/// The id in `manifests/{uuid}`, in the one form in which we write it: one manifest has one name.
fn manifest_id(name: &str) -> Result<Uuid, Failure> {
    name.strip_prefix("manifests/")
        .filter(|id| id.len() == uuid::fmt::Hyphenated::LENGTH)
        .and_then(|id| Uuid::try_parse(id).ok())
        .ok_or(Failure::Request { field: "name", problem: "is not of the form manifests/{manifest}" })
}

fn page_size(asked: i32) -> Result<u32, Failure> {
    match u32::try_from(asked) {
        Ok(0) => Ok(PAGE.0),
        Ok(asked) => Ok(asked.min(PAGE.1)),
        Err(_) => Err(Failure::Request { field: "page_size", problem: "is negative" }),
    }
}

fn instant(field: &'static str, value: Option<prost_types::Timestamp>) -> Result<Option<Timestamp>, Failure> {
    let Some(prost_types::Timestamp { seconds, nanos }) = value else { return Ok(None) };
    let instant = (nanos >= 0).then(|| Timestamp::new(seconds, nanos).ok()).flatten();
    instant.map(Some).ok_or(Failure::Request { field, problem: "is not an instant" })
}

const BAD_TOKEN: Failure = Failure::Request { field: "page_token", problem: "was not given by this gateway" };

/// Which scope, and where in it the page begins. The token opens nothing: scopes come from the certificate.
fn write_token(place: usize, before: Option<FeedPosition>) -> String {
    let position = before.map_or_else(String::new, |position| {
        position.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    });
    format!("{place}.{position}")
}

fn read_token(token: &str) -> Result<(usize, Option<FeedPosition>), Failure> {
    if token.is_empty() {
        return Ok((0, None));
    }
    let (place, position) = token.split_once('.').ok_or(BAD_TOKEN)?;
    let place = place.parse().map_err(|_| BAD_TOKEN)?;
    if position.is_empty() {
        return Ok((place, None));
    }
    let plain = position.len() == 16 && position.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = plain.then(|| u64::from_str_radix(position, 16).ok()).flatten().ok_or(BAD_TOKEN)?;
    let position = FeedPosition::from_bytes(number.to_be_bytes()).ok_or(BAD_TOKEN)?;
    Ok((place, Some(position)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_as_written() {
        let position = FeedPosition::from_bytes(77i64.to_be_bytes());
        for token in [(0, None), (3, None), (1, position)] {
            let text = write_token(token.0, token.1);
            assert_eq!(read_token(&text).unwrap(), token);
        }
        assert_eq!(read_token("").unwrap(), (0, None));
        for bad in ["x", "1", "-1.", "0.+00000000000004d", "0.4d", "0.ffffffffffffffff"] {
            assert!(read_token(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn page_sizes_have_an_edge() {
        assert_eq!(page_size(0).unwrap(), 50);
        assert_eq!(page_size(500).unwrap(), 500);
        assert_eq!(page_size(501).unwrap(), 500);
        assert!(page_size(-1).is_err());
    }

    #[test]
    fn a_manifest_has_one_name() {
        let id = Uuid::from_u128(7);
        assert_eq!(manifest_id(&format!("manifests/{id}")).unwrap(), id);
        for bad in ["", "manifests/", "manifests/x", &format!("manifests/{}", id.simple()), &id.to_string()] {
            assert!(manifest_id(bad).is_err(), "{bad}");
        }
    }
}
