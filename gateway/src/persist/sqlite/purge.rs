//! Destroying manifests' keys, and wrapping them anew.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;

use super::{
    Store, audit, document,
    row::{micros, seal, uuid},
};
use crate::persist::{
    AuditEvent, AuditKind, DocumentPart, Error, PART_OF_DOCUMENT, Secrets,
    sealed::{Column, Wrapped},
};

/// Keys that are wrapped anew in one transaction.
const REWRAP_AT_ONCE: u32 = 500;

impl Store {
    pub(in crate::persist) async fn purge_before(
        &self,
        instant: Timestamp,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let destroyed = self
            .transact(move |connection| {
                Box::pin(async move {
                    let before = micros(instant);
                    for text in [
                        include_str!("../../../queries/sqlite/purge_documents_before_overwrite.sql"),
                        include_str!("../../../queries/sqlite/purge_documents_before.sql"),
                    ] {
                        sqlx::query(text).bind(before).execute(&mut *connection).await?;
                    }
                    sqlx::query(include_str!("../../../queries/sqlite/purge_before_overwrite.sql"))
                        .bind(before)
                        .execute(&mut *connection)
                        .await?;
                    let done = sqlx::query(include_str!("../../../queries/sqlite/purge_before.sql"))
                        .bind(before)
                        .execute(&mut *connection)
                        .await?;
                    let destroyed = done.rows_affected();
                    let count = i64::try_from(destroyed).unwrap_or(i64::MAX);
                    audit::insert(connection, [&AuditEvent::new(AuditKind::Purged, now).count(count)])
                        .await?;
                    Ok(destroyed)
                })
            })
            .await?;
        self.empty_log().await?;
        Ok(destroyed)
    }

    pub(in crate::persist) async fn purge(&self, id: Uuid, now: Timestamp) -> Result<bool, Error> {
        let secrets = self.secrets.clone();
        let destroyed = self
            .transact(move |connection| {
                Box::pin(async move {
                    if let Some(document) = document_of(connection, &secrets, id).await? {
                        document::destroy(connection, document).await?;
                    }
                    let id_bytes = id.as_bytes().as_slice();
                    sqlx::query(include_str!("../../../queries/sqlite/purge_overwrite.sql"))
                        .bind(id_bytes)
                        .execute(&mut *connection)
                        .await?;
                    let done = sqlx::query(include_str!("../../../queries/sqlite/purge.sql"))
                        .bind(id_bytes)
                        .execute(&mut *connection)
                        .await?;
                    let destroyed = done.rows_affected() > 0;
                    if destroyed {
                        audit::insert(connection, [&AuditEvent::new(AuditKind::Purged, now).manifest(id)])
                            .await?;
                    }
                    Ok(destroyed)
                })
            })
            .await?;
        self.empty_log().await?;
        Ok(destroyed)
    }

    /// The write-ahead log still holds the pages with the keys: they are copied into the database, which overwrites
    /// them there, and the log is emptied. Repeating a purge that failed here does it again.
    async fn empty_log(&self) -> Result<(), Error> {
        self.alone(|connection| {
            Box::pin(async move {
                for _ in 0..COPY_PATIENCE {
                    let row = sqlx::query(include_str!("../../../queries/sqlite/purge_checkpoint.sql"))
                        .fetch_one(&mut *connection)
                        .await?;
                    if row.try_get::<i64, _>(0)? == 0 {
                        return Ok(());
                    }
                    // Pages of the log are counted unless another connection is copying it (decision 0022).
                    if row.try_get::<i64, _>(1)? >= 0 {
                        break;
                    }
                    tokio::time::sleep(COPY_PAUSE).await;
                }
                let held =
                    "the keys are destroyed, but a reader kept the log from being emptied: purge again";
                Err(Error::Unavailable(held.into()))
            })
        })
        .await
    }

    pub(in crate::persist) async fn rewrap(&self) -> Result<u64, Error> {
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
        self.empty_log().await?;
        Ok(total)
    }
}

/// How often it is looked again whether another connection has copied the log, and how long between: two seconds in all.
const COPY_PATIENCE: u32 = 100;
const COPY_PAUSE: Duration = Duration::from_millis(20);

/// Where keys lie: how those are found that are wrapped with an older one, how they are replaced, and their rows' column.
type Keys = (&'static str, &'static str, &'static str);

const KEYS_OF_MANIFESTS: Keys = (
    include_str!("../../../queries/sqlite/rewrap_find.sql"),
    include_str!("../../../queries/sqlite/rewrap.sql"),
    "manifest_row",
);

const KEYS_OF_DOCUMENTS: Keys = (
    include_str!("../../../queries/sqlite/rewrap_documents_find.sql"),
    include_str!("../../../queries/sqlite/rewrap_documents.sql"),
    "document_row",
);

/// The document that a manifest came in, if it came with others and its key still lives.
async fn document_of(
    connection: &mut SqliteConnection,
    secrets: &Secrets,
    id: Uuid,
) -> Result<Option<Uuid>, Error> {
    let row = sqlx::query(include_str!("../../../queries/sqlite/received.sql"))
        .bind(id.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row.filter(|row| row.try_get("format").ok() == Some(PART_OF_DOCUMENT)) else {
        return Ok(None);
    };
    let Some(seal) = seal(&row, id, secrets)? else { return Ok(None) };
    let kept = seal.open(Column::Received, row.try_get("received_sealed")?)?;
    Ok(DocumentPart::from_bytes(&kept).map(|part| part.document))
}

async fn rewrap_some(
    connection: &mut SqliteConnection,
    secrets: &Secrets,
    (find, replace, place): Keys,
) -> Result<u64, Error> {
    let rows = sqlx::query(find)
        .bind(secrets.newest_wrapping_key_id())
        .bind(REWRAP_AT_ONCE)
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let old =
            Wrapped { wrapping_key_id: row.try_get("wrapping_key_id")?, key: row.try_get("wrapped_key")? };
        let new = secrets.rewrap(uuid(row, "id")?, &old)?;
        sqlx::query(replace)
            .bind(row.try_get::<i64, _>(place)?)
            .bind(new.wrapping_key_id)
            .bind(new.key)
            .execute(&mut *connection)
            .await?;
    }
    Ok(rows.len() as u64)
}
