//! The schema: numbered files, forward only, each in a transaction of its own.

use sqlx::{Row as _, SqliteConnection};

use super::connection;
use crate::persist::{Config, Error};

/// Every migration, in order; a test holds the list and the folder together.
pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first_light", include_str!("../../../migrations/sqlite/0001_first_light.sql")),
    (2, "digest_check", include_str!("../../../migrations/sqlite/0002_digest_check.sql")),
    (10, "documents", include_str!("../../../migrations/sqlite/0010_documents.sql")),
    (11, "life", include_str!("../../../migrations/sqlite/0011_life.sql")),
    (20, "inspections", include_str!("../../../migrations/sqlite/0020_inspections.sql")),
    (21, "capacity", include_str!("../../../migrations/sqlite/0021_capacity.sql")),
    (22, "bundles", include_str!("../../../migrations/sqlite/0022_bundles.sql")),
    (23, "conduct", include_str!("../../../migrations/sqlite/0023_conduct.sql")),
    (24, "selection", include_str!("../../../migrations/sqlite/0024_selection.sql")),
    (26, "judges", include_str!("../../../migrations/sqlite/0026_judges.sql")),
    (30, "links", include_str!("../../../migrations/sqlite/0030_links.sql")),
];

/// Number of the newest migration that this program knows.
pub(super) const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings the schema up to date and says where it is.
pub(super) async fn migrate(config: &Config) -> Result<i64, Error> {
    if let Some(folder) = config.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::Unavailable(e.to_string()))?;
    }
    let mut connection = connection::writer(config, true).await?;
    for (number, name, text) in MIGRATIONS {
        // Looked at inside the transaction: two programs may be told to migrate at once.
        sqlx::query("begin immediate").execute(&mut connection).await?;
        sqlx::query(include_str!("../../../queries/sqlite/schema_create.sql"))
            .execute(&mut connection)
            .await?;
        let found = version(&mut connection).await?;
        if found > NEWEST {
            return Err(Error::SchemaUnknown { found, known: NEWEST });
        }
        if !applied(&mut connection, *number).await? {
            sqlx::raw_sql(*text).execute(&mut connection).await?;
            sqlx::query(include_str!("../../../queries/sqlite/schema_applied.sql"))
                .bind(number)
                .bind(name)
                .execute(&mut connection)
                .await?;
        }
        sqlx::query("commit").execute(&mut connection).await?;
    }
    let found = version(&mut connection).await?;
    sqlx::Connection::close(connection).await?;
    Ok(found)
}

/// Refuses a schema that is not exactly the one that this program was built for.
pub(super) async fn check(connection: &mut SqliteConnection) -> Result<(), Error> {
    let found = version_or_none(connection).await?;
    if found == NEWEST { Ok(()) } else { Err(Error::SchemaUnknown { found, known: NEWEST }) }
}

/// Where the schema is; 0 where there is none.
pub(super) async fn version_or_none(connection: &mut SqliteConnection) -> Result<i64, Error> {
    let tables: i64 = sqlx::query(include_str!("../../../queries/sqlite/schema_exists.sql"))
        .fetch_one(&mut *connection)
        .await?
        .try_get("tables")?;
    if tables == 0 { Ok(0) } else { version(connection).await }
}

/// Numbers are handed out ahead, so an earlier one may come later: each is looked up by itself.
async fn applied(connection: &mut SqliteConnection, number: i64) -> Result<bool, Error> {
    let row = sqlx::query(include_str!("../../../queries/sqlite/schema_has.sql"))
        .bind(number)
        .fetch_one(connection)
        .await?;
    Ok(row.try_get::<i64, _>("applied")? > 0)
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, Error> {
    let row =
        sqlx::query(include_str!("../../../queries/sqlite/schema_version.sql")).fetch_one(connection).await?;
    Ok(row.try_get("number")?)
}
