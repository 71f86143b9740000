//! History counters: read at scoring time, grown by imports.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use jiff::{Timestamp, civil::Date};
use scoring::{Counter, CounterKey, CounterKind, History, Moments};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteArguments, sqlite::SqliteRow};
use tokio::sync::oneshot;

use super::{
    Store,
    batch::add,
    reader,
    statement::{ManyRows, expand_all, pieces},
};
use crate::persist::{AuditEvent, AuditKind, Error, HistoryImported, HistoryRow};

/// Outcomes that are counted in one transaction.
const OUTCOMES_AT_ONCE: usize = 500;

static SOURCES: ManyRows =
    ManyRows::new(|| expand_all(include_str!("../../../queries/sqlite/import_history_sources.sql")));
static COUNTERS: ManyRows =
    ManyRows::new(|| expand_all(include_str!("../../../queries/sqlite/import_history_counters.sql")));

impl Store {
    pub(in crate::persist) async fn history_for(&self, keys: &[CounterKey]) -> Result<History, Error> {
        let (answer, wait) = oneshot::channel();
        self.histories.send(reader::Command::Read(keys.to_vec(), answer)).await.map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Unavailable("no answer from the reader".into()))?
    }

    pub(in crate::persist) async fn import_history(
        &self,
        rows: Vec<HistoryRow>,
        now: Timestamp,
    ) -> Result<HistoryImported, Error> {
        let mut imported = HistoryImported::default();
        let mut rows = rows.into_iter();
        loop {
            let some: Vec<HistoryRow> = rows.by_ref().take(OUTCOMES_AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let (total, counted) = (some.len() as u64, self.count_once(some).await?);
            imported.counted += counted;
            imported.repeated += total - counted;
        }
        let count = i64::try_from(imported.counted).unwrap_or(i64::MAX);
        self.audit(AuditEvent::new(AuditKind::HistoryImported, now).count(count)).await?;
        Ok(imported)
    }

    /// Counts those outcomes that were never counted before; says how many.
    async fn count_once(&self, rows: Vec<HistoryRow>) -> Result<u64, Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                let mut new = new_sources(connection, &rows).await?;
                let mut changes: BTreeMap<CounterKey, Counter> = BTreeMap::new();
                let mut as_of: Option<Date> = None;
                let mut counted = 0;
                // Taking it out of the set counts a source once that stands twice in one file.
                for row in rows.iter().filter(|row| new.remove(&row.source_id)) {
                    counted += 1;
                    as_of = as_of.max(Some(row.date));
                    for (key, change) in &row.updates {
                        changes.entry(*key).or_default().merge(change);
                    }
                }
                merge(connection, changes).await?;
                if let Some(as_of) = as_of {
                    known_up_to(connection, as_of).await?;
                }
                Ok(counted)
            })
        })
        .await
    }
}

/// Notes the sources and says which of them are new.
async fn new_sources(
    connection: &mut SqliteConnection,
    rows: &[HistoryRow],
) -> Result<HashSet<String>, Error> {
    let mut new = HashSet::new();
    for piece in pieces(rows) {
        let mut arguments = SqliteArguments::default();
        for row in piece {
            add(&mut arguments, row.source_id.as_str())?;
        }
        let added =
            sqlx::query_with(SOURCES.exactly(piece.len()), arguments).fetch_all(&mut *connection).await?;
        for row in added {
            new.insert(row.try_get("source_id")?);
        }
    }
    Ok(new)
}

/// Merges changes into what is stored, inside the transaction that is open.
async fn merge(
    connection: &mut SqliteConnection,
    changes: BTreeMap<CounterKey, Counter>,
) -> Result<(), Error> {
    let none = Counter::default();
    replace(connection, changes.into_iter().map(|(key, change)| (key, (none, change))).collect()).await
}

