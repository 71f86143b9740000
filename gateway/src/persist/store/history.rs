//! History counters: read at scoring time, grown by imports.

use std::collections::{BTreeMap, HashSet};

use jiff::{Timestamp, civil::Date};
use scoring::{Counter, CounterKey, CounterKind, History, Moments};
use tokio::sync::oneshot;

use super::{Store, reader};
use crate::persist::{
    AuditEvent, AuditKind, Error, HistoryImported, HistoryRow,
    database::{Connection, ManyRows, Row, Rows, many_rows, query, sql},
};

/// Outcomes that are counted in one transaction.
const OUTCOMES_AT_ONCE: usize = 500;

static SOURCES: ManyRows = many_rows!("import_history_sources");
static COUNTERS: ManyRows = many_rows!("import_history_counters");

impl Store {
    /// The counters under some keys, the base rates always among them. A key that nothing is counted under is left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`]: withhold then.
    pub async fn history_for(&self, keys: &[CounterKey]) -> Result<History, Error> {
        self.readers.check()?;
        let (answer, wait) = oneshot::channel();
        self.histories.send(reader::Command::Read(keys.to_vec(), answer)).await.map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Unavailable("no answer from the reader".into()))?
    }

    /// Counts past outcomes, each source once for ever. In several transactions when there are many: an import that
    /// broke off is finished by importing again.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: some may be counted.
    pub async fn import_history(
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
            let total = some.len() as u64;
            let (counted, changed) = self.count_once(some).await?;
            imported.counted += counted;
            imported.repeated += total - counted;
            imported.changed += changed;
        }
        let count = i64::try_from(imported.counted).unwrap_or(i64::MAX);
        self.audit(AuditEvent::new(AuditKind::HistoryImported, now).count(count)).await?;
        Ok(imported)
    }

    /// Counts those outcomes that were never counted before; says how many, and how many of the others say otherwise than what
    /// was counted.
    async fn count_once(&self, rows: Vec<HistoryRow>) -> Result<(u64, u64), Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                let mut new = new_sources(connection, &rows).await?;
                let mut changes: BTreeMap<CounterKey, Counter> = BTreeMap::new();
                let mut as_of: Option<Date> = None;
                let mut counted = 0;
                let mut repeated = Vec::new();
                for row in &rows {
                    // Taking it out of the set counts a source once that stands twice in one file.
                    if !new.remove(&row.source_id) {
                        repeated.push(row);
                        continue;
                    }
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
                Ok((counted, changed(connection, &repeated).await?))
            })
        })
        .await
    }
}

/// What was found, as it is noted of a source: 0 nothing, 1 an irregularity, 2 a critical one.
fn label(row: &HistoryRow) -> i64 {
    let base = row.updates.iter().find(|(key, _)| *key == CounterKey::BASE);
    base.map_or(0, |(_, counter)| (counter.fraud.min(1) + counter.critical.min(1)).clamp(0, 2))
}

/// How many of these say otherwise than when they were counted; of some that is not known.
async fn changed(connection: &mut Connection, rows: &[&HistoryRow]) -> Result<u64, Error> {
    if rows.is_empty() {
        return Ok(0);
    }
    let ids: Vec<String> = rows.iter().map(|row| row.source_id.clone()).collect();
    let found = query(sql!(each "history_labels")).bind(ids).fetch_all(connection).await?;
    let mut labels: BTreeMap<String, i64> = BTreeMap::new();
    for row in &found {
        labels.insert(row.try_get("source_id")?, row.try_get("label")?);
    }
    let says_otherwise =
        |row: &&&HistoryRow| labels.get(&row.source_id).is_some_and(|known| *known != label(row));
    Ok(rows.iter().filter(says_otherwise).count() as u64)
}

/// Notes the sources and says which of them are new.
async fn new_sources(connection: &mut Connection, rows: &[HistoryRow]) -> Result<HashSet<String>, Error> {
    let mut sources = Rows::of(2);
    for row in rows {
        sources.add(row.source_id.as_str());
        sources.add(label(row));
    }
    let new = SOURCES.fetch_all(connection, sources).await?;
    new.iter().map(|row| Ok(row.try_get("source_id")?)).collect()
}

/// Merges changes into what is stored, inside the transaction that is open.
async fn merge(connection: &mut Connection, changes: BTreeMap<CounterKey, Counter>) -> Result<(), Error> {
    let none = Counter::default();
    replace(connection, changes.into_iter().map(|(key, change)| (key, (none, change))).collect()).await
}

