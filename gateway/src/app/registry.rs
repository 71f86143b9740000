//! The partners' rows become one proven snapshot.

use super::Error;
use crate::{
    authenticate::{PartnerEntry, Snapshot, prove},
    persist::{PartnerRow, Store},
};

/// The snapshot of the rows as they stand, with the version that it is at least of.
pub(super) async fn proven(store: &Store) -> Result<(i64, Snapshot), Error> {
    // Asked first: a change that slips in between is seen again at the next look.
    let version = store.registry_version().await?;
    let entries = store.partners().await?.into_iter().map(entry).collect();
    // Grows with the revocation lists: off the runtime's threads.
    let snapshot =
        tokio::task::spawn_blocking(move || prove(entries)).await.map_err(|_| Error::Interrupted)?;
    Ok((version, snapshot.map_err(Error::Registry)?))
}

fn entry(row: PartnerRow) -> PartnerEntry {
    PartnerEntry {
        id: row.id,
        settings_json: row.settings_json,
        anchors_pem: row.anchors_pem,
        crls_pem: row.crls_pem,
    }
}
