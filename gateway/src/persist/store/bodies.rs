//! Months of what lies under manifests' keys, on PostgreSQL: made ahead, dropped when they are purged (`docs/decisions/0126`).

use jiff::{Timestamp, ToSpan as _};

use super::{Store, row::micros};
use crate::persist::{
    Config, Error,
    database::{Connection, Query, Row, is_locked, query, sql},
};

/// How far ahead of the clock months are made: longer than a gateway stands still that nobody looks after.
const AHEAD_HOURS: i64 = 62 * 24;

/// Rows whose bodies are moved, or deleted from the rest, in one transaction.
const MOVED_AT_ONCE: i64 = 200;

/// How long a month that is made or dropped waits for whoever reads the table, in milliseconds: nobody writes meanwhile, and a
/// backup reads for hours (`docs/decisions/0136`).
const WAITS_MS: u64 = 100;

impl Store {
    /// Makes the months to come that are not there yet, and says how many; `None` when somebody reads the table for long, and
    /// it is to be tried again later. A month that is missing refuses nobody: its bodies lie in a table for the rest
    /// meanwhile, and are moved when it is made.
    ///
    /// # Errors
    /// [`Error::Unavailable`], for instance when the database's user may not make tables.
    pub async fn make_months(&self, now: Timestamp) -> Result<Option<u64>, Error> {
        self.transact(move |connection| {
            Box::pin(async move { make(connection, micros(now), ahead(now)).await })
        })
        .await
    }

    /// Deletes from the rest what came before an instant and is under no key any more, in steps: where no months are made all of a
    /// day or a month lies there, and whoever writes waits for no more than a step of it.
    pub(super) async fn empty_rest_before(&self, before: i64) -> Result<(), Error> {
        let mut reader = self.readers.acquire().await?;
        if reader.is_sqlite() {
            return Ok(());
        }
        let span = query(sql!(postgres "bodies_rest_span")).bind(before).fetch_one(&mut reader).await?;
        drop(reader);
        let Some(first) = span.try_get::<Option<i64>>("first_row")? else { return Ok(()) };
        let last = span.try_get::<Option<i64>>("last_row")?.unwrap_or(first);
        let mut after = first.saturating_sub(1);
        while after < last {
            let (from, upto) = (after, after.saturating_add(MOVED_AT_ONCE));
            self.transact(move |connection| {
                Box::pin(async move {
                    let text = sql!(postgres "bodies_rest_empty");
                    query(text).bind(from).bind(upto).bind(before).execute(connection).await
                })
            })
            .await?;
            after = upto;
        }
        Ok(())
    }

    /// Drops the months that end before an instant, what lies in them being under no key any more.
    pub(super) async fn drop_months_before(&self, before: i64, looked_at: i64) -> Result<Dropped, Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                if connection.is_sqlite() {
                    return Ok(Dropped::All);
                }
                let text = sql!(postgres "bodies_late");
                let late = query(text).bind(before).bind(looked_at).fetch_optional(&mut *connection).await?;
                if late.is_some() {
                    return Ok(Dropped::NotYet);
                }
                let change = query(sql!(postgres "bodies_drop")).bind(before);
                Ok(unless_read(connection, change).await?.map_or(Dropped::Read, |_| Dropped::All))
            })
        })
        .await
    }

    /// Moves what older programs wrote to where this one writes it, in steps beside gateways that serve. Not before every
    /// gateway is of this version: older ones would not find it. Returns how many manifests were moved.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; what was moved stays moved, and the next run goes on.
    pub async fn finish_migration(config: &Config, now: Timestamp) -> Result<u64, Error> {
        let mut connection = Connection::writer(config, true).await?;
        super::schema::check(&mut connection).await?;
        if connection.is_sqlite() {
            return Ok(0);
        }
        let moved = finish(&mut connection, now).await;
        connection.close().await;
        moved
    }
}

async fn finish(connection: &mut Connection, now: Timestamp) -> Result<u64, Error> {
    let Some(first) = query(sql!(postgres "bodies_first")).fetch_optional(&mut *connection).await? else {
        return Ok(0);
    };
    connection.begin().await?;
    // What is moved meanwhile lies in the rest, and is moved again when its month is made.
    make(connection, first.try_get("receive_time_us")?, ahead(now)).await?;
    connection.commit().await?;
    let end: i64 =
        query(sql!(postgres "manifests_end")).fetch_one(&mut *connection).await?.try_get("last_row")?;
    let (mut after, mut moved) = (first.try_get::<i64>("row")?.saturating_sub(1), 0);
    while after < end {
        let upto = after.saturating_add(MOVED_AT_ONCE);
        connection.begin().await?;
        let text = sql!(postgres "bodies_move");
        moved += query(text).bind(after).bind(upto).execute(&mut *connection).await?;
        connection.commit().await?;
        after = upto;
    }
    Ok(moved)
}

fn ahead(now: Timestamp) -> i64 {
    micros(now.checked_add(AHEAD_HOURS.hours()).unwrap_or(now))
}

/// Inside a transaction, which holds the lock; `None` when somebody reads the table for long.
async fn make(connection: &mut Connection, from: i64, to: i64) -> Result<Option<u64>, Error> {
    if connection.is_sqlite() {
        return Ok(Some(0));
    }
    let change = query(sql!(postgres "bodies_make")).bind(from).bind(to);
    let made = unless_read(connection, change).await?.map(|row| row.try_get::<i64>("made")).transpose()?;
    Ok(made.map(|made| u64::try_from(made).unwrap_or_default()))
}

/// Changes the table, or leaves everything as it was (`None`) when whoever reads it does not end at once. The transaction goes on.
async fn unless_read(connection: &mut Connection, change: Query<'_>) -> Result<Option<Row>, Error> {
    connection.plainly("savepoint months").await?;
    connection.limit_locks(WAITS_MS).await?;
    match change.fetch_one(&mut *connection).await {
        Err(error) if is_locked(&error) => {
            connection.plainly("rollback to savepoint months").await?;
            Ok(None)
        }
        changed => changed.map(Some),
    }
}

/// What became of months that are to be dropped.
pub(super) enum Dropped {
    /// They are gone.
    All,
    /// A row came after keys were looked for whose key is to be destroyed first.
    NotYet,
    /// Somebody reads the table for long.
    Read,
}
