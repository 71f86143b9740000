//! Parties: identifiers without separators, registers in one spelling.

use super::{Step, words};
use crate::declared;
use crate::finding::{FindingCode, Severity};
use crate::findings::Spot;
use crate::party::{NATURAL_PERSON_SCHEMES, Party, PartyIdentifier};

impl Step<'_> {
    /// A party, or nothing when nothing at all was said.
    pub(super) fn party(&mut self, said: Option<declared::Party>, at: Spot<'_>) -> Option<Party> {
        let said = said?;
        let mut identifiers = Vec::with_capacity(said.identifiers.len());
        for (i, identifier) in said.identifiers.into_iter().enumerate() {
            identifiers.extend(self.party_identifier(&identifier, at.item("identifiers", i)));
        }
        let by_register = |id: &PartyIdentifier| NATURAL_PERSON_SCHEMES.contains(&id.scheme.as_str());
        Some(Party {
            natural_person: said.natural_person || identifiers.iter().any(by_register),
            identifiers,
            name: words::text(said.name),
            street_address: words::text(said.street_address),
            city: words::text(said.city),
            postal_code: words::text(said.postal_code),
            country: self.country(&said.country_code, Severity::Note, at.field("country_code")),
            authorised_operator_reference: words::text(said.authorised_operator_reference),
        })
    }

    fn party_identifier(
        &mut self,
        said: &declared::PartyIdentifier,
        at: Spot<'_>,
    ) -> Option<PartyIdentifier> {
        let country = self.country(&said.country_code, Severity::Note, at.field("country_code"));
        let scheme = words::upper_snake(&said.scheme);
        let value = self.identifier(&said.value, at.field("value"));
        if let (Some(scheme), Some(value)) = (scheme, value) {
            return Some(PartyIdentifier { scheme, value, country });
        }
        self.note(FindingCode::ValueMalformed, at)
            .original(&said.value)
            .parameter("form", "scheme and value together")
            .push();
        None
    }
}