/// Takes counters back and counts others in their place, key by key, inside the transaction that is open.
pub(super) async fn replace(
    connection: &mut Connection,
    changes: BTreeMap<CounterKey, (Counter, Counter)>,
) -> Result<(), Error> {
    // Read for all kinds of a hash: only those that change are replaced. The older part stays on the left, so that
    // the same imports in the same order give the same bits.
    let stored: BTreeMap<CounterKey, Counter> =
        read(&mut *connection, changes.keys().copied()).await?.counters.into_iter().collect();
    let mut rows = Rows::of(11);
    for (key, (old, new)) in changes {
        let mut counter = stored.get(&key).copied().unwrap_or_default();
        counter.replace(&old, &new);
        rows.add(key.hash);
        rows.add(key.kind.code());
        rows.add(counter.n);
        rows.add(counter.fraud);
        rows.add(counter.critical);
        for moments in [counter.value, counter.mass] {
            let there = (moments != Moments::default()).then_some(moments);
            rows.add(there.map(|m| m.n));
            rows.add(there.map(|m| m.mean));
            rows.add(there.map(|m| m.m2));
        }
    }
    COUNTERS.execute(connection, rows).await
}

/// Says up to which day outcomes are counted, if that is later than what was said before.
pub(super) async fn known_up_to(connection: &mut Connection, day: Date) -> Result<(), Error> {
    query(sql!(both "import_history_as_of")).bind(day.to_string()).execute(connection).await?;
    Ok(())
}

/// What was found in one snapshot.
pub(super) struct Counted {
    /// Under the asked hashes, of any kind.
    pub(super) counters: Vec<(CounterKey, Counter)>,
    /// The day up to which outcomes count.
    pub(super) as_of: Option<Date>,
    /// How often counters were changed so far, by anybody.
    pub(super) version: i64,
}

/// The counters under some hashes, in one statement: one snapshot, and one wake-up of the database's thread.
///
/// What stands under the other kinds of an asked hash comes with it.
pub(super) async fn read(
    from: &mut Connection,
    asked: impl Iterator<Item = CounterKey>,
) -> Result<Counted, Error> {
    let mut hashes: Vec<i64> = asked.map(|key| key.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let rows = query(sql!(each "history_for")).bind(hashes).fetch_all(from).await?;
    // The order of rows is the database's.
    let mut state = None;
    let mut counters = Vec::with_capacity(rows.len());
    for row in &rows {
        match row.try_get::<Option<i64>>("kind")? {
            Some(kind) => counters.push((key(kind, row.try_get("hash")?)?, counter(row)?)),
            None => {
                let as_of = row.try_get::<Option<&str>>("history_as_of")?.map(date).transpose()?;
                state = Some((row.try_get("history_version")?, as_of));
                plain(row, &mut counters)?;
            }
        }
    }
    let (version, as_of) = state.ok_or_else(|| Error::Corrupt("the store has no state".into()))?;
    Ok(Counted { counters, as_of, version })
}

/// Counters that are nothing but whole numbers, which stand in lists side by side.
fn plain(row: &Row, counters: &mut Vec<(CounterKey, Counter)>) -> Result<(), Error> {
    let list = |column| row.try_get::<Vec<i64>>(column);
    let (kinds, hashes) = (list("kinds")?, list("hashes")?);
    let (ns, frauds, criticals) = (list("ns")?, list("frauds")?, list("criticals")?);
    if [&hashes, &ns, &frauds, &criticals].iter().any(|list| list.len() != kinds.len()) {
        return Err(Error::Corrupt("lists of counters differ in length".into()));
    }
    counters.reserve(kinds.len());
    for (place, kind) in kinds.into_iter().enumerate() {
        let (n, fraud, critical) = (ns[place], frauds[place], criticals[place]);
        counters.push((key(kind, hashes[place])?, Counter { n, fraud, critical, ..Counter::default() }));
    }
    Ok(())
}

fn key(kind: i64, hash: i64) -> Result<CounterKey, Error> {
    let kind =
        CounterKind::from_code(kind).ok_or_else(|| Error::Corrupt("counter kind is unknown".into()))?;
    Ok(CounterKey { kind, hash })
}

fn counter(row: &Row) -> Result<Counter, Error> {
    Ok(Counter {
        n: row.try_get("n")?,
        fraud: row.try_get("fraud")?,
        critical: row.try_get("critical")?,
        value: moments(row, ["value_n", "value_mean", "value_m2"])?,
        mass: moments(row, ["mass_n", "mass_mean", "mass_m2"])?,
    })
}

fn moments(row: &Row, [n, mean, m2]: [&str; 3]) -> Result<Moments, Error> {
    match row.try_get::<Option<i64>>(n)? {
        Some(n) => Ok(Moments { n, mean: row.try_get(mean)?, m2: row.try_get(m2)? }),
        None => Ok(Moments::default()),
    }
}

fn date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Corrupt("history_as_of is no date".into()))
}
