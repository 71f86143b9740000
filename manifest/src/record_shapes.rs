//! The stored form of every noun, field by field. What is about a natural person is left out of the record's side.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::consignment::{
    Cargo, Consignment, Container, ControlMeasure, ControlResult, CustomsRegime, DangerousGoods, GoodsItem,
    HsCode, Packages, PriorControl, Seal, SealingParty, SupportingDocument, TirCarnet,
};
use crate::conveyance::{Conveyance, Journey, Location, Mode, Stop};
use crate::manifest::{Load, Manifest, Revision};
use crate::party::{Party, PartyIdentifier};
use crate::person::{
    Baggage, CrewMember, Passenger, PassengerList, Person, PersonName, Sex, StateCode, TravelDocument,
    TravelDocumentType,
};
use crate::quantity::{Code, Instant, Mass, Money, PartialDate, Quantity};
use crate::record::RecordError;
use crate::record_form::{Absent, Stored, stored};

/// More passengers than any train holds: a record that says more is broken.
const PASSENGERS_LIMIT: u32 = 100_000;

stored! {
    ConveyanceForm of Conveyance {
        mode: Option<Mode>,
        registration: Option<String>,
        nationality: Option<Code<2>>,
        trailer_registrations: Vec<String>,
        type_code: Option<String>,
    }
    JourneyForm of Journey {
        journey_reference: Option<String>,
        border_post_code: Option<String>,
        arrival: Option<Instant>,
        departure: Option<Instant>,
        local_offset_minutes: Option<i16>,
        stops: Vec<Stop>,
        itinerary_countries: Vec<Code<2>>,
    }
    StopForm of Stop {
        stop_sequence: Option<u32>,
        location: Option<Location>,
        arrival: Option<Instant>,
        departure: Option<Instant>,
    }
    LocationForm of Location {
        un_locode: Option<String>,
        local_code: Option<String>,
        name: Option<String>,
        country: Option<Code<2>>,
        latitude_degrees: Option<f64>,
        longitude_degrees: Option<f64>,
    }
    CargoForm of Cargo {
        consignments: Vec<Consignment>,
        total_gross_mass: Option<Mass>,
        total_package_count: Option<u32>,
        declared_consignment_count: Option<u32>,
        customs_regime: Option<CustomsRegime>,
        tir_carnet: Option<TirCarnet>,
        containers: Vec<Container>,
        seals: Vec<Seal>,
        declared_seal_count: Option<u32>,
        departure_office_code: Option<String>,
        destination_office_code: Option<String>,
    }
    TirCarnetForm of TirCarnet {
        number: Option<String>,
        expiry_date: Option<PartialDate>,
        itinerary_countries: Vec<Code<2>>,
    }
    ContainerForm of Container { number: Option<String>, size_type_code: Option<String>, seals: Vec<Seal> }
    SealForm of Seal { number: Option<String>, sealing_party: Option<SealingParty> }
    ConsignmentForm of Consignment {
        consignment_reference: Option<String>,
        ucr: Option<String>,
        previous_mrn: Option<String>,
        consignor: Option<Party>,
        consignee: Option<Party>,
        importer: Option<Party>,
        exporter: Option<Party>,
        declarant: Option<Party>,
        loading_location: Option<Location>,
        unloading_location: Option<Location>,
        departure_country: Option<Code<2>>,
        destination_country: Option<Code<2>>,
        gross_mass: Option<Mass>,
        package_count: Option<u32>,
        goods_items: Vec<GoodsItem>,
        supporting_documents: Vec<SupportingDocument>,
        prior_controls: Vec<PriorControl>,
        customs_regime: Option<CustomsRegime>,
    }
    GoodsItemForm of GoodsItem {
        item_number: Option<u32>,
        description: Option<String>,
        hs_code: Option<HsCode>,
        origin_country: Option<Code<2>>,
        gross_mass: Option<Mass>,
        net_mass: Option<Mass>,
        declared_value: Option<Money>,
        packages: Vec<Packages>,
        supplementary_quantity: Option<Quantity>,
        dangerous_goods: Option<DangerousGoods>,
        container_numbers: Vec<String>,
        ucr: Option<String>,
    }
    PackagesForm of Packages { type_code: Option<String>, package_count: Option<u32>, marks: Option<String> }
    DangerousGoodsForm of DangerousGoods {
        un_number: Option<String>,
        hazard_class: Option<String>,
        packing_group: Option<String>,
        tunnel_code: Option<String>,
    }
    SupportingDocumentForm of SupportingDocument {
        type_code: Option<String>,
        reference: Option<String>,
        issue_date: Option<PartialDate>,
    }
    PriorControlForm of PriorControl {
        country: Option<Code<2>>,
        measure: Option<ControlMeasure>,
        result: Option<ControlResult>,
        control_time: Option<Instant>,
        control_reference: Option<String>,
    }
    PartyIdentifierForm of PartyIdentifier { scheme: String, value: String, country: Option<Code<2>> }
    PersonForm of Person {
        name: Option<PersonName>,
        birth_date: Option<PartialDate>,
        sex: Option<Sex>,
        nationality: Option<StateCode>,
        travel_documents: Vec<TravelDocument>,
    }
    PersonNameForm of PersonName {
        family_name: String,
        given_name: Option<String>,
        patronymic: Option<String>,
        script_code: Option<String>,
        native_full_name: Option<String>,
        latin_family_name: Option<String>,
        latin_given_name: Option<String>,
        latin_patronymic: Option<String>,
        comparison_key: Option<String>,
    }
    TravelDocumentForm of TravelDocument {
        document_type: Option<TravelDocumentType>,
        number: Option<String>,
        issuing_state: Option<StateCode>,
        expiry_date: Option<PartialDate>,
        mrz_lines: Vec<String>,
        issue_date: Option<PartialDate>,
    }
    PassengerForm of Passenger {
        person: Person,
        embark_stop_sequence: Option<u32>,
        debark_stop_sequence: Option<u32>,
        seat: Option<String>,
        booking_reference: Option<String>,
        baggage: Option<Baggage>,
        guardian_passenger_number: Option<u32>,
        group_leader: bool,
        residence: Option<StateCode>,
        boarded: Option<bool>,
    }
    BaggageForm of Baggage { piece_count: Option<u32>, mass: Option<Mass>, goods_to_declare: Option<bool> }
}

