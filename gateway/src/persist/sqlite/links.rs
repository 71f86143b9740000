//! Other names of manifests.

use jiff::Timestamp;
use sqlx::Row as _;

use super::{Store, row::micros};
use crate::persist::{Error, Link};

impl Store {
    pub(in crate::persist) async fn link(
        &self,
        partner_id: &str,
        links: Vec<Link>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let partner_id = partner_id.to_owned();
        self.transact(move |connection| {
            Box::pin(async move {
                for link in links {
                    sqlx::query(include_str!("../../../queries/sqlite/link_put.sql"))
                        .bind(partner_id.as_str())
                        .bind(link.said)
                        .bind(link.manifest_reference)
                        .bind(link.part)
                        .bind(link.revision)
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }

    pub(in crate::persist) async fn links_of(
        &self,
        partner_id: &str,
        said: &str,
        limit: u32,
    ) -> Result<Vec<Link>, Error> {
        let rows = sqlx::query(include_str!("../../../queries/sqlite/links_of.sql"))
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
            links.push((row.try_get::<i64, _>("linked_time_us")?, link));
        }
        links.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        Ok(links.into_iter().map(|(_, link)| link).collect())
    }
}
