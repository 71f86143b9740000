//! How reliable the parties have proven, beside pre-decisions that an officer reads one by one: as of now, and no part of
//! the decision.

use std::collections::BTreeMap;

use jiff::Timestamp;
use manifest::record;
use proto::v1;
use scoring::reliability::{EntityKey, EntityKind, PeerGroup, TrackRecord};
use uuid::Uuid;

use crate::{
    calls::Failure,
    persist::{Persons, Store},
    reply, subjects,
};

/// Adds the parties' standing to the officers' views of a manifest's pre-decisions, the conveyance first.
///
/// # Errors
/// When the store does not answer, or what it answers cannot be read.
pub(super) async fn add(
    store: &Store,
    id: Uuid,
    now: Timestamp,
    pre_decisions: &mut [v1::PreDecision],
) -> Result<(), Failure> {
    let Some(stored) = store.manifest(id, Persons::Without).await? else { return Ok(()) };
    let manifest =
        record::decode(&stored.record, None).map_err(|error| Failure::Unreadable(error.to_string()))?;
    let consignments = manifest.cargo().map_or(0, |cargo| cargo.consignments.len());
    let parties: Vec<Vec<EntityKey>> = std::iter::once(None)
        .chain((0..consignments).map(Some))
        .map(|place| subjects::entities(&manifest, place))
        .collect();
    let keys: Vec<EntityKey> = parties.iter().flatten().copied().collect();
    if keys.is_empty() {
        return Ok(());
    }
    let standing = store.standing(&keys).await?;
    let (conduct, authorised) = store.conduct(&keys).await?;
    let records: BTreeMap<EntityKey, TrackRecord> = standing.records.into_iter().collect();
    let groups: BTreeMap<EntityKind, PeerGroup> = standing.groups.into_iter().collect();
    let told_of = |key: &EntityKey| {
        let group = groups.get(&key.kind).copied().unwrap_or(PeerGroup::UNKNOWN);
        let record = records.get(key).copied().unwrap_or_default();
        let mut told = reply::reliability(key.kind, &group.judge(&record, now.as_second()));
        reply::add_conduct(&mut told, conduct.get(key), authorised.get(key));
        told
    };
    // Once a party: those of the conveyance are those of its consignments, too.
    let mut told: BTreeMap<EntityKey, v1::Reliability> = BTreeMap::new();
    for (pre_decision, keys) in pre_decisions.iter_mut().zip(parties) {
        let Some(view) = &mut pre_decision.officer_view else { continue };
        let each = keys.iter().map(|key| told.entry(*key).or_insert_with(|| told_of(key)).clone());
        view.party_reliabilities = each.collect();
    }
    Ok(())
}
