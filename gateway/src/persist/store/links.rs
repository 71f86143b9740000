//! Other names of manifests.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Store, row::micros};
use crate::persist::{
    Error, Link,
    database::{Connection, ManyRows, Rows, many_rows, query, sql},
};

static PUT: ManyRows = many_rows!("link_put");

/// Another name of a partner's manifest, and since when.
pub(super) type Put<'l> = (&'l str, &'l Link, Timestamp);

/// Other names of manifests, put within a transaction; of the same name the last counts.
pub(super) async fn put(connection: &mut Connection, links: Vec<Put<'_>>) -> Result<(), Error> {
    let by_name: BTreeMap<_, _> = links
        .into_iter()
        .map(|(partner_id, link, now)| ((partner_id, &link.said, &link.manifest_reference), (link, now)))
        .collect();
    if by_name.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::of(6);
    for ((partner_id, ..), (link, now)) in by_name {
        rows.add(partner_id);
        rows.add(link.said.as_str());
        rows.add(link.manifest_reference.as_str());
        rows.add(link.part.as_str());
        rows.add(i64::from(link.revision));
        rows.add(micros(now));
    }
    PUT.execute(connection, rows).await
}

impl Store {
    /// Remembers other names of manifests, and since when; a name that is said again is new again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: nothing was stored.
    pub async fn link(&self, partner_id: &str, links: Vec<Link>, now: Timestamp) -> Result<(), Error> {
        let partner_id = partner_id.to_owned();
        self.transact(move |connection| {
            Box::pin(async move {
                let links = links.iter().map(|link| (partner_id.as_str(), link, now)).collect();
                put(connection, links).await
            })
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
