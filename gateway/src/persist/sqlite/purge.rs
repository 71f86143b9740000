//! Destroying manifests' keys, and wrapping them anew.

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;

use super::{
    Store, audit,
    row::{micros, uuid},
};
use crate::persist::{AuditEvent, AuditKind, Error, Secrets, sealed::Wrapped};

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
        let destroyed = self
            .transact(move |connection| {
                Box::pin(async move {
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
                let row = sqlx::query(include_str!("../../../queries/sqlite/purge_checkpoint.sql"))
                    .fetch_one(connection)
                    .await?;
                if row.try_get::<i64, _>(0)? == 0 {
                    Ok(())
                } else {
                    let held =
                        "the keys are destroyed, but a reader kept the log from being emptied: purge again";
                    Err(Error::Unavailable(held.into()))
                }
            })
        })
        .await
    }

    pub(in crate::persist) async fn rewrap(&self) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let secrets = self.secrets.clone();
            let done = self
                .transact(move |connection| Box::pin(async move { rewrap_some(connection, &secrets).await }))
                .await?;
            total += done;
            if done < u64::from(REWRAP_AT_ONCE) {
                break;
            }
        }
        self.empty_log().await?;
        Ok(total)
    }
}

async fn rewrap_some(connection: &mut SqliteConnection, secrets: &Secrets) -> Result<u64, Error> {
    let rows = sqlx::query(include_str!("../../../queries/sqlite/rewrap_find.sql"))
        .bind(secrets.newest_wrapping_key_id())
        .bind(REWRAP_AT_ONCE)
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let old =
            Wrapped { wrapping_key_id: row.try_get("wrapping_key_id")?, key: row.try_get("wrapped_key")? };
        let new = secrets.rewrap(uuid(row, "id")?, &old)?;
        sqlx::query(include_str!("../../../queries/sqlite/rewrap.sql"))
            .bind(row.try_get::<i64, _>("manifest_row")?)
            .bind(new.wrapping_key_id)
            .bind(new.key)
            .execute(&mut *connection)
            .await?;
    }
    Ok(rows.len() as u64)
}
