//! The store is bound to its digest secret: under another one repeats would be recorded a second time.

use super::schema;
use crate::persist::{
    Config, Error, Secrets,
    database::{Connection, query, sql},
};

/// Refuses another digest secret than the one that the manifests were recorded with. A store without manifests takes
/// the secret that comes.
pub(super) async fn check(
    connection: &mut Connection,
    config: &Config,
    secrets: &Secrets,
) -> Result<(), Error> {
    let value = secrets.digests().check_value();
    if stored(connection).await?.as_deref() == Some(&value[..]) {
        return Ok(());
    }
    query(sql!(both "digest_check_bind")).bind(&value[..]).execute(&mut *connection).await?;
    if stored(connection).await?.as_deref() == Some(&value[..]) {
        return Ok(());
    }
    Err(Error::Secret {
        path: config.digest_secret_file.display().to_string(),
        problem: format!(
            "is not the digest secret that the manifests in {} were recorded with, so repeats would be recorded \
             twice: put the file back from its backup",
            config.place()
        ),
    })
}

/// Is there a store, and does it hold manifests?
pub(super) async fn holds_manifests(config: &Config) -> Result<bool, Error> {
    if !config.is_postgres() && !config.path.exists() {
        return Ok(false);
    }
    let mut connection = Connection::writer(config, false).await?;
    let holds = if schema::version_or_none(&mut connection).await? == 0 {
        false
    } else {
        query(sql!(both "holds_manifests")).fetch_one(&mut connection).await?.try_get("holds")?
    };
    connection.close().await;
    Ok(holds)
}

async fn stored(connection: &mut Connection) -> Result<Option<Vec<u8>>, Error> {
    let row = query(sql!(both "digest_check")).fetch_one(connection).await?;
    Ok(row.try_get("digest_check")?)
}