/// Takes counters back and counts others in their place, key by key, inside the transaction that is open.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    changes: BTreeMap<CounterKey, (Counter, Counter)>,
) -> Result<(), Error> {
    // Read for all kinds of a hash: only those that change are replaced. The older part stays on the left, so that
    // the same imports in the same order give the same bits.
    let stored: BTreeMap<CounterKey, Counter> =
        read(&mut *connection, changes.keys().copied()).await?.0.into_iter().collect();
    let changes: Vec<(CounterKey, Counter)> = changes
        .into_iter()
        .map(|(key, (old, new))| {
            let mut counter = stored.get(&key).copied().unwrap_or_default();
            counter.replace(&old, &new);
            (key, counter)
        })
        .collect();
    for piece in pieces(&changes) {
        let mut arguments = SqliteArguments::default();
        for (key, counter) in piece {
            add(&mut arguments, key.hash)?;
            add(&mut arguments, key.kind.code())?;
            add(&mut arguments, counter.n)?;
            add(&mut arguments, counter.fraud)?;
            add(&mut arguments, counter.critical)?;
            for moments in [counter.value, counter.mass] {
                let there = (moments != Moments::default()).then_some(moments);
                add(&mut arguments, there.map(|m| m.n))?;
                add(&mut arguments, there.map(|m| m.mean))?;
                add(&mut arguments, there.map(|m| m.m2))?;
            }
        }
        sqlx::query_with(COUNTERS.exactly(piece.len()), arguments).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Says up to which day outcomes are counted, if that is later than what was said before.
pub(super) async fn known_up_to(connection: &mut SqliteConnection, day: Date) -> Result<(), Error> {
    sqlx::query(include_str!("../../../queries/sqlite/import_history_as_of.sql"))
        .bind(day.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Counters that were found, and the day up to which they count.
pub(super) type Counted = (Vec<(CounterKey, Counter)>, Option<Date>);

/// The counters under some keys, in one statement: one snapshot, and one wake-up of the database's thread.
///
/// What stands under the other kinds of an asked hash comes with it.
pub(super) async fn read(
    from: &mut SqliteConnection,
    asked: impl Iterator<Item = CounterKey>,
) -> Result<Counted, Error> {
    let mut hashes: Vec<i64> = asked.map(|key| key.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let mut json = String::with_capacity(hashes.len() * 21 + 2);
    for hash in &hashes {
        // Writing to a string cannot fail.
        let _ = write!(json, "{}{hash}", if json.is_empty() { '[' } else { ',' });
    }
    json.push_str(if json.is_empty() { "[]" } else { "]" });
    let rows = sqlx::query(include_str!("../../../queries/sqlite/history_for.sql"))
        .bind(json)
        .fetch_all(from)
        .await?;
    let mut counters = Vec::with_capacity(rows.len());
    for row in &rows {
        let kind = CounterKind::from_code(row.try_get("kind")?)
            .ok_or_else(|| Error::Corrupt("counter kind is unknown".into()))?;
        counters.push((CounterKey { kind, hash: row.try_get("hash")? }, counter(row)?));
    }
    let as_of = match rows.first() {
        Some(row) => row.try_get::<Option<&str>, _>("history_as_of")?.map(date).transpose()?,
        None => None,
    };
    Ok((counters, as_of))
}

fn counter(row: &SqliteRow) -> Result<Counter, Error> {
    Ok(Counter {
        n: row.try_get("n")?,
        fraud: row.try_get("fraud")?,
        critical: row.try_get("critical")?,
        value: moments(row, ["value_n", "value_mean", "value_m2"])?,
        mass: moments(row, ["mass_n", "mass_mean", "mass_m2"])?,
    })
}

fn moments(row: &SqliteRow, [n, mean, m2]: [&str; 3]) -> Result<Moments, Error> {
    match row.try_get::<Option<i64>, _>(n)? {
        Some(n) => Ok(Moments { n, mean: row.try_get(mean)?, m2: row.try_get(m2)? }),
        None => Ok(Moments::default()),
    }
}

fn date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Corrupt("history_as_of is no date".into()))
}
