//! The registry: partners and border posts.

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection};

use super::{
    Store, audit,
    row::{instant, micros},
};
use crate::persist::{AuditEvent, AuditKind, BorderPostRow, Error, Imported, PartnerRow};

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

    pub(in crate::persist) async fn import_partners(
        &self,
        partners: Vec<PartnerRow>,
        now: Timestamp,
    ) -> Result<Imported, Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                let mut imported = Imported::default();
                for partner in &partners {
                    import_partner(connection, partner, &mut imported).await?;
                }
                grow_version(connection, &imported).await?;
                let count = i64::try_from(imported.added + imported.changed).unwrap_or(i64::MAX);
                let event = AuditEvent::new(AuditKind::PartnersImported, now).count(count);
                audit::insert(connection, [&event]).await?;
                Ok(imported)
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

    pub(in crate::persist) async fn import_border_posts(
        &self,
        posts: Vec<BorderPostRow>,
    ) -> Result<Imported, Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                let mut imported = Imported::default();
                for post in &posts {
                    import_border_post(connection, post, &mut imported).await?;
                }
                grow_version(connection, &imported).await?;
                Ok(imported)
            })
        })
        .await
    }

    pub(in crate::persist) async fn registry_version(&self) -> Result<i64, Error> {
        let row = sqlx::query(include_str!("../../../queries/sqlite/registry_version.sql"))
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get("registry_version")?)
    }
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

/// Other gateways poll the version: it moves only when there is something to see.
async fn grow_version(connection: &mut SqliteConnection, imported: &Imported) -> Result<(), Error> {
    if imported.added + imported.changed > 0 {
        sqlx::query(include_str!("../../../queries/sqlite/registry_version_grow.sql"))
            .execute(connection)
            .await?;
    }
    Ok(())
}
