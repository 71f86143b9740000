//! Disk: what is needed, what is free, what is used.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use crate::setup::Site;

/// A gateway's store, as it is reached past the gateway.
pub(crate) struct Place {
    /// Its configuration.
    pub(crate) site: Site,
    /// The database's address; without one the store is the file.
    pub(crate) url: Option<String>,
    /// SQLite's file.
    pub(crate) file: PathBuf,
}

/// Bytes on the disk for each manifest that is filled in, either store, with room for the server's log.
const BYTES_EACH: u64 = 2_000;
/// What submissions and purges of the benchmark itself write, and what others on the machine should be left.
const BESIDE: u64 = 4_000_000_000;

/// Refuses to begin what would fill the disk.
pub(crate) fn ensure_enough(folder: &Path, manifests: u64) -> Result<()> {
    let free = free(folder)?;
    let needed = manifests * BYTES_EACH + BESIDE;
    let fits = free.saturating_sub(BESIDE) / BYTES_EACH;
    ensure!(
        free >= needed,
        "{manifests} manifests need about {:.1} GB of disk with what the measurement itself writes, and {:.1} GB are free below \
         {}: make room, or say --manifests {fits}",
        needed as f64 / 1e9,
        free as f64 / 1e9,
        folder.display()
    );
    Ok(())
}

fn free(folder: &Path) -> Result<u64> {
    let output = std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().nth(1).and_then(|line| line.trim().parse().ok()).context("df does not say what is free")
}

/// Bytes of the store's tables with their indexes, by table.
pub(crate) async fn tables(place: &Place) -> Result<Vec<(String, u64)>> {
    if place.url.is_none() {
        let options = SqliteConnectOptions::new().filename(&place.file).read_only(true);
        let mut connection = options.connect().await?;
        let text = "select m.tbl_name as name, sum(s.pgsize) as bytes from dbstat s join sqlite_schema m on m.name = s.name
            group by 1 order by 2 desc";
        let rows = sqlx::query(text).fetch_all(&mut connection).await?;
        return Ok(rows.iter().map(|row| (row.get("name"), row.get::<i64, _>("bytes") as u64)).collect());
    }
    let mut connection = PgConnection::connect(place.url.as_deref().unwrap_or_default()).await?;
    let text = "select case when relname like 'bodies\\_%' then 'bodies' else relname::text end as name,
            sum(pg_total_relation_size(oid))::bigint as bytes
        from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace group by 1 order by 2 desc";
    let rows = sqlx::query(text).fetch_all(&mut connection).await?;
    Ok(rows.iter().map(|row| (row.get("name"), row.get::<i64, _>("bytes") as u64)).collect())
}

/// Bytes of the whole store.
pub(crate) async fn total(place: &Place) -> Result<u64> {
    let text = if place.url.is_none() {
        "select page_count * page_size as bytes from pragma_page_count, pragma_page_size"
    } else {
        "select pg_database_size(current_database()) as bytes"
    };
    number(place, text).await
}

/// Manifests whose rows are there.
pub(crate) async fn manifests(place: &Place) -> Result<u64> {
    number(place, "select coalesce(max(row), 0) as bytes from manifests").await
}

/// Keys that live.
pub(crate) async fn keys(place: &Place) -> Result<u64> {
    number(place, "select count(*) as bytes from manifest_keys").await
}

async fn number(place: &Place, text: &'static str) -> Result<u64> {
    let text = AssertSqlSafe(text);
    let bytes: i64 = if place.url.is_none() {
        let options = SqliteConnectOptions::new().filename(&place.file).read_only(true);
        let mut connection: SqliteConnection = options.connect().await?;
        sqlx::query(text).fetch_one(&mut connection).await?.get("bytes")
    } else {
        let mut connection = PgConnection::connect(place.url.as_deref().unwrap_or_default()).await?;
        sqlx::query(text).fetch_one(&mut connection).await?.get("bytes")
    };
    Ok(u64::try_from(bytes)?)
}
