//! Documents that hold several messages: kept once, as received, beside the manifests that came in them.
//!
//! A manifest that came alone keeps its own bytes. One that came with others keeps, under its own key, which document it
//! came in and at what place; the document lies under a key of its own, which is destroyed with the key of the first of its
//! manifests that is: nobody's names outlive his own manifest because of a neighbour (docs/decisions/0038).

use jiff::Timestamp;
use uuid::Uuid;

/// The format of a manifest whose bytes are [`DocumentPart`] and not what was received.
pub const PART_OF_DOCUMENT: &str = "PART_OF_DOCUMENT";

/// A document as received. `Debug` prints its id and length only.
#[derive(Clone)]
pub struct StoredDocument {
    /// Its id.
    pub id: Uuid,
    /// Who sent it.
    pub partner_id: String,
    /// Its format.
    pub format: &'static str,
    /// When it was received.
    pub receive_time: Timestamp,
    /// Byte for byte. Sealed.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for StoredDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredDocument({}, {} bytes)", self.id, self.bytes.len())
    }
}

/// Which message of which document a manifest came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentPart {
    /// The document's id.
    pub document: Uuid,
    /// The message's place in it, from 1.
    pub message_number: u32,
}

impl DocumentPart {
    /// What is kept in the place of the message's bytes.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.document.as_bytes().to_vec();
        bytes.extend_from_slice(&self.message_number.to_be_bytes());
        bytes
    }

    /// Read back; `None` for what is no such thing.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (document, number) = bytes.split_at_checked(16)?;
        Some(Self {
            document: Uuid::from_slice(document).ok()?,
            message_number: u32::from_be_bytes(number.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_comes_back() {
        let part = DocumentPart { document: Uuid::from_u128(7), message_number: 3 };
        assert_eq!(DocumentPart::from_bytes(&part.to_bytes()), Some(part));
        assert_eq!(DocumentPart::from_bytes(b"short"), None);
        assert_eq!(DocumentPart::from_bytes(&[0; 21]), None);
    }
}
