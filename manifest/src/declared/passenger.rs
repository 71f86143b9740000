//! People on board as declared. Mirrors `passenger.proto` field by field. `Debug` of all of it prints kinds only.

use super::value::{DeclaredDate, Said};
use crate::person::{CrewRole, PassengerService, Sex, TravelDocumentType, opaque_debug};

/// The passenger list of a coach or train.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PassengerList {
    /// Passengers.
    pub passengers: Vec<Passenger>,
    /// Number of passengers declared.
    pub declared_passenger_count: Option<Said<i64>>,
    /// The number declared is that of a list of which this is a part: it is said, and neither compared nor kept. Not
    /// among the canonical bytes: it may be known only from the other parts.
    pub counts_all_parts: bool,
    /// Kind of service.
    pub service: Option<Said<PassengerService>>,
    /// Permit or licence of the service.
    pub route_permit_reference: String,
}

/// One passenger.
#[derive(Clone, Default, PartialEq)]
pub struct Passenger {
    /// Name as in the travel document.
    pub name: Option<PersonName>,
    /// Date of birth.
    pub birth_date: Option<DeclaredDate>,
    /// Sex as in the travel document.
    pub sex: Option<Said<Sex>>,
    /// Nationality.
    pub nationality_code: String,
    /// Travel documents, the one to be shown first.
    pub travel_documents: Vec<TravelDocument>,
    /// Sequence number of the stop of boarding.
    pub embark_stop_sequence: Option<Said<i64>>,
    /// Sequence number of the stop of alighting.
    pub debark_stop_sequence: Option<Said<i64>>,
    /// Seat.
    pub seat: String,
    /// Ticket or booking reference.
    pub booking_reference: String,
    /// What they carry.
    pub baggage: Option<Baggage>,
    /// Place of the passenger who answers for this one, from 1.
    pub guardian_passenger_number: Option<Said<i64>>,
    /// Leader of a group.
    pub group_leader: bool,
    /// Country of residence.
    pub residence_country_code: String,
    /// Did this passenger board?
    pub boarded: Option<bool>,
}

/// Somebody at work on board.
#[derive(Clone, Default, PartialEq)]
pub struct CrewMember {
    /// Name as in the travel document.
    pub name: Option<PersonName>,
    /// Date of birth.
    pub birth_date: Option<DeclaredDate>,
    /// Sex as in the travel document.
    pub sex: Option<Said<Sex>>,
    /// Nationality.
    pub nationality_code: String,
    /// Travel documents.
    pub travel_documents: Vec<TravelDocument>,
    /// Work on board.
    pub role: Option<Said<CrewRole>>,
}

/// A name in the sender's own script and words.
#[derive(Clone, Default, PartialEq)]
pub struct PersonName {
    /// Family name.
    pub family_name: String,
    /// Given name or names.
    pub given_name: String,
    /// Patronymic.
    pub patronymic: String,
    /// ISO 15924 code of the script.
    pub script_code: String,
    /// The same name in the document's native script.
    pub native_full_name: String,
}

/// A travel document.
#[derive(Clone, Default, PartialEq)]
pub struct TravelDocument {
    /// Kind.
    pub document_type: Option<Said<TravelDocumentType>>,
    /// Number.
    pub number: String,
    /// Issuing state or organization.
    pub issuing_state_code: String,
    /// Last day of validity.
    pub expiry_date: Option<DeclaredDate>,
    /// Lines of the machine readable zone, top first.
    pub mrz_lines: Vec<String>,
    /// Day of issue.
    pub issue_date: Option<DeclaredDate>,
}

/// What a passenger carries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baggage {
    /// Pieces.
    pub piece_count: Option<Said<i64>>,
    /// Mass.
    pub mass: Option<super::value::DeclaredMass>,
    /// Do they declare goods above the allowance?
    pub goods_to_declare: Option<bool>,
}

opaque_debug!(Passenger, CrewMember, PersonName, TravelDocument, super::value::DeclaredDate);
