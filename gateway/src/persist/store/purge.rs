//! Destroying manifests' keys, and wrapping them anew.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Store, audit, document,
    row::{micros, seal, uuid},
};
use crate::persist::{
    AuditEvent, AuditKind, DocumentPart, Error, PART_OF_DOCUMENT, Secrets,
    database::{Connection, Sql, query, sql},
    sealed::{Column, Wrapped},
};

/// Keys that are wrapped anew in one transaction.
const REWRAP_AT_ONCE: u32 = 500;

impl Store {
    /// Destroys the keys of every manifest received before an instant: what lay under them can never be read again.
    /// Key, content digest, receipt, depersonalised record and decisions stay. Returns how many keys were destroyed. They
    /// are overwritten in the store's own files; copies of those files (backups, snapshots of the disk) are the
    /// operator's to destroy, or the wrapping key is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge_before(&self, instant: Timestamp, now: Timestamp) -> Result<u64, Error> {
        let operator = Arc::clone(&self.operator);
        let destroyed = self
            .transact(move |connection| {
                Box::pin(async move {
                    let before = micros(instant);
                    connection.overwrite(sql!(sqlite "purge_documents_before_overwrite"), before).await?;
                    query(sql!(both "purge_documents_before")).bind(before).execute(&mut *connection).await?;
                    connection.overwrite(sql!(sqlite "purge_before_overwrite"), before).await?;
                    let destroyed =
                        query(sql!(both "purge_before")).bind(before).execute(&mut *connection).await?;
                    let count = i64::try_from(destroyed).unwrap_or(i64::MAX);
                    let event = AuditEvent::new(AuditKind::Purged, now).count(count).by(&operator);
                    audit::insert(connection, [&event]).await?;
                    Ok(destroyed)
                })
            })
            .await?;
        self.forget_deleted().await?;
        Ok(destroyed)
    }

    /// Destroys the key of one manifest; `false` when there was none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge(&self, id: Uuid, now: Timestamp) -> Result<bool, Error> {
        let (secrets, operator) = (self.secrets.clone(), Arc::clone(&self.operator));
        let destroyed = self
            .transact(move |connection| {
                Box::pin(async move {
                    if let Some(document) = document_of(connection, &secrets, id).await? {
                        document::destroy(connection, document).await?;
                    }
                    let id_bytes = id.as_bytes().as_slice();
                    connection.overwrite(sql!(sqlite "purge_overwrite"), id_bytes).await?;
                    let destroyed =
                        query(sql!(both "purge")).bind(id_bytes).execute(&mut *connection).await? > 0;
                    if destroyed {
                        let event = AuditEvent::new(AuditKind::Purged, now).manifest(id).by(&operator);
                        audit::insert(connection, [&event]).await?;
                    }
                    Ok(destroyed)
                })
            })
            .await?;
        self.forget_deleted().await?;
        Ok(destroyed)
    }

    /// What is deleted lies in the database's files for a while yet. Repeating a purge that failed here does it again.
    async fn forget_deleted(&self) -> Result<(), Error> {
        self.alone(|connection| Box::pin(connection.forget_deleted())).await
    }

    /// Wraps again, with the newest wrapping key, every manifest's key that is wrapped with an older one; afterwards
    /// the older ones can leave the file. Returns how many.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Corrupt`] when one of the older keys is not there.
    pub async fn rewrap(&self) -> Result<u64, Error> {
        let mut total = 0;
        for kind in [KEYS_OF_MANIFESTS, KEYS_OF_DOCUMENTS] {
            loop {
                let secrets = self.secrets.clone();
                let done = self
                    .transact(move |connection| {
                        Box::pin(async move { rewrap_some(connection, &secrets, kind).await })
                    })
                    .await?;
                total += done;
                if done < u64::from(REWRAP_AT_ONCE) {
                    break;
                }
            }
        }
        self.forget_deleted().await?;
        Ok(total)
    }
}

/// Where keys lie: how those are found that are wrapped with an older one, how they are replaced, and their rows' column.
type Keys = (Sql, Sql, &'static str);

const KEYS_OF_MANIFESTS: Keys = (sql!(both "rewrap_find"), sql!(both "rewrap"), "manifest_row");

const KEYS_OF_DOCUMENTS: Keys =
    (sql!(both "rewrap_documents_find"), sql!(both "rewrap_documents"), "document_row");

/// The document that a manifest came in, if it came with others and its key still lives.
async fn document_of(
    connection: &mut Connection,
    secrets: &Secrets,
    id: Uuid,
) -> Result<Option<Uuid>, Error> {
    let row = query(sql!(both "received")).bind(id.as_bytes().as_slice()).fetch_optional(connection).await?;
    let Some(row) = row.filter(|row| row.try_get("format").ok() == Some(PART_OF_DOCUMENT)) else {
        return Ok(None);
    };
    let Some(seal) = seal(&row, id, secrets)? else { return Ok(None) };
    let kept = seal.open(Column::Received, row.try_get("received_sealed")?)?;
    Ok(DocumentPart::from_bytes(&kept).map(|part| part.document))
}

async fn rewrap_some(
    connection: &mut Connection,
    secrets: &Secrets,
    (find, replace, place): Keys,
) -> Result<u64, Error> {
    let rows = query(find)
        .bind(secrets.newest_wrapping_key_id())
        .bind(REWRAP_AT_ONCE)
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let old =
            Wrapped { wrapping_key_id: row.try_get("wrapping_key_id")?, key: row.try_get("wrapped_key")? };
        let new = secrets.rewrap(uuid(row, "id")?, &old)?;
        query(replace)
            .bind(row.try_get::<i64>(place)?)
            .bind(new.wrapping_key_id)
            .bind(new.key)
            .execute(&mut *connection)
            .await?;
    }
    Ok(rows.len() as u64)
}
