//! How much of a document is read.

/// Limits on a document. Above any of them it is [`crate::Unreadable`] with the place; nothing large is allocated before.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a document.
    pub max_document_bytes: usize,
    /// Bytes that a compressed document may unfold to, over all its parts.
    pub max_unfolded_bytes: usize,
    /// Messages of a document.
    pub max_messages: usize,
    /// Segments, XML elements, rows or JSON values of a document.
    pub max_parts: usize,
    /// Depth of nesting.
    pub max_depth: usize,
    /// Bytes of one text.
    pub max_text_bytes: usize,
    /// Persons of a message.
    pub max_persons: usize,
    /// Consignments of a message.
    pub max_consignments: usize,
    /// Goods items of a message.
    pub max_goods_items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_document_bytes: 16 * 1024 * 1024,
            max_unfolded_bytes: 64 * 1024 * 1024,
            max_messages: 1_000,
            max_parts: 500_000,
            max_depth: 64,
            max_text_bytes: 2048,
            max_persons: 1_500,
            max_consignments: 500,
            max_goods_items: 2_000,
        }
    }
}
