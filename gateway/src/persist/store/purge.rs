//! Destroying manifests' keys, and wrapping them anew.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Store, audit,
    bodies::Dropped,
    document,
    row::{micros, seal, uuid},
};
use crate::persist::{
    AuditEvent, AuditKind, DocumentPart, Error, PART_OF_DOCUMENT, Secrets,
    database::{Connection, Sql, query, sql},
    sealed::{Column, Wrapped},
};

/// Keys that are wrapped anew in one transaction.
const REWRAP_AT_ONCE: u32 = 500;

/// Keys that are destroyed in one transaction: some milliseconds, which is what a submission waits beside it.
const PURGE_AT_ONCE: usize = 100;

/// Keys that are looked at in one statement.
const PURGE_LOOK: u32 = 10_000;

/// How often months that somebody reads are tried to be dropped, a second apart, before they are left to the next purge.
const TRIES: u32 = 5;

/// What a purge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Keys that were destroyed.
    pub keys: u64,
    /// The disk is not free yet: somebody (a backup) reads the months, and the next purge drops them.
    pub months_are_read: bool,
}

/// Keys older than an instant, and how far they have been looked for.
struct Due {
    before: i64,
    after: i64,
}

impl Due {
    fn before(instant: i64) -> Self {
        Self { before: instant, after: i64::MIN }
    }
}

impl Store {
    /// Destroys the keys of every manifest received before an instant: what lay under them can never be read again.
    /// Key, content digest, receipt, depersonalised record and decisions stay. They
    /// are overwritten in the store's own files; copies of those files (backups, snapshots of the disk) are the
    /// operator's to destroy, or the wrapping key is.
    ///
    /// It goes in small steps, so that submissions are recorded in between: one that is interrupted has destroyed and
    /// audited what it has, and is to be repeated. Afterwards the disk that the large values took is free to be used again;
    /// on PostgreSQL by whole months (`docs/decisions/0126`).
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge_before(&self, instant: Timestamp, now: Timestamp) -> Result<Purged, Error> {
        let before = micros(instant);
        let mut documents = Due::before(before);
        self.purge_keys(KEYS_OF_DOCUMENTS, &mut documents, None).await?;
        let event = AuditEvent::new(AuditKind::Purged, now).by(&self.operator);
        let mut manifests = Due::before(before);
        let mut destroyed = self.purge_keys(KEYS_OF_MANIFESTS, &mut manifests, Some(&event)).await?;
        self.empty_rest_before(before).await?;
        // What bears an old time and was recorded after it was looked for keeps its month until its key is destroyed too.
        let mut tries = 1;
        let months_are_read = loop {
            match self.drop_months_before(before, manifests.after).await? {
                Dropped::All => break false,
                Dropped::NotYet => {
                    destroyed += self.purge_keys(KEYS_OF_MANIFESTS, &mut manifests, Some(&event)).await?;
                }
                Dropped::Read if tries == TRIES => break true,
                Dropped::Read => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        };
        if destroyed == 0 {
            self.audit(event.count(0)).await?;
        }
        self.forget_deleted().await?;
        Ok(Purged { keys: destroyed, months_are_read })
    }

    /// Destroys the due ones of a kind. They are looked for by a connection that reads: only the destroying takes the lock.
    async fn purge_keys(
        &self,
        keys: &'static Keys,
        look: &mut Due,
        audited: Option<&AuditEvent>,
    ) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let Due { before, after } = *look;
            let rows =
                query(keys.look).bind(after).bind(PURGE_LOOK).bind(before).fetch_all(&self.readers).await?;
            let Some(last) = rows.last() else { return Ok(total) };
            look.after = last.try_get("place")?;
            let mut due = Vec::new();
            for row in &rows {
                if row.try_get("due")? {
                    due.push(row.try_get::<i64>("place")?);
                }
            }
            for piece in due.chunks(PURGE_AT_ONCE) {
                let (piece, audited) = (piece.to_vec(), audited.cloned());
                total += self
                    .transact(move |connection| Box::pin(purge_some(connection, keys, piece, audited)))
                    .await?;
            }
        }
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

/// Where keys lie, and what is done with them.
struct Keys {
    /// How those are found that are wrapped with an older one.
    rewrap_find: Sql,
    /// How they are replaced.
    rewrap: Sql,
    /// Their rows' column.
    place: &'static str,
    /// How those are found that are due to be destroyed.
    look: Sql,
    /// How SQLite overwrites some of them.
    overwrite: &'static str,
    /// How some of them are deleted.
    delete: Sql,
    /// How the large values under them give their pages back. PostgreSQL's of manifests lie in months that are dropped.
    empty: Option<Sql>,
    /// The same, for SQLite alone.
    empty_sqlite: Option<&'static str>,
}

static KEYS_OF_MANIFESTS: &Keys = &Keys {
    rewrap_find: sql!(both "rewrap_find"),
    rewrap: sql!(both "rewrap"),
    place: "manifest_row",
    look: sql!(both "purge_look"),
    overwrite: sql!(sqlite "purge_some_overwrite"),
    delete: sql!(each "purge_some"),
    empty: None,
    empty_sqlite: Some(sql!(sqlite "purge_empty")),
};

static KEYS_OF_DOCUMENTS: &Keys = &Keys {
    rewrap_find: sql!(both "rewrap_documents_find"),
    rewrap: sql!(both "rewrap_documents"),
    place: "document_row",
    look: sql!(both "purge_documents_look"),
    overwrite: sql!(sqlite "purge_documents_some_overwrite"),
    delete: sql!(each "purge_documents_some"),
    empty: Some(sql!(each "purge_documents_empty")),
    empty_sqlite: None,
};

/// Destroys some keys, whose rows are given, and audits it.
async fn purge_some(
    connection: &mut Connection,
    keys: &'static Keys,
    piece: Vec<i64>,
    audited: Option<AuditEvent>,
) -> Result<u64, Error> {
    connection.overwrite(keys.overwrite, piece.clone()).await?;
    if let Some(empty) = keys.empty {
        query(empty).bind(piece.clone()).execute(&mut *connection).await?;
    }
    if let Some(empty) = keys.empty_sqlite {
        connection.overwrite(empty, piece.clone()).await?;
    }
    let destroyed = query(keys.delete).bind(piece).execute(&mut *connection).await?;
    if let Some(event) = audited {
        let count = i64::try_from(destroyed).unwrap_or(i64::MAX);
        audit::insert(connection, [&event.count(count)]).await?;
    }
    Ok(destroyed)
}

/// The document that a manifest came in, if it came with others and its key still lives.
async fn document_of(
    connection: &mut Connection,
    secrets: &Secrets,
    id: Uuid,
) -> Result<Option<Uuid>, Error> {
    let row = query(sql!(each "received")).bind(id.as_bytes().as_slice()).fetch_optional(connection).await?;
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
    keys: &'static Keys,
) -> Result<u64, Error> {
    let rows = query(keys.rewrap_find)
        .bind(secrets.newest_wrapping_key_id())
        .bind(REWRAP_AT_ONCE)
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let old =
            Wrapped { wrapping_key_id: row.try_get("wrapping_key_id")?, key: row.try_get("wrapped_key")? };
        let new = secrets.rewrap(uuid(row, "id")?, &old)?;
        query(keys.rewrap)
            .bind(row.try_get::<i64>(keys.place)?)
            .bind(new.wrapping_key_id)
            .bind(new.key)
            .execute(&mut *connection)
            .await?;
    }
    Ok(rows.len() as u64)
}
