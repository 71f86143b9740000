//! What happens to a manifest after it is recorded: every transition with its feed row and its audit row, in one
//! transaction.

use jiff::Timestamp;
use manifest::life::Event;
use uuid::Uuid;

use super::{
    Store, audit, capacity,
    row::{instant, micros, state, summary, uuid},
    writer::wake_at,
};
use crate::persist::{
    AuditEvent, AuditKind, Clearance, Error, FeedEvent, FeedPosition, ManifestSummary, State,
    database::{Connection, query, sql},
};

/// What is reported about a conveyance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Movement {
    /// A post: it has come.
    Arrival,
    /// A post: it was released.
    Release,
    /// Its sender: it has come.
    Announced,
}

/// A revision that was recorded a moment ago, in the same transaction.
pub(super) struct Recording<'a> {
    pub(super) row: i64,
    pub(super) amended: &'a [i64],
    pub(super) takes_over: Option<i64>,
    pub(super) changes: Option<&'a [u8]>,
    pub(super) partner_id: &'a str,
    pub(super) now: Timestamp,
}

impl Store {
    /// A border post reports that the conveyance of a manifest has come. The first time stays.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::StateConflict`] when its state does not allow it; [`Error::Unavailable`].
    pub async fn report_arrival(
        &self,
        id: Uuid,
        partner_id: &str,
        arrive_time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        self.report(id, partner_id, Movement::Arrival, arrive_time, now).await
    }

    /// A border post reports that it was released. The first time stays.
    ///
    /// # Errors
    /// As [`Store::report_arrival`].
    pub async fn report_release(
        &self,
        id: Uuid,
        partner_id: &str,
        release_time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        self.report(id, partner_id, Movement::Release, release_time, now).await
    }

    /// Its sender announces that a manifest's conveyance has arrived: kept and told, its state stays. The first time stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Unavailable`].
    pub async fn announce_arrival(
        &self,
        id: Uuid,
        partner_id: &str,
        time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        self.report(id, partner_id, Movement::Announced, time, now).await
    }

    async fn report(
        &self,
        id: Uuid,
        partner_id: &str,
        movement: Movement,
        time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        let partner_id = partner_id.to_owned();
        let (summary, position) = self
            .transact(move |connection| {
                Box::pin(async move { report(connection, id, &partner_id, movement, time, now).await })
            })
            .await?;
        if let Some(position) = position {
            wake_at(&self.wake, position);
        }
        Ok(summary)
    }

    /// Looks at the manifests that were expected before an instant, some at a time, and expires those that never arrived.
    /// Returns how many were looked at and how many expired; nothing more to look at when the first is 0.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn expire(&self, before: Timestamp, limit: u32, now: Timestamp) -> Result<(u64, u64), Error> {
        let limit = self.page(limit);
        let (looked, expired, position) = self
            .transact(move |connection| Box::pin(async move { expire(connection, before, limit, now).await }))
            .await?;
        if let Some(position) = position {
            wake_at(&self.wake, position);
        }
        Ok((looked, expired))
    }

    /// What was released between two instants, at one post or at all; `limit` at the most. Without test traffic.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn clearances(
        &self,
        border_post_code: Option<&str>,
        from: Timestamp,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Clearance>, Error> {
        let rows = query(sql!(each "clearance_times"))
            .bind(micros(from))
            .bind(micros(before))
            .bind(border_post_code)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let journey: Option<&str> = row.try_get("journey_key")?;
                let mode = journey.and_then(|key| key.split_once(':')).map_or("", |(mode, _)| mode);
                Ok(Clearance {
                    border_post_code: row.try_get::<Option<String>>("border_post_code")?.unwrap_or_default(),
                    mode_code: mode.to_owned(),
                    arrive_time: instant(row.try_get("arrive_time_us")?)?,
                    release_time: instant(row.try_get("release_time_us")?)?,
                })
            })
            .collect()
    }
}

