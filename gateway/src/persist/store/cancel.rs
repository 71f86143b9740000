//! Withdrawing a manifest.

use jiff::Timestamp;
use manifest::life::Event;
use uuid::Uuid;

use super::{
    Store, audit, capacity,
    life::feed_row,
    row::{seal, summary},
    writer::wake_at,
};
use crate::persist::{
    AuditEvent, AuditKind, Error, FeedEvent, FeedPosition, ManifestSummary, Secrets, State,
    database::{Connection, query, sql},
    sealed::Column,
};

impl Store {
    /// Withdraws a partner's manifest. Repeating is safe: a withdrawn one stays so and nothing is written again.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the partner has no such manifest; [`Error::StateConflict`] when its state does not
    /// allow it; [`Error::Unavailable`].
    pub async fn cancel(
        &self,
        id: Uuid,
        partner_id: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        let (secrets, partner_id, reason) = (self.secrets.clone(), partner_id.to_owned(), reason.to_owned());
        let (summary, position) = self
            .transact(move |connection| {
                Box::pin(async move { cancel(connection, &secrets, id, &partner_id, &reason, now).await })
            })
            .await?;
        if let Some(position) = position {
            wake_at(&self.wake, position);
        }
        Ok(summary)
    }
}

/// The reason is the sender's free text, so it is sealed: nothing keeps names out of it.
async fn cancel(
    connection: &mut Connection,
    secrets: &Secrets,
    id: Uuid,
    partner_id: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(ManifestSummary, Option<FeedPosition>), Error> {
    let found = query(sql!(both "cancel_find"))
        .bind(id.as_bytes().as_slice())
        .bind(partner_id)
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(Error::NotFound)?;
    let summary = summary(&found)?;
    let state =
        summary.state.after(Event::Cancel).map_err(|_| Error::StateConflict { state: summary.state })?;
    if summary.state == State::Cancelled {
        return Ok((summary, None));
    }
    let row: i64 = found.try_get("row")?;
    let sealed = match seal(&found, id, secrets)? {
        Some(seal) if !reason.is_empty() => Some(seal.seal(Column::CancellationReason, reason.as_bytes())?),
        _ => None,
    };
    query(sql!(both "cancel_update"))
        .bind(row)
        .bind(state.as_str())
        .bind(sealed)
        .execute(&mut *connection)
        .await?;
    capacity::release(connection, found.try_get("journey_key")?, id.as_bytes()).await?;
    let position = feed_row(connection, row, FeedEvent::Cancelled).await?;
    let event = AuditEvent::new(AuditKind::Cancelled, now).partner(partner_id).manifest(id);
    audit::insert(connection, [&event]).await?;
    Ok((ManifestSummary { state, ..summary }, Some(position)))
}
