//! Section `[decode]`: how much of what a stranger sends is read.

use serde::{Deserialize, Serialize};

/// Limits on a message. Above any of them it is refused with the place, and nothing of it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Bytes of one message (of one element, in a stream).
    pub max_message_bytes: usize,
    /// Bytes of one text, UTF-8.
    pub max_text_bytes: usize,
    /// Consignments of a manifest.
    pub max_consignments: usize,
    /// Goods items of one consignment.
    pub max_goods_items_per_consignment: usize,
    /// Goods items of a manifest.
    pub max_goods_items: usize,
    /// Passengers of a manifest.
    pub max_passengers: usize,
    /// Crew members of a manifest.
    pub max_crew_members: usize,
    /// Travel documents of one traveller.
    pub max_travel_documents: usize,
    /// Stops of a journey.
    pub max_stops: usize,
    /// Elements of any other list.
    pub max_list_elements: usize,
    /// Elements of all lists of a message together: bounds the memory that decoding takes.
    pub max_elements: usize,
    /// Bytes of one document of a partner's own format. Up to `max_message_bytes` it may come in one message, above it
    /// is uploaded in chunks.
    pub max_document_bytes: usize,
    /// Bytes that a compressed document (a workbook) may unfold to, over all its parts.
    pub max_unfolded_bytes: usize,
    /// Messages of one document.
    pub max_document_messages: usize,
    /// Segments, XML elements, rows or JSON values of one document.
    pub max_document_parts: usize,
    /// Depth of nesting in one document.
    pub max_document_depth: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_message_bytes: 1024 * 1024,
            max_text_bytes: 2048,
            max_consignments: 500,
            max_goods_items_per_consignment: 999,
            max_goods_items: 2_000,
            max_passengers: 1_500,
            max_crew_members: 60,
            max_travel_documents: 8,
            max_stops: 100,
            max_list_elements: 200,
            max_elements: 20_000,
            max_document_bytes: 16 * 1024 * 1024,
            max_unfolded_bytes: 64 * 1024 * 1024,
            max_document_messages: 1_000,
            max_document_parts: 500_000,
            max_document_depth: 64,
        }
    }
}

impl Config {
    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut check = |key: &str, good: bool, problem: &str| {
            if !good {
                problems.push((key.to_owned(), problem.to_owned()));
            }
        };
        // gRPC frames carry a 32-bit length, and a message is held in memory whole.
        check(
            "max_message_bytes",
            (1024..=64 * 1024 * 1024).contains(&self.max_message_bytes),
            "must be between 1KiB and 64MiB",
        );
        check(
            "max_document_bytes",
            (self.max_message_bytes..=1024 * 1024 * 1024).contains(&self.max_document_bytes),
            "must be between max_message_bytes and 1GiB",
        );
        check(
            "max_unfolded_bytes",
            self.max_unfolded_bytes >= self.max_document_bytes,
            "must be at least max_document_bytes",
        );
        check("max_text_bytes", self.max_text_bytes >= 70, "must be at least 70, the length of a reference");
        for (key, value) in [
            ("max_consignments", self.max_consignments),
            ("max_goods_items_per_consignment", self.max_goods_items_per_consignment),
            ("max_goods_items", self.max_goods_items),
            ("max_passengers", self.max_passengers),
            ("max_crew_members", self.max_crew_members),
            ("max_travel_documents", self.max_travel_documents),
            ("max_stops", self.max_stops),
            ("max_list_elements", self.max_list_elements),
            ("max_elements", self.max_elements),
            ("max_document_messages", self.max_document_messages),
            ("max_document_parts", self.max_document_parts),
            ("max_document_depth", self.max_document_depth),
        ] {
            check(key, value >= 1, "must be at least 1");
        }
        problems
    }
}
