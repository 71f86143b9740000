//! The registry: partners and border posts.

use sqlx::{Row as _, SqliteConnection};

use super::{
    Store, audit,
    row::{instant, micros},
};
use crate::persist::{BorderPostRow, Error, Imported, PartnerRow, RegistryChange};

impl Store {
    pub(in crate::persist) async fn partners(&self) -> Result<Vec<PartnerRow>, Error> {
        let rows = sqlx::query(include_str!("../../../queries/sqlite/partners.sql"))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(PartnerRow {
                    id: row.try_get("id")?,
                    settings_json: row.try_get("settings_json")?,
                    anchors_pem: row.try_get("anchors_pem")?,
                    crls_pem: row.try_get("crls_pem")?,
                    updated_time: instant(row.try_get("updated_time_us")?)?,
                })
            })
            .collect()
    }

    pub(in crate::persist) async fn change_registry(
        &self,
        expected: i64,
        change: RegistryChange,
    ) -> Result<Option<Imported>, Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                // One writer at a time, over all processes: what is seen here stays so until the commit.
                if version(&mut *connection).await? != expected {
                    return Ok(None);
                }
                let mut imported = Imported::default();
                for partner in &change.partners {
                    import_partner(connection, partner, &mut imported).await?;
                }
                for post in &change.border_posts {
                    import_border_post(connection, post, &mut imported).await?;
                }
                for id in &change.partners_removed {
                    let remove = sqlx::query(include_str!("../../../queries/sqlite/partner_remove.sql"));
                    imported.removed +=
                        remove.bind(id).execute(&mut *connection).await?.rows_affected() as usize;
                }
                for code in &change.border_posts_removed {
                    let remove = sqlx::query(include_str!("../../../queries/sqlite/border_post_remove.sql"));
                    imported.removed +=
                        remove.bind(code).execute(&mut *connection).await?.rows_affected() as usize;
                }
                if imported.added + imported.changed + imported.removed > 0 {
                    // Gateways poll the version: it moves only when there is something to see.
                    sqlx::query(include_str!("../../../queries/sqlite/registry_version_grow.sql"))
                        .execute(&mut *connection)
                        .await?;
                }
                audit::insert(connection, &change.audit).await?;
                Ok(Some(imported))
            })
        })
        .await
    }

    pub(in crate::persist) async fn border_posts(&self) -> Result<Vec<BorderPostRow>, Error> {
        let rows = sqlx::query(include_str!("../../../queries/sqlite/border_posts.sql"))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(BorderPostRow {
                    code: row.try_get("code")?,
                    settings_json: row.try_get("settings_json")?,
                    updated_time: instant(row.try_get("updated_time_us")?)?,
                })
            })
            .collect()
    }

    pub(in crate::persist) async fn registry_version(&self) -> Result<i64, Error> {
        let mut connection = self.readers.acquire().await?;
        version(&mut connection).await
    }
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, Error> {
    let row = sqlx::query(include_str!("../../../queries/sqlite/registry_version.sql"))
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("registry_version")?)
}

async fn import_partner(
    connection: &mut SqliteConnection,
    partner: &PartnerRow,
    imported: &mut Imported,
) -> Result<(), Error> {
    let before = sqlx::query(include_str!("../../../queries/sqlite/import_partners_find.sql"))
        .bind(partner.id.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(before) = before {
        if before.try_get::<&str, _>("settings_json")? == partner.settings_json
            && before.try_get::<&str, _>("anchors_pem")? == partner.anchors_pem
            && before.try_get::<&str, _>("crls_pem")? == partner.crls_pem
        {
            imported.unchanged += 1;
            return Ok(());
        }
        imported.changed += 1;
    } else {
        imported.added += 1;
    }
    sqlx::query(include_str!("../../../queries/sqlite/import_partners.sql"))
        .bind(partner.id.as_str())
        .bind(partner.settings_json.as_str())
        .bind(partner.anchors_pem.as_str())
        .bind(partner.crls_pem.as_str())
        .bind(micros(partner.updated_time))
        .execute(connection)
        .await?;
    Ok(())
}

async fn import_border_post(
    connection: &mut SqliteConnection,
    post: &BorderPostRow,
    imported: &mut Imported,
) -> Result<(), Error> {
    let before = sqlx::query(include_str!("../../../queries/sqlite/import_border_posts_find.sql"))
        .bind(post.code.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    match before {
        Some(before) if before.try_get::<&str, _>("settings_json")? == post.settings_json => {
            imported.unchanged += 1;
            return Ok(());
        }
        Some(_) => imported.changed += 1,
        None => imported.added += 1,
    }
    sqlx::query(include_str!("../../../queries/sqlite/import_border_posts.sql"))
        .bind(post.code.as_str())
        .bind(post.settings_json.as_str())
        .bind(micros(post.updated_time))
        .execute(connection)
        .await?;
    Ok(())
}