async fn report(
    connection: &mut Connection,
    id: Uuid,
    partner_id: &str,
    movement: Movement,
    time: Timestamp,
    now: Timestamp,
) -> Result<(ManifestSummary, Option<FeedPosition>), Error> {
    let found = query(sql!(both "life_find"))
        .bind(id.as_bytes().as_slice())
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(Error::NotFound)?;
    let row: i64 = found.try_get("row")?;
    let mut summary = summary(&found)?;
    let time = instant(micros(time))?; // as it will be read back
    let (known, event, column, feed, kind) = match movement {
        Movement::Arrival => {
            let text = sql!(both "moved_arrived");
            (summary.arrive_time, Some(Event::Arrive), text, FeedEvent::Arrived, AuditKind::Arrived)
        }
        Movement::Release => {
            let text = sql!(both "moved_released");
            let event = Some(Event::Complete);
            (summary.release_time, event, text, FeedEvent::Completed, AuditKind::Completed)
        }
        Movement::Announced => {
            let text = sql!(both "moved_announced");
            let kind = AuditKind::ArrivalAnnounced;
            (summary.announced_arrival_time, None, text, FeedEvent::ArrivalAnnounced, kind)
        }
    };
    // What is reported already stays as it was, unless a later revision has taken over.
    if known.is_some() && summary.state != State::Amended {
        return Ok((summary, None));
    }
    if let Some(event) = event {
        let before = summary.state;
        summary.state = before.after(event).map_err(|_| Error::StateConflict { state: before })?;
    }
    match movement {
        Movement::Arrival => summary.arrive_time = Some(time),
        Movement::Release => summary.release_time = Some(time),
        Movement::Announced => summary.announced_arrival_time = Some(time),
    }
    query(column).bind(row).bind(micros(time)).execute(&mut *connection).await?;
    move_to(connection, row, summary.state).await?;
    let position = feed_row(connection, row, feed).await?;
    let event = AuditEvent::new(kind, now).partner(partner_id).manifest(id);
    audit::insert(connection, [&event]).await?;
    Ok((summary, Some(position)))
}

/// What a revision does to those before it, after its own rows are written.
pub(super) async fn succeed(
    connection: &mut Connection,
    recording: &Recording<'_>,
) -> Result<Option<FeedPosition>, Error> {
    if let Some(changes) = recording.changes {
        query(sql!(both "moved_changes")).bind(recording.row).bind(changes).execute(&mut *connection).await?;
    }
    if let Some(earlier) = recording.takes_over {
        query(sql!(both "moved_take_over"))
            .bind(recording.row)
            .bind(earlier)
            .execute(&mut *connection)
            .await?;
    }
    let mut position = None;
    for row in recording.amended {
        let id = move_to(connection, *row, State::Amended).await?;
        position = Some(feed_row(connection, *row, FeedEvent::Amended).await?);
        let event =
            AuditEvent::new(AuditKind::Amended, recording.now).partner(recording.partner_id).manifest(id);
        audit::insert(connection, [&event]).await?;
    }
    Ok(position)
}

/// Takes what was recorded lately into the list of what falls due, then looks at what fell due.
async fn expire(
    connection: &mut Connection,
    before: Timestamp,
    limit: u32,
    now: Timestamp,
) -> Result<(u64, u64, Option<FeedPosition>), Error> {
    let upto: i64 = query(sql!(both "expire_upto"))
        .bind(i64::from(limit))
        .fetch_one(&mut *connection)
        .await?
        .try_get("position")?;
    let queued = query(sql!(both "expire_queue")).bind(upto).execute(&mut *connection).await?;
    query(sql!(both "expire_queued")).bind(upto).execute(&mut *connection).await?;
    let due = query(sql!(both "expire_due"))
        .bind(micros(before))
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await?;
    let (mut expired, mut position) = (0, None);
    for found in &due {
        let (row, stood) = (found.try_get("row")?, state(found.try_get("state")?)?);
        if stood != State::Expired
            && let Ok(after) = stood.after(Event::Expire)
        {
            move_to(connection, row, after).await?;
            capacity::release(connection, found.try_get("journey_key")?, found.try_get("id")?).await?;
            position = Some(feed_row(connection, row, FeedEvent::Expired).await?);
            let event = AuditEvent::new(AuditKind::Expired, now)
                .partner(found.try_get("partner_id")?)
                .manifest(uuid(found, "id")?);
            audit::insert(connection, [&event]).await?;
            expired += 1;
        }
        query(sql!(both "expire_done"))
            .bind(found.try_get::<i64>("due_time_us")?)
            .bind(row)
            .execute(&mut *connection)
            .await?;
    }
    Ok((queued + due.len() as u64, expired, position))
}

async fn move_to(connection: &mut Connection, row: i64, state: State) -> Result<Uuid, Error> {
    let moved = query(sql!(both "moved_state")).bind(row).bind(state.as_str()).fetch_one(connection).await?;
    uuid(&moved, "id")
}

/// A row of the feed about a manifest as it stands now.
pub(super) async fn feed_row(
    connection: &mut Connection,
    row: i64,
    event: FeedEvent,
) -> Result<FeedPosition, Error> {
    let row = query(sql!(both "moved_feed")).bind(row).bind(event.as_str()).fetch_one(connection).await?;
    Ok(FeedPosition(row.try_get("position")?))
}
