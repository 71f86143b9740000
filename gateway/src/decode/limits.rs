//! The limits of `[decode]` as the measuring asks for them.

use super::{Config, shape::Bound};

/// How much is read.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    config: Config,
}

impl From<Config> for Limits {
    fn from(config: Config) -> Self {
        Self { config }
    }
}

impl Limits {
    /// Bytes of one message.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.config.max_message_bytes
    }

    /// Bytes of a frame that the transport still takes in. Twice the message's: what is little too large is refused
    /// by us with its reason, and in a stream does not end it.
    #[must_use]
    pub fn frame_bytes(&self) -> usize {
        self.config.max_message_bytes.saturating_mul(2)
    }

    /// What readers of partners' own formats may read.
    #[must_use]
    pub fn of_readers(&self) -> formats::Limits {
        let config = &self.config;
        formats::Limits {
            max_document_bytes: config.max_document_bytes,
            max_unfolded_bytes: config.max_unfolded_bytes,
            max_messages: config.max_document_messages,
            max_parts: config.max_document_parts,
            max_depth: config.max_document_depth,
            max_text_bytes: config.max_text_bytes,
            max_persons: config.max_passengers,
            max_consignments: config.max_consignments,
            max_goods_items: config.max_goods_items,
        }
    }

    /// Bytes of one text.
    pub(super) fn text_bytes(&self) -> usize {
        self.config.max_text_bytes
    }

    /// Elements of one list, with the setting's name.
    pub(super) fn of_list(&self, bound: Bound) -> (usize, &'static str) {
        let config = &self.config;
        match bound {
            Bound::Consignments => (config.max_consignments, "max_consignments"),
            Bound::GoodsItems => (config.max_goods_items_per_consignment, "max_goods_items_per_consignment"),
            Bound::Passengers => (config.max_passengers, "max_passengers"),
            Bound::CrewMembers => (config.max_crew_members, "max_crew_members"),
            Bound::TravelDocuments => (config.max_travel_documents, "max_travel_documents"),
            Bound::Stops => (config.max_stops, "max_stops"),
            Bound::Other => (config.max_list_elements, "max_list_elements"),
        }
    }

    /// Goods items of a manifest.
    pub(super) fn goods_items(&self) -> usize {
        self.config.max_goods_items
    }

    /// Elements of all lists together.
    pub(super) fn elements(&self) -> usize {
        self.config.max_elements
    }
}
