//! Audit rows.

use sqlx::{
    Row as _, SqliteConnection,
    sqlite::{SqliteArguments, SqliteRow},
};
use uuid::Uuid;

use super::{
    Store,
    batch::add,
    row::{instant, micros},
    statement::{ManyRows, expand_all, pieces},
};
use crate::persist::{AuditEvent, AuditFilter, AuditKind, Error};

static INSERT: ManyRows =
    ManyRows::new(|| expand_all(include_str!("../../../queries/sqlite/audit_insert.sql")));

/// Appends events inside the transaction that is open.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    events: impl IntoIterator<Item = &AuditEvent>,
) -> Result<(), Error> {
    let events: Vec<&AuditEvent> = events.into_iter().collect();
    for piece in pieces(&events) {
        let mut to = SqliteArguments::default();
        for event in piece {
            arguments(event, &mut to)?;
        }
        sqlx::query_with(INSERT.exactly(piece.len()), to).execute(&mut *connection).await?;
    }
    Ok(())
}

/// One row of `audit`.
pub(super) fn arguments(event: &AuditEvent, to: &mut SqliteArguments) -> Result<(), Error> {
    add(to, event.kind.as_str())?;
    add(to, micros(event.event_time))?;
    add(to, event.partner_id.as_deref())?;
    add(to, event.manifest_id.as_ref().map(|id| id.as_bytes().as_slice()))?;
    add(to, event.request_id.as_deref())?;
    add(to, event.reason.as_deref())?;
    add(to, event.source_network.as_deref())?;
    add(to, event.count)
}

impl Store {
    pub(in crate::persist) async fn audit_after(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEvent)>, Error> {
        let rows = sqlx::query(include_str!("../../../queries/sqlite/audit_after.sql"))
            .bind(after)
            .bind(self.page(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(numbered).collect()
    }

    pub(in crate::persist) async fn audit_between(
        &self,
        after: i64,
        upto: i64,
        filter: &AuditFilter,
    ) -> Result<Vec<(i64, AuditEvent)>, Error> {
        let rows = sqlx::query(include_str!("../../../queries/sqlite/audit_between.sql"))
            .bind(after)
            .bind(upto)
            .bind(filter.from.map(micros))
            .bind(filter.before.map(micros))
            .bind(filter.partner_id.as_deref())
            .bind(filter.kind.map(AuditKind::as_str))
            .bind(filter.manifest_id.as_ref().map(|id| id.as_bytes().as_slice()))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(numbered).collect()
    }

    pub(in crate::persist) async fn audit_end(&self) -> Result<i64, Error> {
        let row = sqlx::query(include_str!("../../../queries/sqlite/audit_end.sql"))
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get("number")?)
    }
}

fn numbered(row: &SqliteRow) -> Result<(i64, AuditEvent), Error> {
    let event = AuditEvent {
        kind: AuditKind::parse(row.try_get("event")?)
            .ok_or_else(|| Error::Corrupt("audit event is unknown".into()))?,
        event_time: instant(row.try_get("event_time_us")?)?,
        partner_id: row.try_get("partner_id")?,
        manifest_id: row
            .try_get::<Option<&[u8]>, _>("manifest_id")?
            .map(Uuid::from_slice)
            .transpose()
            .map_err(|_| Error::Corrupt("manifest_id is no UUID".into()))?,
        request_id: row.try_get("request_id")?,
        reason: row.try_get("reason")?,
        source_network: row.try_get("source_network")?,
        count: row.try_get("count")?,
    };
    Ok((row.try_get("number")?, event))
}
