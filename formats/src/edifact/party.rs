//! Parties of the trade as NAD and TDT name them.

use manifest::declared::{Party, PartyIdentifier, PathKey};
use manifest::finding::About;

use super::keep::Keep;
use super::segment::Segment;

/// A party of the trade as NAD names it: identified (C082), in lines (C058) or structured (C080 and the address).
pub(crate) fn party(segment: &Segment<'_>, at: PathKey, about: About, keep: &mut Keep<'_>) -> Party {
    let mut party = Party::default();
    let id = keep.text(at.item("identifiers", 0).field("value"), about, segment, 2, 1);
    if !id.is_empty() {
        let scheme = scheme(&segment.get(2, 2), &segment.get(2, 3));
        party.identifiers.push(PartyIdentifier { scheme, value: id, country_code: String::new() });
    }
    party.name = keep.joined(at.field("name"), about, segment, 4, 1..=5);
    party.street_address = keep.joined(at.field("street_address"), about, segment, 5, 1..=4);
    if party.name.is_empty() {
        // Lines: the first is the name, the others are the address.
        party.name = keep.text(at.field("name"), about, segment, 3, 1);
        if party.street_address.is_empty() {
            party.street_address = keep.joined(at.field("street_address"), about, segment, 3, 2..=5);
        }
    }
    party.city = keep.text(at.field("city"), about, segment, 6, 1);
    party.postal_code = keep.text(at.field("postal_code"), about, segment, 8, 1);
    party.country_code = keep.text(at.field("country_code"), about, segment, 9, 1);
    party
}

/// A register by its code list (1131) and agency (3055), where one of them says which.
pub(crate) fn scheme(list: &str, agency: &str) -> String {
    match (list, agency) {
        ("172", "20") => "SCAC".to_owned(),
        ("172", "3") | ("", "3") => "IATA".to_owned(),
        (_, "9") => "GLN".to_owned(),
        (_, "16") => "DUNS".to_owned(),
        ("172", _) => "CARRIER_CODE".to_owned(),
        ("", "") => "SENDER".to_owned(),
        ("", agency) => format!("AGENCY_{agency}"),
        (list, "") => format!("LIST_{list}"),
        (list, agency) => format!("LIST_{list}_{agency}"),
    }
}
