//! Conduct of entrepreneurs, and the register of authorised ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use scoring::reliability::{EntityKey, EntityKind};

use super::{
    Store, audit,
    row::{instant, micros},
};
use crate::persist::{
    AuditEvent, AuditKind, AuthorisedOperator, Conduct, ConductPage, Error, FeedPosition,
    database::{Connection, ManyRows, Row, Rows, many_rows, query, sql},
};

static PUT: ManyRows = many_rows!("conduct_put");
static AUTHORISED_PUT: ManyRows = many_rows!("authorised_put");

type Seen = BTreeMap<EntityKey, Conduct>;
type Authorised = BTreeMap<EntityKey, AuthorisedOperator>;

impl Store {
    /// How far in the feed conduct is counted.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn conduct_position(&self) -> Result<FeedPosition, Error> {
        let row = query(sql!(both "conduct_position")).fetch_one(&self.readers).await?;
        Ok(FeedPosition(row.try_get("position")?))
    }

    /// Counts what was seen of entrepreneurs, once: a page that does not begin where counting stands is left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put_conduct(&self, page: ConductPage) -> Result<(), Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                let row = query(sql!(both "conduct_position")).fetch_one(&mut *connection).await?;
                if FeedPosition(row.try_get("position")?) != page.after {
                    return Ok(());
                }
                let mut seen = find(connection, page.rows.iter().map(|(key, _)| *key)).await?;
                for (key, conduct) in page.rows {
                    match seen.get_mut(&key) {
                        Some(known) => known.merge(&conduct),
                        None => {
                            seen.insert(key, conduct);
                        }
                    }
                }
                put(connection, seen).await?;
                query(sql!(both "conduct_position_put")).bind(page.position.0).execute(connection).await?;
                Ok(())
            })
        })
        .await
    }

    /// What was seen of some entrepreneurs, and their entries in the register of authorised ones.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn conduct(&self, keys: &[EntityKey]) -> Result<(Seen, Authorised), Error> {
        let mut connection = self.readers.acquire().await?;
        let seen = find(&mut connection, keys.iter().copied()).await?;
        let rows = query(sql!(each "authorised_find"))
            .bind(hashes(keys.iter().copied()))
            .fetch_all(&mut connection)
            .await?;
        let mut authorised = Authorised::new();
        for row in &rows {
            let day = |column| -> Result<jiff::civil::Date, Error> {
                let text: &str = row.try_get(column)?;
                text.parse().map_err(|_| Error::Corrupt("a day of the register is no date".into()))
            };
            let entry = AuthorisedOperator {
                reference: row.try_get("reference")?,
                valid_from: day("valid_from")?,
                valid_until: day("valid_until")?,
            };
            authorised.insert(key(row)?, entry);
        }
        authorised.retain(|key, _| keys.contains(key));
        Ok((seen, authorised))
    }

    /// Adds or replaces entries of the register of authorised operators, and audits it.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_authorised(
        &self,
        rows: Vec<(EntityKey, AuthorisedOperator)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let operator = Arc::clone(&self.operator);
        self.transact(move |connection| {
            Box::pin(async move {
                // The last word about each: a statement may not meet a row twice.
                let last: BTreeMap<_, _> = rows.iter().map(|(key, entry)| (key, entry)).collect();
                let mut to = Rows::of(5);
                for (key, entry) in last {
                    to.add(key.hash);
                    to.add(key.kind.code());
                    to.add(entry.reference.as_str());
                    to.add(entry.valid_from.to_string());
                    to.add(entry.valid_until.to_string());
                }
                AUTHORISED_PUT.execute(connection, to).await?;
                let count = i64::try_from(rows.len() / EntityKind::ALL.len()).unwrap_or(i64::MAX);
                let event = AuditEvent::new(AuditKind::OperatorsImported, now).count(count).by(&operator);
                audit::insert(connection, [&event]).await
            })
        })
        .await
    }
}

fn hashes(keys: impl IntoIterator<Item = EntityKey>) -> Vec<i64> {
    let hashes: BTreeSet<i64> = keys.into_iter().map(|key| key.hash).collect();
    hashes.into_iter().collect()
}

fn key(row: &Row) -> Result<EntityKey, Error> {
    let kind = EntityKind::from_code(row.try_get("kind")?)
        .ok_or_else(|| Error::Corrupt("kind of entrepreneur is unknown".into()))?;
    Ok(EntityKey { kind, hash: row.try_get("hash")? })
}

async fn find(connection: &mut Connection, keys: impl IntoIterator<Item = EntityKey>) -> Result<Seen, Error> {
    let asked: BTreeSet<EntityKey> = keys.into_iter().collect();
    let rows =
        query(sql!(each "conduct_find")).bind(hashes(asked.iter().copied())).fetch_all(connection).await?;
    let mut seen = Seen::new();
    for row in &rows {
        let chapters: &[u8] = row.try_get("chapters")?;
        let chapters =
            chapters.try_into().map_err(|_| Error::Corrupt("chapters have another length".into()))?;
        let origins: &str = row.try_get("origins")?;
        let conduct = Conduct {
            first_seen: instant(row.try_get("first_seen_us")?)?,
            last_seen: instant(row.try_get("last_seen_us")?)?,
            manifests: row.try_get("manifests")?,
            late: row.try_get("late")?,
            amended: row.try_get("amended")?,
            chapters: u128::from_be_bytes(chapters),
            origins: origins.split_whitespace().map(str::to_owned).collect(),
        };
        seen.insert(key(row)?, conduct);
    }
    seen.retain(|key, _| asked.contains(key));
    Ok(seen)
}

async fn put(connection: &mut Connection, rows: Seen) -> Result<(), Error> {
    let mut to = Rows::of(9);
    for (key, conduct) in rows {
        to.add(key.hash);
        to.add(key.kind.code());
        to.add(micros(conduct.first_seen));
        to.add(micros(conduct.last_seen));
        to.add(conduct.manifests);
        to.add(conduct.late);
        to.add(conduct.amended);
        to.add(conduct.chapters.to_be_bytes().to_vec());
        to.add(conduct.origins.iter().cloned().collect::<Vec<_>>().join(" "));
    }
    PUT.execute(connection, to).await
}
