//! Conduct of entrepreneurs, and the register of authorised ones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use scoring::reliability::{EntityKey, EntityKind};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteArguments, sqlite::SqliteRow};

use super::{
    Store, audit,
    batch::add,
    row::{instant, micros},
    statement::{ManyRows, expand_all, pieces},
};
use crate::persist::{AuditEvent, AuditKind, AuthorisedOperator, Conduct, ConductPage, Error, FeedPosition};

static PUT: ManyRows = ManyRows::new(|| expand_all(include_str!("../../../queries/sqlite/conduct_put.sql")));
static AUTHORISED_PUT: ManyRows =
    ManyRows::new(|| expand_all(include_str!("../../../queries/sqlite/authorised_put.sql")));

type Seen = BTreeMap<EntityKey, Conduct>;
type Authorised = BTreeMap<EntityKey, AuthorisedOperator>;

impl Store {
    pub(in crate::persist) async fn conduct_position(&self) -> Result<FeedPosition, Error> {
        let row = sqlx::query(include_str!("../../../queries/sqlite/conduct_position.sql"))
            .fetch_one(&self.readers)
            .await?;
        Ok(FeedPosition(row.try_get("position")?))
    }

    /// Counted once, however many gateways follow: only from where the last page ended.
    pub(in crate::persist) async fn put_conduct(&self, page: ConductPage) -> Result<(), Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(include_str!("../../../queries/sqlite/conduct_position.sql"))
                    .fetch_one(&mut *connection)
                    .await?;
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
                put(connection, seen.into_iter().collect()).await?;
                sqlx::query(include_str!("../../../queries/sqlite/conduct_position_put.sql"))
                    .bind(page.position.0)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    pub(in crate::persist) async fn conduct(&self, keys: &[EntityKey]) -> Result<(Seen, Authorised), Error> {
        let mut connection = self.readers.acquire().await?;
        let seen = find(&mut connection, keys.iter().copied()).await?;
        let rows = sqlx::query(include_str!("../../../queries/sqlite/authorised_find.sql"))
            .bind(hashes(keys.iter().copied()))
            .fetch_all(&mut *connection)
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

    pub(in crate::persist) async fn import_authorised(
        &self,
        rows: Vec<(EntityKey, AuthorisedOperator)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                for piece in pieces(&rows) {
                    let mut to = SqliteArguments::default();
                    for (key, entry) in piece {
                        add(&mut to, key.hash)?;
                        add(&mut to, key.kind.code())?;
                        add(&mut to, entry.reference.as_str())?;
                        add(&mut to, entry.valid_from.to_string())?;
                        add(&mut to, entry.valid_until.to_string())?;
                    }
                    sqlx::query_with(AUTHORISED_PUT.exactly(piece.len()), to)
                        .execute(&mut *connection)
                        .await?;
                }
                let count = i64::try_from(rows.len() / EntityKind::ALL.len()).unwrap_or(i64::MAX);
                let event = AuditEvent::new(AuditKind::OperatorsImported, now).count(count);
                audit::insert(connection, [&event]).await
            })
        })
        .await
    }
}

fn hashes(keys: impl IntoIterator<Item = EntityKey>) -> String {
    let hashes: BTreeSet<String> = keys.into_iter().map(|key| key.hash.to_string()).collect();
    format!("[{}]", hashes.into_iter().collect::<Vec<_>>().join(","))
}

fn key(row: &SqliteRow) -> Result<EntityKey, Error> {
    let kind = EntityKind::from_code(row.try_get("kind")?)
        .ok_or_else(|| Error::Corrupt("kind of entrepreneur is unknown".into()))?;
    Ok(EntityKey { kind, hash: row.try_get("hash")? })
}

async fn find(
    connection: &mut SqliteConnection,
    keys: impl IntoIterator<Item = EntityKey>,
) -> Result<Seen, Error> {
    let asked: BTreeSet<EntityKey> = keys.into_iter().collect();
    let rows = sqlx::query(include_str!("../../../queries/sqlite/conduct_find.sql"))
        .bind(hashes(asked.iter().copied()))
        .fetch_all(connection)
        .await?;
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

async fn put(connection: &mut SqliteConnection, rows: Vec<(EntityKey, Conduct)>) -> Result<(), Error> {
    for piece in pieces(&rows) {
        let mut to = SqliteArguments::default();
        for (key, conduct) in piece {
            add(&mut to, key.hash)?;
            add(&mut to, key.kind.code())?;
            add(&mut to, micros(conduct.first_seen))?;
            add(&mut to, micros(conduct.last_seen))?;
            add(&mut to, conduct.manifests)?;
            add(&mut to, conduct.late)?;
            add(&mut to, conduct.amended)?;
            add(&mut to, conduct.chapters.to_be_bytes().to_vec())?;
            add(&mut to, conduct.origins.iter().cloned().collect::<Vec<_>>().join(" "))?;
        }
        sqlx::query_with(PUT.exactly(piece.len()), to).execute(&mut *connection).await?;
    }
    Ok(())
}
