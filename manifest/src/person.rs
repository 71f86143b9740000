//! People on board: crew and passengers. Everything here is personal data, so `Debug` prints kinds only.

use crate::quantity::{Mass, PartialDate};

/// Gives types a `Debug` that prints the type's name and nothing of the value.
macro_rules! opaque_debug {
    ($($type:ty),+ $(,)?) => {
        $(impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let name = stringify!($type);
                write!(f, "{}(..)", name.rsplit([':', ' ']).next().unwrap_or(name))
            }
        })+
    };
}
pub(crate) use opaque_debug;

/// A closed set of words with the contract's names (without prefix).
macro_rules! words {
    ($(#[doc = $doc:literal])+ $type:ident { $( $(#[doc = $vdoc:literal])+ $name:ident = $word:literal, )+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $( $(#[doc = $vdoc])+ $name, )+ }

        impl $type {
            /// Every value, in the contract's order.
            pub const ALL: &[Self] = &[$( Self::$name, )+];

            /// The value's word: the contract's name without its prefix.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $word, )+ }
            }

            /// The value that a word names.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$name), )+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Kind of passenger service.
    PassengerService {
        /// Regular line.
        Regular = "REGULAR",
        /// Occasional service.
        Occasional = "OCCASIONAL",
        /// Shuttle.
        Shuttle = "SHUTTLE",
    }
}

words! {
    /// Sex as in the travel document (ICAO Doc 9303).
    Sex {
        /// F.
        Female = "FEMALE",
        /// M.
        Male = "MALE",
        /// X or `<`.
        NotStatedInDocument = "NOT_STATED_IN_DOCUMENT",
    }
}

words! {
    /// Kind of travel document.
    TravelDocumentType {
        /// Passport.
        Passport = "PASSPORT",
        /// National identity card.
        IdentityCard = "IDENTITY_CARD",
        /// Visa.
        Visa = "VISA",
        /// Birth certificate of a child.
        BirthCertificate = "BIRTH_CERTIFICATE",
        /// Refugee or stateless person's travel document.
        ConventionTravelDocument = "CONVENTION_TRAVEL_DOCUMENT",
        /// Certificate of return.
        ReturnCertificate = "RETURN_CERTIFICATE",
        /// Anything else.
        Other = "OTHER",
    }
}

words! {
    /// Work on board.
    CrewRole {
        /// Drives.
        Driver = "DRIVER",
        /// Conductor or attendant.
        Conductor = "CONDUCTOR",
        /// Guide.
        Guide = "GUIDE",
        /// Anything else.
        Other = "OTHER",
    }
}

/// The passenger list of a coach or train.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PassengerList {
    /// Passengers in the declared order.
    pub passengers: Vec<Passenger>,
    /// Number of passengers declared.
    pub declared_passenger_count: Option<u32>,
    /// Kind of service.
    pub service: Option<PassengerService>,
    /// Permit or licence of the service.
    pub route_permit_reference: Option<String>,
}

/// One passenger.
#[derive(Clone, Default, PartialEq)]
pub struct Passenger {
    /// Who.
    pub person: Person,
    /// Sequence number of the stop of boarding.
    pub embark_stop_sequence: Option<u32>,
    /// Sequence number of the stop of alighting.
    pub debark_stop_sequence: Option<u32>,
    /// Seat.
    pub seat: Option<String>,
    /// Ticket or booking reference.
    pub booking_reference: Option<String>,
    /// What they carry.
    pub baggage: Option<Baggage>,
    /// Place of the passenger who answers for this one, from 1.
    pub guardian_passenger_number: Option<u32>,
    /// Leader of a group.
    pub group_leader: bool,
    /// Country of residence.
    pub residence: Option<StateCode>,
    /// Did this passenger board?
    pub boarded: Option<bool>,
}

/// Somebody at work on board.
#[derive(Clone, Default, PartialEq)]
pub struct CrewMember {
    /// Who.
    pub person: Person,
    /// Work on board.
    pub role: Option<CrewRole>,
}

/// What crew and passengers have in common.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Name as in the travel document.
    pub name: Option<PersonName>,
    /// Date of birth; day or month may be unknown.
    pub birth_date: Option<PartialDate>,
    /// Sex as in the travel document.
    pub sex: Option<Sex>,
    /// Nationality.
    pub nationality: Option<StateCode>,
    /// Travel documents, the one to be shown first.
    pub travel_documents: Vec<TravelDocument>,
}

/// A name in the sender's own script and words, with its form in Latin letters beside it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// Family name.
    pub family_name: String,
    /// Given name or names.
    pub given_name: Option<String>,
    /// Patronymic.
    pub patronymic: Option<String>,
    /// ISO 15924 code of the script.
    pub script_code: Option<String>,
    /// The same name in the document's native script.
    pub native_full_name: Option<String>,
    /// Family name in the letters of the machine readable zone, A to Z and spaces; the native name's when there is no
    /// other. Of records stored before this field existed it is absent.
    pub latin_family_name: Option<String>,
    /// Given name or names in the letters of the machine readable zone.
    pub latin_given_name: Option<String>,
    /// Patronymic in the letters of the machine readable zone.
    pub latin_patronymic: Option<String>,
    /// The same for the same person in whatever script and by whatever practice, as far as a name can tell:
    /// [`crate::normalize::comparison_key`].
    pub comparison_key: Option<String>,
}

/// A travel document.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TravelDocument {
    /// Kind.
    pub document_type: Option<TravelDocumentType>,
    /// Number, upper case without separators.
    pub number: Option<String>,
    /// Issuing state or organization.
    pub issuing_state: Option<StateCode>,
    /// Last day of validity.
    pub expiry_date: Option<PartialDate>,
    /// Lines of the machine readable zone, top first, upper case without spaces.
    pub mrz_lines: Vec<String>,
    /// Day of issue.
    pub issue_date: Option<PartialDate>,
}

/// What a passenger carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Baggage {
    /// Pieces.
    pub piece_count: Option<u32>,
    /// Mass.
    pub mass: Option<Mass>,
    /// Do they declare goods above the allowance?
    pub goods_to_declare: Option<bool>,
}

/// A state or organization as travel documents name it: ISO 3166-1 alpha-3, or an ICAO Doc 9303 special code such
/// as `D` (Germany), `UNO` or `XXA`. `Debug` prints its kind only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateCode {
    bytes: [u8; 3],
    len: u8,
}

impl StateCode {
    /// A code of one to three upper-case letters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let source = text.as_bytes();
        if source.is_empty() || source.len() > 3 || !source.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let mut bytes = [0; 3];
        bytes.iter_mut().zip(source).for_each(|(to, from)| *to = *from);
        Some(Self { bytes, len: u8::try_from(source.len()).ok()? })
    }

    /// A code of three letters in any case.
    #[must_use]
    pub fn new_in_any_case(text: &str) -> Option<Self> {
        let mut bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes.make_ascii_uppercase();
        Self::new(std::str::from_utf8(&bytes).ok()?)
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

opaque_debug!(Passenger, CrewMember, Person, PersonName, TravelDocument, StateCode);
