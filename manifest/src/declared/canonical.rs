//! The canonical bytes of what was declared: the words that settle repeats.
//!
//! The form: one version byte, then the fields of each message in the contract's order, each under its protobuf field
//! number. A leaf is number, kind, length, bytes; a message is an opening mark, its fields, a closing mark. An absent
//! field writes nothing, so a field that is added later leaves the digests of earlier words as they are. What a
//! number or a kind means never changes under one version.

use super::{
    Cargo, Consignment, Container, Conveyance, CrewMember, DangerousGoods, Declared, DeclaredAmount,
    DeclaredDate, DeclaredInstant, DeclaredMass, GoodsItem, Journey, Load, Location, Money, Packages, Party,
    PartyIdentifier, Passenger, PassengerList, PersonName, PriorControl, Quantity, Said, Seal, Stop,
    SupportingDocument, TirCarnet, TravelDocument,
};
use crate::consignment::{ControlMeasure, ControlResult, CustomsRegime, SealingParty};
use crate::person::{CrewRole, PassengerService, Sex, TravelDocumentType};

/// First byte of the canonical form.
pub const CANONICAL_VERSION: u8 = 1;

/// Pieces are handed out in about this size.
const PIECE: usize = 4096;

impl Declared {
    /// Hands the canonical byte form to `out`, piece by piece. Without envelope, request id, transport references and
    /// issue time (a retry may carry a new one); with everything that is meant.
    pub fn canonical(&self, out: &mut dyn FnMut(&[u8])) {
        let mut form = Form { piece: Vec::with_capacity(PIECE + 256), out };
        form.piece.push(CANONICAL_VERSION);
        self.write(&mut form);
        (form.out)(&form.piece);
    }
}

/// Kinds of leaves.
#[derive(Clone, Copy)]
enum Kind {
    Text = 1,
    Integer = 2,
    Truth = 3,
    Float = 4,
    /// A word of a closed set of the contract.
    Word = 5,
    /// A value that is still in the partner's words.
    Said = 6,
    Open = 7,
    Close = 8,
}

struct Form<'o> {
    piece: Vec<u8>,
    out: &'o mut dyn FnMut(&[u8]),
}

impl Form<'_> {
    fn mark(&mut self, number: u16, kind: Kind) {
        if self.piece.len() >= PIECE {
            (self.out)(&self.piece);
            self.piece.clear();
        }
        self.piece.extend_from_slice(&number.to_be_bytes());
        self.piece.push(kind as u8);
    }

    fn leaf(&mut self, number: u16, kind: Kind, bytes: &[u8]) {
        self.mark(number, kind);
        self.piece.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.piece.extend_from_slice(bytes);
    }

    fn text(&mut self, number: u16, text: &str) {
        if !text.is_empty() {
            self.leaf(number, Kind::Text, text.as_bytes());
        }
    }

    fn texts(&mut self, number: u16, texts: &[String]) {
        // An empty element keeps its place: the others' places mean something.
        texts.iter().for_each(|text| self.leaf(number, Kind::Text, text.as_bytes()));
    }

    fn integer(&mut self, number: u16, value: i64) {
        self.leaf(number, Kind::Integer, &value.to_be_bytes());
    }

    fn truth(&mut self, number: u16, value: bool) {
        if value {
            self.leaf(number, Kind::Truth, &[1]);
        }
    }

    fn truth_said(&mut self, number: u16, value: Option<bool>) {
        if let Some(value) = value {
            self.leaf(number, Kind::Truth, &[u8::from(value)]);
        }
    }

    fn said<T: Leaf>(&mut self, number: u16, value: Option<&Said<T>>) {
        match value {
            Some(Said::Plain(value)) => value.write(number, self),
            Some(Said::Words(words)) => self.leaf(number, Kind::Said, words.as_bytes()),
            None => {}
        }
    }

    fn message<M: Message>(&mut self, number: u16, message: Option<&M>) {
        if let Some(message) = message {
            self.mark(number, Kind::Open);
            message.write(self);
            self.mark(number, Kind::Close);
        }
    }

    fn messages<M: Message>(&mut self, number: u16, messages: &[M]) {
        messages.iter().for_each(|message| self.message(number, Some(message)));
    }
}

