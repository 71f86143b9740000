//! Which model judges, and what a challenger would have said.

use std::sync::Arc;

use jiff::Timestamp;
use scoring::kept::KeptFile;

use super::{Store, audit, row::micros};
use crate::persist::{
    AuditEvent, AuditKind, BundleRow, ChallengerPage, ComparedRow, Error, FeedPosition,
    database::{Row, query, sql},
    packed::{pack, unpack},
};

impl Store {
    /// The bundle in use and those before it, each one further back; what was gone back from is not among them. Empty while the configuration's judges.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn bundles(&self) -> Result<Vec<BundleRow>, Error> {
        let rows = query(sql!(both "bundles_taken")).fetch_all(&self.readers).await?;
        let row = |row: &Row| {
            Ok(BundleRow {
                number: row.try_get("number")?,
                folder: row.try_get("folder")?,
                digest: row.try_get("digest")?,
            })
        };
        Ok(ways_back(rows.iter().map(row).collect::<Result<_, Error>>()?))
    }

    /// Takes bundles (folder, digest) into use in this order, the last of them effective; audits it.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was taken then.
    pub async fn take_bundles(&self, bundles: Vec<(String, String)>, now: Timestamp) -> Result<(), Error> {
        let operator = Arc::clone(&self.operator);
        self.transact(move |connection| {
            Box::pin(async move {
                for (folder, digest) in &bundles {
                    query(sql!(both "bundles_add"))
                        .bind(folder)
                        .bind(digest)
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                }
                let Some((_, digest)) = bundles.last() else { return Ok(()) };
                let event = AuditEvent::new(AuditKind::BundleTaken, now).reason(digest).by(&operator);
                audit::insert(connection, [&event]).await
            })
        })
        .await
    }

    /// Keeps what judges, so that its decisions can be made again by it, wherever its folder went and whatever the program's
    /// table of rules became. What is kept already stays.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn keep_judge(&self, files: Vec<KeptFile>, now: Timestamp) -> Result<(), Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                for file in &files {
                    query(sql!(both "judge_files_put"))
                        .bind(&file.kept)
                        .bind(&file.file)
                        .bind(pack(&file.content))
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Every bundle and every policy that ever judged here.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn judge_files(&self) -> Result<Vec<KeptFile>, Error> {
        let rows = query(sql!(both "judge_files")).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(KeptFile {
                    kept: row.try_get("kept")?,
                    file: row.try_get("file")?,
                    content: unpack(row.try_get("content")?)?,
                })
            })
            .collect()
    }

    /// How far in the feed a challenger is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn challenger_position(&self, digest: &str) -> Result<FeedPosition, Error> {
        let row = query(sql!(both "challenger_position")).bind(digest).fetch_optional(&self.readers).await?;
        Ok(row.map(|row| row.try_get("position")).transpose()?.map_or(FeedPosition::START, FeedPosition))
    }

    /// Keeps what a challenger said, and how far it came, in one transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put_challenger(&self, page: ChallengerPage) -> Result<(), Error> {
        self.transact(move |connection| {
            Box::pin(async move {
                for row in &page.rows {
                    query(sql!(both "challenger_put"))
                        .bind(&page.bundle_digest)
                        .bind(row.manifest_id.as_bytes().as_slice())
                        .bind(&row.effective_verdict)
                        .bind(&row.verdict)
                        .bind(row.effective_fraud)
                        .bind(row.fraud)
                        .bind(pack(&row.decisions))
                        .execute(&mut *connection)
                        .await?;
                }
                query(sql!(both "challenger_position_put"))
                    .bind(&page.bundle_digest)
                    .bind(page.position.0)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// What a challenger said beside what was effective and what inspections found.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn compared(&self, digest: &str) -> Result<Vec<ComparedRow>, Error> {
        let rows = query(sql!(each "challenger_report")).bind(digest).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(ComparedRow {
                    effective_verdict: row.try_get("effective_verdict")?,
                    verdict: row.try_get("verdict")?,
                    manifests: row.try_get("manifests")?,
                    moved: row.try_get("moved")?,
                    examined: row.try_get("examined")?,
                    irregular: row.try_get("irregular")?,
                })
            })
            .collect()
    }
}

/// From the rows as they were taken, oldest first, to the one in use and the way back from it. Taking the one before again is
/// going back: what was gone back from lies on no way back, or a second step back would lead forward.
fn ways_back(taken: Vec<BundleRow>) -> Vec<BundleRow> {
    let mut way: Vec<BundleRow> = Vec::new();
    for row in taken {
        let is = |other: &BundleRow| other.folder == row.folder && other.digest == row.digest;
        if way.iter().rev().nth(1).is_some_and(is) {
            way.truncate(way.len().saturating_sub(2));
        }
        way.push(row);
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_back_leads_one_further_back() {
        let way = |taken: &str| -> String {
            let rows = taken.chars().zip(1..).map(|(name, number)| BundleRow {
                number,
                folder: String::new(),
                digest: name.into(),
            });
            ways_back(rows.collect()).into_iter().map(|row| row.digest).collect()
        };
        for (taken, back) in
            [("", ""), ("AB", "BA"), ("ABC", "CBA"), ("ABCB", "BA"), ("ABCBA", "A"), ("ABAC", "CA")]
        {
            assert_eq!(way(taken), back, "{taken}");
        }
    }
}
