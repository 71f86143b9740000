//! Reading manifests.

use manifest::ManifestKey;
use uuid::Uuid;

use super::{
    Store,
    row::{micros, opened, recorded, salt, seal, summary, unpacked},
};
use crate::persist::{
    Error, FeedPosition, ManifestFilter, ManifestPage, Persons, PreDecisions, ReceivedBytes, Recorded, Scope,
    Sealed, StoredManifest,
    database::{query, sql},
    sealed::Column,
};

impl Store {
    /// What stands under a key. A shortcut for repeats: the guarantee is [`Store::record`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn outcome_of(&self, key: &ManifestKey) -> Result<Option<Recorded>, Error> {
        let row = query(sql!(both "outcome_of"))
            .bind(key.manifest_reference.as_str())
            .bind(key.partner_id.as_str())
            .bind(key.part.as_str())
            .bind(key.revision.number())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| recorded(&row, &self.secrets)).transpose()
    }

    /// One manifest; `None` where there is none. Opening persons is to be audited by the asker.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn manifest(&self, id: Uuid, persons: Persons) -> Result<Option<StoredManifest>, Error> {
        let row =
            query(sql!(each "manifest")).bind(id.as_bytes().as_slice()).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let held = row.try_get::<Option<&[u8]>>("wrapped_key")?.is_some();
        let sealed = match (held, persons) {
            (false, _) => Sealed::Destroyed,
            (true, Persons::Without) => Sealed::Closed,
            (true, Persons::With) => match seal(&row, id, &self.secrets)? {
                None => Sealed::Destroyed,
                Some(seal) => Sealed::Open {
                    persons: opened(&row, "persons_sealed", &seal, Column::Persons)?,
                    originals: opened(&row, "originals_sealed", &seal, Column::Originals)?,
                    received_salt: salt(&row, &seal)?,
                },
            },
        };
        Ok(Some(StoredManifest {
            summary: summary(&row)?,
            format: row.try_get("format")?,
            record: unpacked(&row, "record")?,
            findings: unpacked(&row, "findings")?,
            receipt: row.try_get("receipt")?,
            changes: row.try_get("changes")?,
            sealed,
        }))
    }

    /// The bytes as received, of the whole document where it came in one with others; `None` where there is no such
    /// manifest or its key, or its document's, is destroyed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn received(&self, id: Uuid) -> Result<Option<ReceivedBytes>, Error> {
        let row =
            query(sql!(each "received")).bind(id.as_bytes().as_slice()).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(seal) = seal(&row, id, &self.secrets)? else { return Ok(None) };
        let bytes = seal.open(Column::Received, row.try_get("received_sealed")?)?;
        self.received_in(ReceivedBytes { format: row.try_get("format")?, bytes }).await
    }

    /// The pre-decisions of one manifest with what they recompute from; `None` where there is no such manifest.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn pre_decisions(&self, id: Uuid) -> Result<Option<PreDecisions>, Error> {
        let row = query(sql!(both "pre_decisions"))
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok(PreDecisions { summary: summary(&row)?, decisions: unpacked(&row, "decisions")? }))
            .transpose()
    }

    /// A page of a scope's manifests, newest first; `before` is the previous page's `next`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn list_manifests(
        &self,
        scope: &Scope,
        filter: &ManifestFilter,
        before: Option<FeedPosition>,
        limit: u32,
    ) -> Result<ManifestPage, Error> {
        let limit = self.page(limit);
        let (partner, post) = match scope {
            Scope::Partner(id) => (Some(id.as_str()), None),
            Scope::BorderPost(code) => (None, Some(code.as_str())),
            Scope::All => (None, None),
        };
        let (text, first) = match (&filter.manifest_reference, scope) {
            (Some(reference), _) => (sql!(both "list_manifests_by_reference"), Some(reference.as_str())),
            (None, Scope::Partner(_)) => (sql!(both "list_manifests_partner"), partner),
            (None, Scope::BorderPost(_)) => (sql!(both "list_manifests_border_post"), post),
            (None, Scope::All) => (sql!(both "list_manifests_all"), None),
        };
        let mut statement = query(text)
            .bind(first)
            .bind(before.map_or(i64::MAX, |position| position.0))
            .bind(filter.receive_time_from.map(micros))
            .bind(filter.receive_time_before.map(micros))
            // One more than asked for: it tells whether there is a next page.
            .bind(i64::from(limit) + 1);
        if filter.manifest_reference.is_some() {
            statement = statement.bind(partner).bind(post);
        }
        let mut rows = statement.fetch_all(&self.readers).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last = rows.last().map(|row| row.try_get("position")).transpose()?;
        Ok(ManifestPage {
            manifests: rows.iter().map(summary).collect::<Result<_, _>>()?,
            next: last.filter(|_| more).map(FeedPosition),
        })
    }
}