/// Defines the stored form of a small value whose fields are always written.
macro_rules! whole {
    ($($form:ident of $type:ident { $($field:ident: $as:ty),+ $(,)? })+) => {$(
        #[doc = concat!("Stored form of [`", stringify!($type), "`].")]
        #[derive(Serialize, Deserialize)]
        pub(crate) struct $form<'a> { $($field: <$as as Stored>::Form<'a>,)+ }

        impl Stored for $type {
            type Form<'a> = $form<'a>;

            fn form(&self) -> $form<'_> {
                $form { $($field: Stored::form(&self.$field),)+ }
            }

            fn read(form: $form<'_>) -> Result<Self, RecordError> {
                Ok($type { $($field: <$as as Stored>::read(form.$field)?,)+ })
            }
        }
    )+};
}
whole! {
    MoneyForm of Money { currency: Code<3>, units: i64, nanos: i32 }
    QuantityForm of Quantity { amount_millionths: i64, unit_code: String }
    InstantForm of Instant { timestamp: jiff::Timestamp, offset_minutes: Option<i16> }
}

stored! {
    ManifestForm of Manifest {
        manifest_reference: String,
        part: Option<String>,
        revision: Revision,
        conveyance: Conveyance,
        journey: Journey,
        load: Option<Load>,
        crew_members: Vec<CrewMember>,
        test: bool,
        issue_time: Option<Instant>,
        carrier: Option<Party>,
    }
}

/// Parts that are always written.
macro_rules! never_absent {
    ($($form:ident),+) => {$(impl Absent for $form<'_> {
        fn is_absent(&self) -> bool {
            false
        }
    })+};
}
never_absent!(ConveyanceForm, JourneyForm, PersonForm);

