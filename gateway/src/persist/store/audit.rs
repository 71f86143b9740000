//! Audit rows.

use uuid::Uuid;

use super::{
    Store,
    row::{instant, micros},
};
use crate::persist::{
    AuditEvent, AuditFilter, AuditKind, Error,
    database::{Connection, ManyRows, Row, Rows, many_rows, query, sql},
};

/// What every submission or call may write. Everything else is rare, and found by an index that leaves these out
/// (`migrations`, 0041).
const OFTEN: [AuditKind; 7] = [
    AuditKind::Submitted,
    AuditKind::Repeated,
    AuditKind::Rejected,
    AuditKind::Refused,
    AuditKind::DryRun,
    AuditKind::Amended,
    AuditKind::PersonsRead,
];

static INSERT: ManyRows = many_rows!("audit_insert");

/// Columns of `audit`, without its number.
pub(super) const COLUMNS: usize = 9;

/// Appends events inside the transaction that is open.
pub(super) async fn insert(
    connection: &mut Connection,
    events: impl IntoIterator<Item = &AuditEvent>,
) -> Result<(), Error> {
    let mut rows = Rows::of(COLUMNS);
    events.into_iter().for_each(|event| add_row(event, &mut rows));
    INSERT.execute(connection, rows).await
}

/// One row of `audit`.
pub(super) fn add_row<'q>(event: &'q AuditEvent, to: &mut Rows<'q>) {
    to.add(event.kind.as_str());
    to.add(micros(event.event_time));
    to.add(event.partner_id.as_deref());
    to.add(event.manifest_id.as_ref().map(|id| id.as_bytes().as_slice()));
    to.add(event.request_id.as_deref());
    to.add(event.reason.as_deref());
    to.add(event.source_network.as_deref());
    to.add(event.count);
    to.add(event.operator.as_deref());
}

impl Store {
    /// Audited events in order, oldest first, after an event number (0: from the first).
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn audit_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, AuditEvent)>, Error> {
        let rows = query(sql!(both "audit_after"))
            .bind(after)
            .bind(self.page(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(numbered).collect()
    }

    /// Audited events that fit a filter, in order, among those with numbers after `after` and up to `upto`. Every number
    /// between is looked at, so ask for some at a time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn audit_between(
        &self,
        after: i64,
        upto: i64,
        filter: &AuditFilter,
    ) -> Result<Vec<(i64, AuditEvent)>, Error> {
        // What is rare, and what is one partner's, has an index of its own, which these words ask for.
        let text = match (&filter.partner_id, filter.kind) {
            (Some(_), _) => sql!(both "audit_between_of_partner"),
            (None, Some(kind)) if !OFTEN.contains(&kind) => sql!(both "audit_between_of_event"),
            _ => sql!(both "audit_between"),
        };
        let rows = query(text)
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

    /// The numbers before the first and of the last event of a period; both 0 where there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn audit_bounds(&self, filter: &AuditFilter) -> Result<(i64, i64), Error> {
        let row = query(sql!(both "audit_bounds"))
            .bind(filter.from.map_or(i64::MIN, micros))
            .bind(filter.before.map_or(i64::MAX, micros))
            .fetch_one(&self.readers)
            .await?;
        let (first, last): (i64, i64) = (row.try_get("first")?, row.try_get("last")?);
        Ok((first.saturating_sub(1).max(0), last))
    }

    /// Number of the newest audited event; 0 where there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn audit_end(&self) -> Result<i64, Error> {
        Ok(query(sql!(both "audit_end")).fetch_one(&self.readers).await?.try_get("number")?)
    }
}

fn numbered(row: &Row) -> Result<(i64, AuditEvent), Error> {
    let event = AuditEvent {
        kind: AuditKind::parse(row.try_get("event")?)
            .ok_or_else(|| Error::Corrupt("audit event is unknown".into()))?,
        event_time: instant(row.try_get("event_time_us")?)?,
        partner_id: row.try_get("partner_id")?,
        manifest_id: row
            .try_get::<Option<&[u8]>>("manifest_id")?
            .map(Uuid::from_slice)
            .transpose()
            .map_err(|_| Error::Corrupt("manifest_id is no UUID".into()))?,
        request_id: row.try_get("request_id")?,
        reason: row.try_get("reason")?,
        source_network: row.try_get("source_network")?,
        count: row.try_get("count")?,
        operator: row.try_get("operator")?,
    };
    Ok((row.try_get("number")?, event))
}
