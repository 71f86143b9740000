//! Documents as received, and what stands under a reference.

use uuid::Uuid;

use super::{
    Store,
    row::{micros, seal, state, uuid},
};
use crate::persist::{
    ContentDigest, DocumentPart, Error, PART_OF_DOCUMENT, ReceivedBytes, RevisionRow, StoredDocument,
    database::{Connection, query, sql},
    sealed::{Column, ManifestSeal},
};
use manifest::Revision;

impl Store {
    /// Keeps a document that holds several messages, before the first of them is recorded.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: nothing was stored.
    pub async fn record_document(&self, document: StoredDocument) -> Result<(), Error> {
        let (seal, wrapped) = ManifestSeal::fresh(&self.secrets, document.id)?;
        let sealed = seal.seal(Column::Received, &document.bytes)?;
        let StoredDocument { id, partner_id, format, receive_time, .. } = document;
        self.transact(move |connection| {
            Box::pin(async move {
                let row: i64 = query(sql!(both "document_insert"))
                    .bind(id.as_bytes().as_slice())
                    .bind(partner_id)
                    .bind(micros(receive_time))
                    .bind(format)
                    .bind(sealed)
                    .fetch_one(&mut *connection)
                    .await?
                    .try_get("row")?;
                query(sql!(both "document_key_insert"))
                    .bind(row)
                    .bind(micros(receive_time))
                    .bind(wrapped.wrapping_key_id)
                    .bind(wrapped.key)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The bytes that a manifest came in, by what its own row keeps.
    pub(super) async fn received_in(&self, kept: ReceivedBytes) -> Result<Option<ReceivedBytes>, Error> {
        if kept.format != PART_OF_DOCUMENT {
            return Ok(Some(kept));
        }
        let part = DocumentPart::from_bytes(&kept.bytes)
            .ok_or_else(|| Error::Corrupt("a manifest names no document".into()))?;
        let row = query(sql!(both "document"))
            .bind(part.document.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let Some(seal) = seal(&row, part.document, &self.secrets)? else { return Ok(None) };
        let bytes = seal.open(Column::Received, row.try_get("received_sealed")?)?;
        Ok(Some(ReceivedBytes { format: row.try_get("format")?, bytes }))
    }

    /// Everything that stands under a partner's reference, by part and revision, the highest first; `limit` at the most.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn revisions_of(
        &self,
        partner_id: &str,
        manifest_reference: &str,
        limit: u32,
    ) -> Result<Vec<RevisionRow>, Error> {
        let rows = query(sql!(both "revisions_of"))
            .bind(manifest_reference)
            .bind(partner_id)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(RevisionRow {
                    id: uuid(row, "id")?,
                    part: row.try_get("part")?,
                    revision: Revision::new(row.try_get("revision")?)
                        .ok_or_else(|| Error::Corrupt("revision is out of range".into()))?,
                    content_digest: ContentDigest::from_stored(row.try_get("content_digest")?)?,
                    state: state(row.try_get("state")?)?,
                })
            })
            .collect()
    }
}

/// Destroys the key of a document.
pub(super) async fn destroy(connection: &mut Connection, id: Uuid) -> Result<(), Error> {
    let id = id.as_bytes().as_slice();
    connection.overwrite(sql!(sqlite "purge_document_overwrite"), id).await?;
    query(sql!(both "purge_document")).bind(id).execute(connection).await?;
    Ok(())
}
