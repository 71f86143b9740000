//! What the partner said, untouched: the contract's fields one by one, with leaves that still may be words.
//!
//! Every reader of a format (native protobuf first, EDIFACT, CSV and XML later) ends here. A text that was not
//! said is empty, a value that was not said is `None`. Nothing is corrected and nothing is thrown away: what does
//! not fit becomes a finding when [`crate::normalize()`] meets it.

mod canonical;
mod cargo;
mod form_note;
mod passenger;
mod path_key;
mod place;
mod source;
mod value;

#[cfg(test)]
mod tests;

pub use canonical::CANONICAL_VERSION;
pub use cargo::{
    Cargo, Consignment, Container, DangerousGoods, GoodsItem, Packages, Party, PartyIdentifier, PriorControl,
    Quantity, Seal, SupportingDocument, TirCarnet,
};
pub use form_note::FormNote;
pub use passenger::{Baggage, CrewMember, Passenger, PassengerList, PersonName, TravelDocument};
pub use path_key::PathKey;
pub use place::{SegmentTag, SourcePlace};
pub use source::{Mark, NameId, NodeId, SourceMap, Whereabouts};
pub use value::{DeclaredAmount, DeclaredDate, DeclaredInstant, DeclaredMass, Location, Money, Said};

use crate::manifest::{KeyError, ManifestKey};

/// One manifest as declared. Mirrors `customs.prearrival.v1.Manifest` without its output-only fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declared {
    /// The sender's reference of the manifest.
    pub manifest_reference: String,
    /// Part, when two messages of one interchange share a reference.
    pub part: String,
    /// Restatement number, 0 for the first.
    pub revision: i64,
    /// The conveyance.
    pub conveyance: Option<Conveyance>,
    /// The journey.
    pub journey: Option<Journey>,
    /// What is on board.
    pub load: Option<Load>,
    /// Crew.
    pub crew_members: Vec<CrewMember>,
    /// True for a message that is not meant.
    pub test: bool,
    /// True when the load or list is final.
    pub closed: bool,
    /// True when it is announced and not yet meant.
    pub draft: bool,
    /// When the sender's system made it. Not part of the canonical form: a retry may carry a new one.
    pub issue_time: Option<DeclaredInstant>,
    /// The carrier or bus operator.
    pub carrier: Option<Party>,
    /// Where each field stood in the source.
    pub source: SourceMap,
    /// What the reader noted about the form; [`crate::normalize()`] turns each into a finding.
    pub notes: Vec<FormNote>,
}

impl Declared {
    /// The key under which repeats are settled.
    ///
    /// # Errors
    /// When the reference is absent, or one of the three is too long or not printable: without a key nothing can
    /// be recorded, so the submission is refused.
    pub fn key(&self, partner_id: &str) -> Result<ManifestKey, KeyError> {
        ManifestKey::new(partner_id, &self.manifest_reference, &self.part, self.revision)
    }
}

/// What is on board.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one in a manifest")]
pub enum Load {
    /// Goods.
    Cargo(Cargo),
    /// Passengers.
    PassengerList(PassengerList),
}

/// The vehicle or train on this journey.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conveyance {
    /// UN/ECE Recommendation 19 mode of transport code.
    pub mode_code: String,
    /// Registration plate, or train number on rail.
    pub registration: String,
    /// ISO 3166-1 alpha-2 code of the country of registration.
    pub nationality_code: String,
    /// Plates of trailers, or wagon numbers.
    pub trailer_registrations: Vec<String>,
    /// UN/ECE Recommendation 28 type of means of transport code.
    pub type_code: String,
}

/// One journey of the conveyance to the border.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journey {
    /// The carrier's own reference of the journey.
    pub journey_reference: String,
    /// Code of the border post of arrival.
    pub border_post_code: String,
    /// Expected arrival at the border post.
    pub arrival_time: Option<DeclaredInstant>,
    /// Departure of the journey.
    pub departure_time: Option<DeclaredInstant>,
    /// Offset of the sender's local time from UTC in minutes.
    pub local_offset_minutes: Option<Said<i64>>,
    /// Stops in order.
    pub stops: Vec<Stop>,
    /// ISO 3166-1 alpha-2 codes of the countries on the way, in order.
    pub itinerary_country_codes: Vec<String>,
}

/// A stop.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stop {
    /// Place in the order of travel, from 1.
    pub stop_sequence: Option<Said<i64>>,
    /// Where.
    pub location: Option<Location>,
    /// Arrival there.
    pub arrival_time: Option<DeclaredInstant>,
    /// Departure from there.
    pub departure_time: Option<DeclaredInstant>,
}
