//! Other names of manifests.

use jiff::Timestamp;

use super::{Store, row::micros};
use crate::persist::{
    Error, Link,
    database::{Connection, query, sql},
};

/// Other names of manifests, put within a transaction.
pub(super) async fn put(
    connection: &mut Connection,
    partner_id: &str,
    links: &[Link],
    now: Timestamp,
) -> Result<(), Error> {
    for link in links {
        query(sql!(both "link_put"))
            .bind(partner_id)
            .bind(link.said.as_str())
            .bind(link.manifest_reference.as_str())
            .bind(link.part.as_str())
            .bind(link.revision)
            .bind(micros(now))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Remembers other names of manifests, and since when; a name that is said again is new again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: nothing was stored.
    pub async fn link(&self, partner_id: &str, links: Vec<Link>, now: Timestamp) -> Result<(), Error> {
        let partner_id = partner_id.to_owned();
        self.transact(move |connection| {
            Box::pin(async move { put(connection, &partner_id, &links, now).await })
        })
        .await
    }

    /// What a partner calls by a name, what was said last first; `limit` at the most.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn links_of(&self, partner_id: &str, said: &str, limit: u32) -> Result<Vec<Link>, Error> {
        let rows = query(sql!(both "links_of"))
            .bind(partner_id)
            .bind(said)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let mut links = Vec::with_capacity(rows.len());
        for row in &rows {
            let link = Link {
                said: row.try_get("said")?,
                manifest_reference: row.try_get("manifest_reference")?,
                part: row.try_get("part")?,
                revision: row.try_get("revision")?,
            };
            links.push((row.try_get::<i64>("linked_time_us")?, link));
        }
        links.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        Ok(links.into_iter().map(|(_, link)| link).collect())
    }
}
