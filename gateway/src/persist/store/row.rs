//! Rows of the database as the store's types.

use jiff::Timestamp;
use manifest::{ManifestKey, Revision, State};
use uuid::Uuid;

use crate::persist::{
    ContentDigest, Error, ManifestSummary, ReceivedSalt, Recorded, Secrets,
    database::Row,
    packed::unpack,
    sealed::{Column, ManifestSeal, Wrapped},
};

pub(super) fn micros(instant: Timestamp) -> i64 {
    instant.as_microsecond()
}

pub(super) fn instant(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros).map_err(|_| Error::Corrupt("an instant is out of range".into()))
}

pub(super) fn uuid(row: &Row, column: &str) -> Result<Uuid, Error> {
    Uuid::from_slice(row.try_get(column)?).map_err(|_| Error::Corrupt(format!("{column} is no UUID")))
}

pub(super) fn state(word: &str) -> Result<State, Error> {
    State::parse(word).ok_or_else(|| Error::Corrupt("state is unknown".into()))
}

pub(super) fn key(row: &Row) -> Result<ManifestKey, Error> {
    Ok(ManifestKey {
        partner_id: row.try_get("partner_id")?,
        manifest_reference: row.try_get("manifest_reference")?,
        part: row.try_get("part")?,
        revision: Revision::new(row.try_get("revision")?)
            .ok_or_else(|| Error::Corrupt("revision is out of range".into()))?,
    })
}

/// The columns of every query that lists manifests.
pub(super) fn summary(row: &Row) -> Result<ManifestSummary, Error> {
    Ok(ManifestSummary {
        id: uuid(row, "id")?,
        key: key(row)?,
        state: state(row.try_get("state")?)?,
        test: row.try_get("test")?,
        border_post_code: row.try_get("border_post_code")?,
        conveyance_registration: row.try_get("conveyance_registration")?,
        arrival_time: instant_or_none(row, "arrival_time_us")?,
        receive_time: instant(row.try_get("receive_time_us")?)?,
        verdict: row.try_get("verdict")?,
        arrive_time: instant_or_none(row, "arrive_time_us")?,
        release_time: instant_or_none(row, "release_time_us")?,
        announced_arrival_time: instant_or_none(row, "announced_arrival_time_us")?,
    })
}

fn instant_or_none(row: &Row, column: &str) -> Result<Option<Timestamp>, Error> {
    row.try_get::<Option<i64>>(column)?.map(instant).transpose()
}

/// A column that is stored packed.
pub(super) fn unpacked(row: &Row, column: &str) -> Result<Vec<u8>, Error> {
    unpack(row.try_get(column)?)
}

/// The manifest's key, unless it is destroyed.
pub(super) fn seal(row: &Row, id: Uuid, secrets: &Secrets) -> Result<Option<ManifestSeal>, Error> {
    let (Some(wrapping_key_id), Some(key)) = (row.try_get("wrapping_key_id")?, row.try_get("wrapped_key")?)
    else {
        return Ok(None);
    };
    ManifestSeal::unwrap(secrets, id, &Wrapped { wrapping_key_id, key }).map(Some)
}

pub(super) fn salt(row: &Row, seal: &ManifestSeal) -> Result<ReceivedSalt, Error> {
    let plain = seal.open(Column::ReceivedSalt, row.try_get("received_salt_sealed")?)?;
    plain.try_into().map(ReceivedSalt).map_err(|_| Error::Corrupt("salt has another length".into()))
}

pub(super) fn opened(
    row: &Row,
    name: &str,
    seal: &ManifestSeal,
    column: Column,
) -> Result<Option<Vec<u8>>, Error> {
    row.try_get::<Option<Vec<u8>>>(name)?.map(|sealed| seal.open(column, sealed)).transpose()
}

/// What stands under a key: `outcome_of.sql` and `record_begin.sql`.
pub(super) fn recorded(row: &Row, secrets: &Secrets) -> Result<Recorded, Error> {
    let id = uuid(row, "id")?;
    let seal = seal(row, id, secrets)?;
    let (received_salt, originals) = match &seal {
        Some(seal) => (Some(salt(row, seal)?), opened(row, "originals_sealed", seal, Column::Originals)?),
        None => (None, None),
    };
    Ok(Recorded {
        id,
        key: key(row)?,
        content_digest: ContentDigest::from_stored(row.try_get("content_digest")?)?,
        state: state(row.try_get("state")?)?,
        test: row.try_get("test")?,
        receive_time: instant(row.try_get("receive_time_us")?)?,
        receipt: row.try_get("receipt")?,
        received_salt,
        findings: unpacked(row, "findings")?,
        originals,
        decisions: unpacked(row, "decisions")?,
        changes: row.try_get("changes")?,
        repeated: true,
    })
}
