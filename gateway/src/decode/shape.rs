//! The contract's messages as far as their extent matters: which fields are lists, texts and messages. Read from the
//! compiled contract itself, so that a new field is under a limit the day it is added.

use std::sync::LazyLock;

use prost::Message as _;
use prost_types::{
    FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

/// Every message of the contract's files.
pub(super) struct Shapes {
    messages: Vec<(String, Vec<Option<Field>>)>,
    /// For each message: does it hold neither lists nor messages?
    plain: Vec<bool>,
}

/// One field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its name in the contract.
    pub(super) name: String,
    /// May it occur many times?
    pub(super) list: bool,
    /// What an occurrence holds.
    pub(super) holds: Holds,
    /// Which setting bounds the list.
    pub(super) bound: Bound,
}

/// What a field's occurrence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A message, by its place in [`Shapes`].
    Message(usize),
    /// Text.
    Text,
    /// Bytes, or a message whose shape is not known.
    Bytes,
    /// A number.
    Number,
}

/// Which setting bounds a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// `max_consignments`
    Consignments,
    /// `max_goods_items_per_consignment`, and `max_goods_items` over the manifest
    GoodsItems,
    /// `max_passengers`
    Passengers,
    /// `max_crew_members`
    CrewMembers,
    /// `max_travel_documents`
    TravelDocuments,
    /// `max_stops`
    Stops,
    /// `max_list_elements`
    Other,
}

/// The contract's shapes. Built once, at the first message.
pub(super) static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the descriptors are compiled into the program; a test reads them"
    )]
    let files =
        FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).expect("the contract's own descriptors");
    Shapes::of(&files)
});

impl Shapes {
    fn of(files: &FileDescriptorSet) -> Self {
        let messages = || {
            files.file.iter().flat_map(|file| {
                file.message_type.iter().map(move |message| (format!(".{}", file.package()), message))
            })
        };
        let names: Vec<String> =
            messages().map(|(package, message)| format!("{package}.{}", message.name())).collect();
        let plain = messages().map(|(_, message)| {
            message.field.iter().all(|f| f.label() != Label::Repeated && f.r#type() != Type::Message)
        });
        let plain = plain.collect();
        let shapes = messages().map(|(_, message)| {
            let mut fields = Vec::new();
            for field in &message.field {
                let number = usize::try_from(field.number()).unwrap_or(0);
                if fields.len() <= number {
                    fields.resize(number + 1, None);
                }
                let holds = match field.r#type() {
                    Type::Message => names
                        .iter()
                        .position(|name| name == field.type_name())
                        // A message whose shape is unknown (a map's entry) is bounded by its length.
                        .map_or(Holds::Bytes, Holds::Message),
                    Type::String => Holds::Text,
                    Type::Bytes => Holds::Bytes,
                    _ => Holds::Number,
                };
                fields[number] = Some(Field {
                    name: field.name().to_owned(),
                    list: field.label() == Label::Repeated,
                    holds,
                    bound: bound(field.name()),
                });
            }
            fields
        });
        Self { messages: names.iter().cloned().zip(shapes).collect(), plain }
    }

    /// The place of a message of the contract's package.
    pub(super) fn place_of(&self, message: &str) -> Option<usize> {
        self.messages.iter().position(|(name, _)| {
            name.strip_prefix(".customs.prearrival.v1.").is_some_and(|short| short == message)
        })
    }

    /// True for a message that holds neither lists nor messages: no more than its bytes.
    pub(super) fn is_plain(&self, message: usize) -> bool {
        self.plain.get(message).copied().unwrap_or(false)
    }

    /// The fields of a message, each at its number.
    pub(super) fn fields(&self, message: usize) -> &[Option<Field>] {
        self.messages.get(message).map_or(&[], |(_, fields)| fields)
    }

    /// The field of a message, or `None` for one that the contract does not know.
    pub(super) fn field(&self, message: usize, number: u64) -> Option<&Field> {
        let (_, fields) = self.messages.get(message)?;
        fields.get(usize::try_from(number).ok()?)?.as_ref()
    }
}

fn bound(name: &str) -> Bound {
    match name {
        "consignments" => Bound::Consignments,
        "goods_items" => Bound::GoodsItems,
        "passengers" => Bound::Passengers,
        "crew_members" => Bound::CrewMembers,
        "travel_documents" => Bound::TravelDocuments,
        "stops" => Bound::Stops,
        _ => Bound::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_has_the_lists_that_settings_are_named_after() {
        for (message, number, name, bound) in [
            ("Cargo", 1, "consignments", Bound::Consignments),
            ("Consignment", 15, "goods_items", Bound::GoodsItems),
            ("PassengerList", 1, "passengers", Bound::Passengers),
            ("Manifest", 10, "crew_members", Bound::CrewMembers),
            ("Passenger", 5, "travel_documents", Bound::TravelDocuments),
            ("CrewMember", 5, "travel_documents", Bound::TravelDocuments),
            ("Journey", 6, "stops", Bound::Stops),
            ("Journey", 7, "itinerary_country_codes", Bound::Other),
        ] {
            let field = SHAPES.field(SHAPES.place_of(message).unwrap(), number).unwrap();
            assert_eq!((field.name.as_str(), field.list, field.bound), (name, true, bound), "{message}");
        }
    }
}
