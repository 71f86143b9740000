//! The store is bound to its digest secret: under another one repeats would be recorded a second time.

use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{connection, schema};
use crate::persist::{Config, Error, Secrets};

/// Refuses another digest secret than the one that the manifests were recorded with. A store without manifests takes
/// the secret that comes.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    config: &Config,
    secrets: &Secrets,
) -> Result<(), Error> {
    let value = secrets.digests().check_value();
    if stored(connection).await?.as_deref() == Some(&value[..]) {
        return Ok(());
    }
    sqlx::query(include_str!("../../../queries/sqlite/digest_check_bind.sql"))
        .bind(&value[..])
        .execute(&mut *connection)
        .await?;
    if stored(connection).await?.as_deref() == Some(&value[..]) {
        return Ok(());
    }
    Err(Error::Secret {
        path: config.digest_secret_file.display().to_string(),
        problem: format!(
            "is not the digest secret that the manifests in {} were recorded with, so repeats would be recorded \
             twice: put the file back from its backup",
            config.path.display()
        ),
    })
}

/// Is there a store, and does it hold manifests?
pub(super) async fn holds_manifests(config: &Config) -> Result<bool, Error> {
    if !config.path.exists() {
        return Ok(false);
    }
    let mut connection = connection::writer(config, false).await?;
    let holds = if schema::version_or_none(&mut connection).await? == 0 {
        false
    } else {
        sqlx::query(include_str!("../../../queries/sqlite/holds_manifests.sql"))
            .fetch_one(&mut connection)
            .await?
            .try_get("holds")?
    };
    connection.close().await?;
    Ok(holds)
}

async fn stored(connection: &mut SqliteConnection) -> Result<Option<Vec<u8>>, Error> {
    let row =
        sqlx::query(include_str!("../../../queries/sqlite/digest_check.sql")).fetch_one(connection).await?;
    Ok(row.try_get("digest_check")?)
}