/// A value that is one leaf.
trait Leaf {
    fn write(&self, number: u16, form: &mut Form<'_>);
}

impl Leaf for i64 {
    fn write(&self, number: u16, form: &mut Form<'_>) {
        form.integer(number, *self);
    }
}

impl Leaf for f64 {
    fn write(&self, number: u16, form: &mut Form<'_>) {
        form.leaf(number, Kind::Float, &self.to_bits().to_be_bytes());
    }
}

macro_rules! word_leaves {
    ($($type:ty),+) => {$(impl Leaf for $type {
        fn write(&self, number: u16, form: &mut Form<'_>) {
            form.leaf(number, Kind::Word, self.as_str().as_bytes());
        }
    })+};
}
word_leaves!(
    ControlMeasure,
    ControlResult,
    CrewRole,
    CustomsRegime,
    PassengerService,
    SealingParty,
    Sex,
    TravelDocumentType
);

/// A value with fields of its own.
trait Message {
    fn write(&self, form: &mut Form<'_>);
}

/// Writes each field under its protobuf number, in the contract's order.
macro_rules! messages {
    ($($type:ident { $($number:literal $how:ident $field:ident,)+ })+) => {$(
        impl Message for $type {
            fn write(&self, form: &mut Form<'_>) {
                $(messages!(@ form, $number, $how, self.$field);)+
            }
        }
    )+};
    (@ $form:ident, $number:literal, text, $value:expr) => { $form.text($number, &$value) };
    (@ $form:ident, $number:literal, texts, $value:expr) => { $form.texts($number, &$value) };
    (@ $form:ident, $number:literal, truth, $value:expr) => { $form.truth($number, $value) };
    (@ $form:ident, $number:literal, truth_said, $value:expr) => { $form.truth_said($number, $value) };
    (@ $form:ident, $number:literal, said, $value:expr) => { $form.said($number, $value.as_ref()) };
    (@ $form:ident, $number:literal, one, $value:expr) => { $form.message($number, $value.as_ref()) };
    (@ $form:ident, $number:literal, many, $value:expr) => { $form.messages($number, &$value) };
}

impl Message for Declared {
    fn write(&self, form: &mut Form<'_>) {
        form.text(2, &self.manifest_reference);
        form.text(3, &self.part);
        if self.revision != 0 {
            form.integer(4, self.revision);
        }
        form.message(6, self.conveyance.as_ref());
        form.message(7, self.journey.as_ref());
        match &self.load {
            Some(Load::Cargo(cargo)) => form.message(8, Some(cargo)),
            Some(Load::PassengerList(list)) => form.message(9, Some(list)),
            None => {}
        }
        form.messages(10, &self.crew_members);
        form.truth(11, self.test);
        form.message(14, self.carrier.as_ref());
        form.truth(15, self.closed);
        form.truth(16, self.draft);
    }
}

messages! {
    Conveyance {
        1 text mode_code, 2 text registration, 3 text nationality_code, 4 texts trailer_registrations,
        5 text type_code,
    }
    Journey {
        1 text journey_reference, 2 text border_post_code, 3 one arrival_time, 4 one departure_time,
        5 said local_offset_minutes, 6 many stops, 7 texts itinerary_country_codes,
    }
    Stop { 1 said stop_sequence, 2 one location, 3 one arrival_time, 4 one departure_time, }
    Location {
        1 text un_locode, 2 text local_code, 3 text name, 4 text country_code, 5 said latitude_degrees,
        6 said longitude_degrees,
    }
    Cargo {
        1 many consignments, 2 one total_gross_mass, 3 said total_package_count,
        4 said declared_consignment_count, 5 said customs_regime, 6 one tir_carnet, 7 many containers,
        8 many seals, 9 said declared_seal_count, 10 text departure_office_code,
        11 text destination_office_code,
    }
    TirCarnet { 1 text number, 2 one expiry_date, 3 texts itinerary_country_codes, }
    Container { 1 text number, 2 text size_type_code, 3 many seals, }
    Seal { 1 text number, 2 said sealing_party, }
    Consignment {
        1 text consignment_reference, 2 text ucr, 3 text previous_mrn, 4 one consignor, 5 one consignee,
        6 one importer, 7 one exporter, 8 one declarant, 9 one loading_location, 10 one unloading_location,
        11 text departure_country_code, 12 text destination_country_code, 13 one gross_mass,
        14 said package_count, 15 many goods_items, 16 many supporting_documents, 17 many prior_controls,
        18 said customs_regime,
    }
    GoodsItem {
        1 said item_number, 2 text description, 3 text hs_code, 4 text origin_country_code, 5 one gross_mass,
        6 one net_mass, 7 one declared_value, 8 many packages, 9 one supplementary_quantity,
        10 one dangerous_goods, 11 texts container_numbers, 12 text ucr,
    }
    Packages { 1 text type_code, 2 said package_count, 3 text marks, }
    Quantity { 1 said amount_millionths, 2 text unit_code, }
    DangerousGoods { 1 text un_number, 2 text hazard_class, 3 text packing_group, 4 text tunnel_code, }
    Party {
        1 many identifiers, 2 text name, 3 text street_address, 4 text city, 5 text postal_code,
        6 text country_code, 7 text authorised_operator_reference, 8 truth natural_person,
    }
    PartyIdentifier { 1 text scheme, 2 text value, 3 text country_code, }
    SupportingDocument { 1 text type_code, 2 text reference, 3 one issue_date, }
    PriorControl {
        1 text country_code, 2 said measure, 3 said result, 4 one control_time, 5 text control_reference,
    }
    PassengerList {
        1 many passengers, 2 said declared_passenger_count, 3 said service, 4 text route_permit_reference,
    }
    Passenger {
        1 one name, 2 one birth_date, 3 said sex, 4 text nationality_code, 5 many travel_documents,
        6 said embark_stop_sequence, 7 said debark_stop_sequence, 8 text seat, 9 text booking_reference,
        10 one baggage, 11 said guardian_passenger_number, 12 truth group_leader,
        13 text residence_country_code, 14 truth_said boarded,
    }
    CrewMember {
        1 one name, 2 one birth_date, 3 said sex, 4 text nationality_code, 5 many travel_documents,
        6 said role,
    }
    PersonName {
        1 text family_name, 2 text given_name, 3 text patronymic, 4 text script_code, 5 text native_full_name,
    }
    TravelDocument {
        1 said document_type, 2 text number, 3 text issuing_state_code, 4 one expiry_date, 5 texts mrz_lines,
        6 one issue_date,
    }
    Money { 1 text currency_code, 2 one amount, }
}

impl Message for super::Baggage {
    fn write(&self, form: &mut Form<'_>) {
        form.said(1, self.piece_count.as_ref());
        form.message(2, self.mass.as_ref());
        form.truth_said(3, self.goods_to_declare);
    }
}

impl Message for DeclaredAmount {
    fn write(&self, form: &mut Form<'_>) {
        match self {
            Self::Exact { units, nanos } => {
                form.integer(1, *units);
                form.integer(2, i64::from(*nanos));
            }
            Self::Said(words) => form.leaf(1, Kind::Said, words.as_bytes()),
        }
    }
}

impl Message for DeclaredMass {
    fn write(&self, form: &mut Form<'_>) {
        match self {
            Self::Milligrams(mg) => form.integer(1, *mg),
            Self::Said { amount, unit } => {
                form.leaf(1, Kind::Said, amount.as_bytes());
                form.leaf(2, Kind::Said, unit.as_bytes());
            }
        }
    }
}

impl Message for DeclaredInstant {
    fn write(&self, form: &mut Form<'_>) {
        match self {
            Self::Instant { timestamp, offset_minutes } => {
                form.integer(1, timestamp.as_second());
                form.integer(2, i64::from(timestamp.subsec_nanosecond()));
                if let Some(minutes) = offset_minutes {
                    form.integer(3, i64::from(*minutes));
                }
            }
            Self::Said { text, format } => {
                form.leaf(1, Kind::Said, text.as_bytes());
                form.leaf(2, Kind::Said, format.as_bytes());
            }
        }
    }
}

impl Message for DeclaredDate {
    fn write(&self, form: &mut Form<'_>) {
        match self {
            Self::Civil { year, month, day } => {
                form.integer(1, i64::from(*year));
                form.integer(2, i64::from(*month));
                form.integer(3, i64::from(*day));
            }
            Self::Said { text, format } => {
                form.leaf(1, Kind::Said, text.as_bytes());
                form.leaf(2, Kind::Said, format.as_bytes());
            }
        }
    }
}
