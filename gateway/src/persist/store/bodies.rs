//! Months of what lies under manifests' keys, on PostgreSQL: made ahead, dropped when they are purged (`docs/decisions/0126`).

use jiff::{Timestamp, ToSpan as _};

use super::{Store, row::micros};
use crate::persist::{
    Config, Error,
    database::{Connection, query, sql},
};

/// How far ahead of the clock months are made: longer than a gateway stands still that nobody looks after.
const AHEAD_HOURS: i64 = 62 * 24;

/// Rows whose bodies are moved in one transaction.
const MOVED_AT_ONCE: i64 = 200;

impl Store {
    /// Makes the months to come that are not there yet, and says how many. A month that is missing refuses nobody: its
    /// bodies lie in a table for the rest meanwhile, and are moved when it is made.
    ///
    /// # Errors
    /// [`Error::Unavailable`], for instance when the database's user may not make tables.
    pub async fn make_months(&self, now: Timestamp) -> Result<u64, Error> {
        self.transact(move |connection| {
            Box::pin(async move { make(connection, micros(now), ahead(now)).await })
        })
        .await
    }

    /// Drops the months that end before an instant, what lies in them being under no key any more; `false`, and nothing is
    /// dropped, when a row after `looked_at` has come meanwhile whose key is to be destroyed first.
    pub(super) async fn drop_months_before(&self, before: i64, looked_at: i64) -> Result<bool, Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                if connection.is_sqlite() {
                    return Ok(true);
                }
                let text = sql!(postgres "bodies_late");
                let late = query(text).bind(before).bind(looked_at).fetch_optional(&mut *connection).await?;
                if late.is_some() {
                    return Ok(false);
                }
                query(sql!(postgres "bodies_drop")).bind(before).fetch_one(connection).await?;
                Ok(true)
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

/// Inside a transaction, which holds the lock.
pub(super) async fn make(connection: &mut Connection, from: i64, to: i64) -> Result<u64, Error> {
    if connection.is_sqlite() {
        return Ok(0);
    }
    let row = query(sql!(postgres "bodies_make")).bind(from).bind(to).fetch_one(connection).await?;
    Ok(u64::try_from(row.try_get::<i64>("made")?).unwrap_or_default())
}
