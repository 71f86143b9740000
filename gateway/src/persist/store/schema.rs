//! The schema: numbered files, forward only, each in a transaction of its own.

use crate::persist::{
    Config, Error,
    database::{Connection, query, sql},
};

/// One step: its number, its name, and its text for SQLite and for PostgreSQL.
type Migration = (i64, &'static str, &'static str, &'static str);

macro_rules! migrations {
    ($($number:literal $digits:literal $name:literal)+) => {
        &[$( (
            $number,
            $name,
            include_str!(concat!("../../../migrations/sqlite/", $digits, "_", $name, ".sql")),
            include_str!(concat!("../../../migrations/postgres/", $digits, "_", $name, ".sql")),
        ), )+]
    };
}

/// Every migration, in order; a test holds the list and both folders together.
pub(in crate::persist) const MIGRATIONS: &[Migration] = migrations! {
    1 "0001" "first_light"
    2 "0002" "digest_check"
    10 "0010" "documents"
    11 "0011" "life"
    20 "0020" "inspections"
    21 "0021" "capacity"
    22 "0022" "bundles"
    23 "0023" "conduct"
    24 "0024" "selection"
    26 "0026" "judges"
    30 "0030" "links"
    32 "0032" "history_labels"
    40 "0040" "quota_minutes"
    41 "0041" "audit_operator"
    42 "0042" "provisional"
    45 "0045" "bodies"
    46 "0046" "history_version"
    47 "0047" "bodies_rest_by_time"
};

/// Number of the newest migration that this program knows.
pub(in crate::persist) const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings the schema up to date and says where it is.
pub(super) async fn migrate(config: &Config) -> Result<i64, Error> {
    let folder = config.path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|_| !config.is_postgres()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::Unavailable(e.to_string()))?;
    }
    let mut connection = Connection::writer(config, true).await?;
    for (number, name, sqlite, postgres) in MIGRATIONS {
        // Looked at inside the transaction, under its lock: two programs may be told to migrate at once.
        connection.begin().await?;
        // One's turn is waited for however long others take; what it then changes is not, for everybody waits meanwhile.
        connection.limit_locks(config.busy_timeout_ms).await?;
        query(sql!(each "schema_create")).execute(&mut connection).await?;
        let found = version(&mut connection).await?;
        if found > NEWEST {
            return Err(Error::SchemaUnknown { found, known: NEWEST });
        }
        if !applied(&mut connection, *number).await? {
            connection.plainly(if connection.is_sqlite() { sqlite } else { postgres }).await?;
            query(sql!(both "schema_applied")).bind(*number).bind(*name).execute(&mut connection).await?;
        }
        connection.commit().await?;
    }
    let found = version(&mut connection).await?;
    connection.close().await;
    Ok(found)
}

/// Refuses a schema that is not exactly the one that this program was built for.
pub(super) async fn check(connection: &mut Connection) -> Result<(), Error> {
    let found = version_or_none(connection).await?;
    if found == NEWEST { Ok(()) } else { Err(Error::SchemaUnknown { found, known: NEWEST }) }
}

/// Where the schema is; 0 where there is none.
pub(super) async fn version_or_none(connection: &mut Connection) -> Result<i64, Error> {
    let tables: i64 =
        query(sql!(each "schema_exists")).fetch_one(&mut *connection).await?.try_get("tables")?;
    if tables == 0 { Ok(0) } else { version(connection).await }
}

/// Numbers are handed out ahead, so an earlier one may come later: each is looked up by itself.
async fn applied(connection: &mut Connection, number: i64) -> Result<bool, Error> {
    let row = query(sql!(both "schema_has")).bind(number).fetch_one(connection).await?;
    Ok(row.try_get::<i64>("applied")? > 0)
}

async fn version(connection: &mut Connection) -> Result<i64, Error> {
    let row = query(sql!(both "schema_version")).fetch_one(connection).await?;
    Ok(row.try_get("number")?)
}
