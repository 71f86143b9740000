//! Goods as declared. Mirrors `cargo.proto` field by field.

use std::fmt;

use super::value::{DeclaredDate, DeclaredInstant, DeclaredMass, Location, Money, Said};
use crate::consignment::{ControlMeasure, ControlResult, CustomsRegime, SealingParty};

/// The goods of a conveyance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cargo {
    /// The consignments on board.
    pub consignments: Vec<Consignment>,
    /// Total gross mass over all consignments.
    pub total_gross_mass: Option<DeclaredMass>,
    /// Total number of packages.
    pub total_package_count: Option<Said<i64>>,
    /// Number of consignments declared.
    pub declared_consignment_count: Option<Said<i64>>,
    /// Customs regime of the whole load.
    pub customs_regime: Option<Said<CustomsRegime>>,
    /// TIR carnet.
    pub tir_carnet: Option<TirCarnet>,
    /// Containers.
    pub containers: Vec<Container>,
    /// Seals on the load compartment.
    pub seals: Vec<Seal>,
    /// Number of seals affixed.
    pub declared_seal_count: Option<Said<i64>>,
    /// Customs office of departure.
    pub departure_office_code: String,
    /// Customs office of destination.
    pub destination_office_code: String,
}

/// A TIR carnet or an eTIR guarantee.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TirCarnet {
    /// Carnet or guarantee number.
    pub number: String,
    /// Last day of validity.
    pub expiry_date: Option<DeclaredDate>,
    /// Countries of the itinerary, in order.
    pub itinerary_country_codes: Vec<String>,
}

/// A container.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Container {
    /// ISO 6346 number.
    pub number: String,
    /// ISO 6346 size and type code.
    pub size_type_code: String,
    /// Seals on this container.
    pub seals: Vec<Seal>,
}

/// A seal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seal {
    /// Seal number or mark.
    pub number: String,
    /// Who affixed it.
    pub sealing_party: Option<Said<SealingParty>>,
}

/// Goods that move under one contract of carriage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consignment {
    /// The sender's reference of the consignment.
    pub consignment_reference: String,
    /// Unique Consignment Reference.
    pub ucr: String,
    /// Movement Reference Number of a preceding declaration.
    pub previous_mrn: String,
    /// Who sends the goods.
    pub consignor: Option<Party>,
    /// Who receives the goods.
    pub consignee: Option<Party>,
    /// The importer, when not the consignee.
    pub importer: Option<Party>,
    /// The exporter or seller, when not the consignor.
    pub exporter: Option<Party>,
    /// Who lodges the customs declaration.
    pub declarant: Option<Party>,
    /// Place of loading.
    pub loading_location: Option<Location>,
    /// Place of unloading.
    pub unloading_location: Option<Location>,
    /// Country that the goods were dispatched from.
    pub departure_country_code: String,
    /// Country that the goods are going to.
    pub destination_country_code: String,
    /// Gross mass of the consignment.
    pub gross_mass: Option<DeclaredMass>,
    /// Number of packages.
    pub package_count: Option<Said<i64>>,
    /// The goods items.
    pub goods_items: Vec<GoodsItem>,
    /// Documents that accompany the consignment.
    pub supporting_documents: Vec<SupportingDocument>,
    /// What another administration has already controlled.
    pub prior_controls: Vec<PriorControl>,
    /// Customs regime, when it differs from the load's.
    pub customs_regime: Option<Said<CustomsRegime>>,
}

/// One commodity line of a consignment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GoodsItem {
    /// Place in the consignment, from 1.
    pub item_number: Option<Said<i64>>,
    /// Description in plain words.
    pub description: String,
    /// Harmonized System code, 6, 8 or 10 digits.
    pub hs_code: String,
    /// Country of origin.
    pub origin_country_code: String,
    /// Gross mass.
    pub gross_mass: Option<DeclaredMass>,
    /// Net mass.
    pub net_mass: Option<DeclaredMass>,
    /// Declared value.
    pub declared_value: Option<Money>,
    /// Packages.
    pub packages: Vec<Packages>,
    /// Quantity in a supplementary unit.
    pub supplementary_quantity: Option<Quantity>,
    /// Dangerous goods particulars.
    pub dangerous_goods: Option<DangerousGoods>,
    /// Numbers of the containers that hold the item.
    pub container_numbers: Vec<String>,
    /// UCR of the item.
    pub ucr: String,
}

/// Packages of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Packages {
    /// UN/ECE Recommendation 21 code.
    pub type_code: String,
    /// How many; 0 for bulk.
    pub package_count: Option<Said<i64>>,
    /// Shipping marks.
    pub marks: String,
}

/// A quantity with its unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quantity {
    /// Amount in millionths of the unit.
    pub amount_millionths: Option<Said<i64>>,
    /// UN/ECE Recommendation 20 unit code.
    pub unit_code: String,
}

/// Dangerous goods particulars.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DangerousGoods {
    /// UN number.
    pub un_number: String,
    /// Class or division.
    pub hazard_class: String,
    /// Packing group.
    pub packing_group: String,
    /// Tunnel restriction code.
    pub tunnel_code: String,
}

/// A legal or natural person with a part in the trade. `Debug` prints its kind only.
#[derive(Clone, Default, PartialEq)]
pub struct Party {
    /// Registration identifiers.
    pub identifiers: Vec<PartyIdentifier>,
    /// Name as registered.
    pub name: String,
    /// Street and number.
    pub street_address: String,
    /// City.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// Country.
    pub country_code: String,
    /// Authorised economic operator certificate.
    pub authorised_operator_reference: String,
    /// True for a natural person trading under their own name.
    pub natural_person: bool,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Party(..)")
    }
}

/// An identifier with the register that issued it. `Debug` prints its kind only.
#[derive(Clone, Default, PartialEq)]
pub struct PartyIdentifier {
    /// Register, in upper snake case.
    pub scheme: String,
    /// The identifier.
    pub value: String,
    /// Country whose register it is.
    pub country_code: String,
}

impl fmt::Debug for PartyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartyIdentifier(..)")
    }
}

/// A document that goes with the goods.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SupportingDocument {
    /// UN/EDIFACT 1001 document name code.
    pub type_code: String,
    /// Its reference.
    pub reference: String,
    /// Its date.
    pub issue_date: Option<DeclaredDate>,
}

/// A control that another administration has already made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriorControl {
    /// Country of the administration.
    pub country_code: String,
    /// What was done.
    pub measure: Option<Said<ControlMeasure>>,
    /// What came of it.
    pub result: Option<Said<ControlResult>>,
    /// When.
    pub control_time: Option<DeclaredInstant>,
    /// The administration's own reference.
    pub control_reference: String,
}