/// Stored form of what is on board.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoadForm<'a> {
    Cargo(CargoForm<'a>),
    PassengerList(PassengerListForm<'a>),
}

impl Stored for Load {
    type Form<'a> = LoadForm<'a>;

    fn form(&self) -> LoadForm<'_> {
        match self {
            Load::Cargo(cargo) => LoadForm::Cargo(cargo.form()),
            Load::PassengerList(list) => LoadForm::PassengerList(list.form()),
        }
    }

    fn read(form: LoadForm<'_>) -> Result<Self, RecordError> {
        Ok(match form {
            LoadForm::Cargo(form) => Load::Cargo(Cargo::read(form)?),
            LoadForm::PassengerList(form) => Load::PassengerList(PassengerList::read(form)?),
        })
    }
}

/// Stored form of a passenger list: how many, not who. The passengers are all persons' side.
#[derive(Serialize, Deserialize)]
pub(crate) struct PassengerListForm<'a> {
    passenger_count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declared_passenger_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    route_permit_reference: Option<Cow<'a, str>>,
}

impl Stored for PassengerList {
    type Form<'a> = PassengerListForm<'a>;

    fn form(&self) -> PassengerListForm<'_> {
        PassengerListForm {
            passenger_count: u32::try_from(self.passengers.len()).unwrap_or(u32::MAX),
            declared_passenger_count: self.declared_passenger_count,
            service: self.service.form(),
            route_permit_reference: self.route_permit_reference.form(),
        }
    }

    fn read(form: PassengerListForm<'_>) -> Result<Self, RecordError> {
        if form.passenger_count > PASSENGERS_LIMIT {
            return Err(RecordError::Value("a number of passengers"));
        }
        let count = usize::try_from(form.passenger_count).unwrap_or(0);
        Ok(PassengerList {
            passengers: vec![Passenger::default(); count],
            declared_passenger_count: form.declared_passenger_count,
            service: Stored::read(form.service)?,
            route_permit_reference: Stored::read(form.route_permit_reference)?,
        })
    }
}

/// Stored form of a crew member: the work, not who does it.
#[derive(Serialize, Deserialize)]
pub(crate) struct CrewMemberForm<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Cow<'a, str>>,
}

impl Stored for CrewMember {
    type Form<'a> = CrewMemberForm<'a>;

    fn form(&self) -> CrewMemberForm<'_> {
        CrewMemberForm { role: self.role.form() }
    }

    fn read(form: CrewMemberForm<'_>) -> Result<Self, RecordError> {
        Ok(CrewMember { person: Person::default(), role: Stored::read(form.role)? })
    }
}

/// Stored form of a party: whole for a legal person, and for a natural one on the persons' side.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct PartyForm<'a> {
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    identifiers: Vec<PartyIdentifierForm<'a>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    name: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    street_address: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    city: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    postal_code: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    country: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    authorised_operator_reference: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Absent::is_absent")]
    natural_person: bool,
}

impl<'a> PartyForm<'a> {
    /// All of it, for the persons' side.
    pub(crate) fn whole(party: &'a Party) -> Self {
        Self {
            identifiers: party.identifiers.form(),
            name: party.name.form(),
            street_address: party.street_address.form(),
            city: party.city.form(),
            postal_code: party.postal_code.form(),
            country: party.country.form(),
            authorised_operator_reference: party.authorised_operator_reference.form(),
            natural_person: party.natural_person,
        }
    }
}

impl Stored for Party {
    type Form<'a> = PartyForm<'a>;

    fn form(&self) -> PartyForm<'_> {
        if self.natural_person {
            return PartyForm { country: self.country.form(), natural_person: true, ..PartyForm::default() };
        }
        PartyForm::whole(self)
    }

    fn read(form: PartyForm<'_>) -> Result<Self, RecordError> {
        Ok(Party {
            identifiers: Stored::read(form.identifiers)?,
            name: Stored::read(form.name)?,
            street_address: Stored::read(form.street_address)?,
            city: Stored::read(form.city)?,
            postal_code: Stored::read(form.postal_code)?,
            country: Stored::read(form.country)?,
            authorised_operator_reference: Stored::read(form.authorised_operator_reference)?,
            natural_person: form.natural_person,
        })
    }
}
