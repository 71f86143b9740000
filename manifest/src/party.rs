//! Parties: legal or natural persons with a part in the trade.

use crate::person::opaque_debug;
use crate::quantity::CountryCode;

/// A party. `Debug` prints its kind only: it may be a natural person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Registration identifiers, normalized.
    pub identifiers: Vec<PartyIdentifier>,
    /// Name as registered, in the sender's words.
    pub name: Option<String>,
    /// Street and number.
    pub street_address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<CountryCode>,
    /// Authorised economic operator certificate.
    pub authorised_operator_reference: Option<String>,
    /// True for a natural person: declared as one, or identified by a register of natural persons.
    pub natural_person: bool,
}

/// An identifier with the register that issued it. `Debug` prints its kind only.
#[derive(Clone, PartialEq, Eq)]
pub struct PartyIdentifier {
    /// Register, in upper snake case.
    pub scheme: String,
    /// The identifier, upper case without separators.
    pub value: String,
    /// Country whose register it is.
    pub country: Option<CountryCode>,
}

opaque_debug!(Party, PartyIdentifier);

/// Registers of natural persons: an identifier of one of them makes the party a natural person.
pub const NATURAL_PERSON_SCHEMES: &[&str] = &["PINFL", "JSHSHIR", "IIN", "PASSPORT"];

impl Party {
    /// The key under which counters know the party: its first identifier, else its name and country, in folded form.
    /// `None` when neither is there, and always for a natural person: counters and features hold none of those.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        if self.natural_person {
            return None;
        }
        if let Some(id) = self.identifiers.first() {
            let country = id.country.or(self.country);
            return Some(match country {
                Some(country) => format!("{}:{country}:{}", id.scheme, id.value),
                None => format!("{}::{}", id.scheme, id.value),
            });
        }
        let name = folded_name(self.name.as_deref()?);
        if name.is_empty() {
            return None;
        }
        Some(match self.country {
            Some(country) => format!("NAME:{country}:{name}"),
            None => format!("NAME::{name}"),
        })
    }

    /// True when the party can be told from others: by an identifier or by a name.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        !self.identifiers.is_empty() || self.name.is_some()
    }
}

/// A name for comparing: upper case, letters and digits only, single spaces.
fn folded_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_uppercase));
    }
    folded
}
