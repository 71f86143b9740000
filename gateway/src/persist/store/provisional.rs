//! Manifests for which rules alone decided: who judges them again, and how what is decided later takes the place of that.

use jiff::Timestamp;
use manifest::State;
use uuid::Uuid;

use super::{
    Store, audit, life,
    row::{instant, micros, summary, uuid},
    writer::wake_at,
};
use crate::persist::{
    AuditEvent, AuditKind, Backlog, Error, FeedEvent, FeedPosition, LaterDecision,
    database::{Connection, query, sql},
    packed::pack,
};

impl Store {
    /// Claims some manifests to be judged again, those first that have waited longest. Until `until` nobody else gets them,
    /// unless they are let go.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`].
    pub async fn claim_provisional(
        &self,
        claimant: Uuid,
        limit: u32,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Uuid>, Error> {
        let limit = self.page(limit);
        self.transact(move |connection| {
            Box::pin(async move {
                let rows = query(sql!(both "provisional_claim"))
                    .bind(claimant.as_bytes().as_slice())
                    .bind(micros(until))
                    .bind(micros(now))
                    .bind(i64::from(limit))
                    .fetch_all(connection)
                    .await?;
                rows.iter().map(|row| uuid(row, "id")).collect()
            })
        })
        .await
    }

    /// Puts what was decided later in the place of what rules alone had decided, and tells watchers, in one transaction; what
    /// stood there is kept. Only for whoever holds the claim, and only while the manifest waits for its conveyance: `false`
    /// otherwise, and nothing is told. Without a decision the manifest is only struck off the list.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`]: nothing was changed.
    pub async fn decide_later(
        &self,
        id: Uuid,
        claimant: Uuid,
        later: Option<LaterDecision>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let position = self
            .transact(move |connection| {
                Box::pin(async move { decide_later(connection, id, claimant, later, now).await })
            })
            .await?;
        if let Some(position) = position {
            wake_at(&self.wake, position);
        }
        Ok(position.is_some())
    }

    /// How many manifests wait to be judged again, and since when.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn provisional_backlog(&self) -> Result<Backlog, Error> {
        let row = query(sql!(both "provisional_backlog")).fetch_one(&self.readers).await?;
        let since: Option<i64> = row.try_get("since_time_us")?;
        let manifests: i64 = row.try_get("manifests")?;
        Ok(Backlog {
            manifests: u64::try_from(manifests).unwrap_or_default(),
            since: since.map(instant).transpose()?,
        })
    }
}

/// Notes, in the transaction that records it, that rules alone decided a manifest.
pub(super) async fn note(connection: &mut Connection, row: i64, since: Timestamp) -> Result<(), Error> {
    query(sql!(both "provisional_put")).bind(row).bind(micros(since)).execute(connection).await?;
    Ok(())
}

/// May the advice about a manifest in this state still change? Once its conveyance has come, an officer has decided.
pub(super) fn may_change(state: State) -> bool {
    matches!(state, State::Submitted | State::Closed)
}

async fn decide_later(
    connection: &mut Connection,
    id: Uuid,
    claimant: Uuid,
    later: Option<LaterDecision>,
    now: Timestamp,
) -> Result<Option<FeedPosition>, Error> {
    let claimed = query(sql!(both "provisional_done"))
        .bind(id.as_bytes().as_slice())
        .bind(claimant.as_bytes().as_slice())
        .fetch_optional(&mut *connection)
        .await?;
    let (Some(claimed), Some(later)) = (claimed, later) else { return Ok(None) };
    let row: i64 = claimed.try_get("manifest_row")?;
    let found =
        query(sql!(both "life_find")).bind(id.as_bytes().as_slice()).fetch_one(&mut *connection).await?;
    let summary = summary(&found)?;
    if !may_change(summary.state) {
        return Ok(None);
    }
    query(sql!(both "provisional_keep")).bind(row).execute(&mut *connection).await?;
    query(sql!(both "provisional_decided"))
        .bind(row)
        .bind(later.verdict.as_str())
        .bind(pack(&later.decisions))
        .execute(&mut *connection)
        .await?;
    let position = life::feed_row(connection, row, FeedEvent::Redecided).await?;
    let event = AuditEvent::new(AuditKind::Redecided, now).partner(&summary.key.partner_id).manifest(id);
    audit::insert(connection, [&event]).await?;
    Ok(Some(position))
}
