//! Parties in the names of phase 5.

use manifest::declared::{Party, PartyIdentifier};

use crate::xml::{At, Element, Scribe};

/// The register that identification numbers of transit and entry messages are of.
pub(crate) const EORI: &str = "EORI";

/// The register of holders of TIR carnets.
pub(crate) const TIR_HOLDER: &str = "TIR_HOLDER";

/// A party; `None` when its element says nothing.
pub(super) fn party(scribe: &mut Scribe<'_>, of: Option<Element>, at: &At<'_>) -> Option<Party> {
    let element = of?;
    let mut identifiers = Vec::new();
    for (name, scheme) in [("identificationNumber", EORI), ("TIRHolderIdentificationNumber", TIR_HOLDER)] {
        let identifier_at = at.item("identifiers", identifiers.len());
        let value = scribe.text(of, name, &identifier_at.field("value"));
        identifiers.extend(identifier(scheme, value));
    }
    let address = scribe.child(of, "Address");
    let party = Party {
        identifiers,
        name: scribe.text(of, "name", &at.field("name")),
        street_address: scribe.text(address, "streetAndNumber", &at.field("street_address")),
        city: scribe.text(address, "city", &at.field("city")),
        postal_code: scribe.text(address, "postcode", &at.field("postal_code")),
        country_code: scribe.text(address, "country", &at.field("country_code")),
        ..Party::default()
    };
    said(party).inspect(|_| scribe.mark(at, element))
}

/// The identifier in a register; its first two letters name the country, except Northern Ireland's XI, which is none.
pub(crate) fn identifier(scheme: &str, value: String) -> Option<PartyIdentifier> {
    if value.is_empty() {
        return None;
    }
    let country =
        value.get(..2).filter(|letters| letters.bytes().all(|b| b.is_ascii_uppercase()) && *letters != "XI");
    Some(PartyIdentifier {
        scheme: scheme.to_owned(),
        country_code: country.filter(|_| scheme == EORI).unwrap_or_default().to_owned(),
        value,
    })
}

/// The party, unless nothing was said about it.
pub(crate) fn said(party: Party) -> Option<Party> {
    (party != Party::default()).then_some(party)
}

/// Adds who acts for a party as one more identifier of it: the contract has no representative.
pub(crate) fn represented_by(party: Option<Party>, representative: Option<Party>) -> Option<Party> {
    let Some(mut party) = party else { return representative };
    for identifier in representative.into_iter().flat_map(|representative| representative.identifiers) {
        party.identifiers.push(PartyIdentifier { scheme: "REPRESENTATIVE".to_owned(), ..identifier });
    }
    Some(party)
}
