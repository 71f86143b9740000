//! The registry: partners and border posts.

use std::sync::Arc;

use super::{
    Store, audit,
    row::{instant, micros},
};
use crate::persist::{
    BorderPostRow, Error, Imported, PartnerRow, RegistryChange,
    database::{Connection, query, sql},
};

impl Store {
    /// Every registered partner, by id.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn partners(&self) -> Result<Vec<PartnerRow>, Error> {
        let rows = query(sql!(both "partners")).fetch_all(&self.readers).await?;
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

    /// Changes the registry if it still is of version `expected`; `None` when it moved meanwhile, and then nothing was
    /// changed or audited. Bumps the version if anything changed.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was changed then.
    pub async fn change_registry(
        &self,
        expected: i64,
        change: RegistryChange,
    ) -> Result<Option<Imported>, Error> {
        let operator = Arc::clone(&self.operator);
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
                    let remove = query(sql!(both "partner_remove")).bind(id);
                    imported.removed += remove.execute(&mut *connection).await? as usize;
                }
                for code in &change.border_posts_removed {
                    let remove = query(sql!(both "border_post_remove")).bind(code);
                    imported.removed += remove.execute(&mut *connection).await? as usize;
                }
                if imported.added + imported.changed + imported.removed > 0 {
                    // Gateways poll the version: it moves only when there is something to see.
                    query(sql!(both "registry_version_grow")).execute(&mut *connection).await?;
                }
                let events: Vec<_> = change.audit.into_iter().map(|event| event.by(&operator)).collect();
                audit::insert(connection, &events).await?;
                Ok(Some(imported))
            })
        })
        .await
    }

    /// The border posts that more is known about than their code.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn border_posts(&self) -> Result<Vec<BorderPostRow>, Error> {
        let rows = query(sql!(both "border_posts")).fetch_all(&self.readers).await?;
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

    /// Grows with every change of the partners or border posts; cheap to poll.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn registry_version(&self) -> Result<i64, Error> {
        version(&mut self.readers.acquire().await?).await
    }
}

async fn version(connection: &mut Connection) -> Result<i64, Error> {
    let row = query(sql!(both "registry_version")).fetch_one(connection).await?;
    Ok(row.try_get("registry_version")?)
}

async fn import_partner(
    connection: &mut Connection,
    partner: &PartnerRow,
    imported: &mut Imported,
) -> Result<(), Error> {
    let before = query(sql!(both "import_partners_find"))
        .bind(partner.id.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(before) = before {
        if before.try_get::<&str>("settings_json")? == partner.settings_json
            && before.try_get::<&str>("anchors_pem")? == partner.anchors_pem
            && before.try_get::<&str>("crls_pem")? == partner.crls_pem
        {
            imported.unchanged += 1;
            return Ok(());
        }
        imported.changed += 1;
    } else {
        imported.added += 1;
    }
    query(sql!(both "import_partners"))
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
    connection: &mut Connection,
    post: &BorderPostRow,
    imported: &mut Imported,
) -> Result<(), Error> {
    let before = query(sql!(both "import_border_posts_find"))
        .bind(post.code.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    match before {
        Some(before) if before.try_get::<&str>("settings_json")? == post.settings_json => {
            imported.unchanged += 1;
            return Ok(());
        }
        Some(_) => imported.changed += 1,
        None => imported.added += 1,
    }
    query(sql!(both "import_border_posts"))
        .bind(post.code.as_str())
        .bind(post.settings_json.as_str())
        .bind(micros(post.updated_time))
        .execute(connection)
        .await?;
    Ok(())
}
