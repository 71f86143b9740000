//! Goods: the load of a lorry or wagon, its consignments and their goods items, in customs' codes and units.

use crate::conveyance::Location;
use crate::party::Party;
use crate::person::words;
use crate::quantity::{CountryCode, Instant, Mass, Money, PartialDate, Quantity};

words! {
    /// The procedure that the goods are to be placed under.
    CustomsRegime {
        /// Release for free circulation.
        Import = "IMPORT",
        /// Customs transit.
        Transit = "TRANSIT",
        /// Transit under a TIR carnet.
        Tir = "TIR",
        /// Temporary admission.
        TemporaryAdmission = "TEMPORARY_ADMISSION",
        /// Customs warehousing.
        Warehousing = "WAREHOUSING",
        /// Inward processing.
        InwardProcessing = "INWARD_PROCESSING",
        /// Re-import.
        Reimport = "REIMPORT",
        /// Empty conveyance.
        Empty = "EMPTY",
    }
}

words! {
    /// Who affixed a seal.
    SealingParty {
        /// A customs administration.
        Customs = "CUSTOMS",
        /// The carrier.
        Carrier = "CARRIER",
        /// The consignor.
        Consignor = "CONSIGNOR",
    }
}

words! {
    /// What a control consisted of.
    ControlMeasure {
        /// Documents only.
        Documentary = "DOCUMENTARY",
        /// X-ray or gamma-ray image.
        NonIntrusive = "NON_INTRUSIVE",
        /// Physical examination.
        Physical = "PHYSICAL",
        /// Weighing.
        Weighing = "WEIGHING",
        /// Radiation measurement.
        Radiation = "RADIATION",
    }
}

words! {
    /// What a control found.
    ControlResult {
        /// In order.
        Satisfactory = "SATISFACTORY",
        /// Minor discrepancies.
        MinorDiscrepancies = "MINOR_DISCREPANCIES",
        /// Not in order.
        NotSatisfactory = "NOT_SATISFACTORY",
    }
}

/// The goods of a conveyance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cargo {
    /// Consignments in the declared order.
    pub consignments: Vec<Consignment>,
    /// Declared total gross mass.
    pub total_gross_mass: Option<Mass>,
    /// Declared total number of packages.
    pub total_package_count: Option<u32>,
    /// Declared number of consignments.
    pub declared_consignment_count: Option<u32>,
    /// Customs regime of the whole load.
    pub customs_regime: Option<CustomsRegime>,
    /// TIR carnet.
    pub tir_carnet: Option<TirCarnet>,
    /// Containers.
    pub containers: Vec<Container>,
    /// Seals on the load compartment.
    pub seals: Vec<Seal>,
    /// Declared number of seals.
    pub declared_seal_count: Option<u32>,
    /// Customs office of departure.
    pub departure_office_code: Option<String>,
    /// Customs office of destination.
    pub destination_office_code: Option<String>,
}

/// A TIR carnet or an eTIR guarantee.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TirCarnet {
    /// Number, upper case without separators.
    pub number: Option<String>,
    /// Last day of validity.
    pub expiry_date: Option<PartialDate>,
    /// Countries of the itinerary, in order.
    pub itinerary_countries: Vec<CountryCode>,
}

/// A container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// ISO 6346 number, upper case without separators.
    pub number: Option<String>,
    /// ISO 6346 size and type code.
    pub size_type_code: Option<String>,
    /// Seals on this container.
    pub seals: Vec<Seal>,
}

/// A seal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seal {
    /// Seal number or mark.
    pub number: Option<String>,
    /// Who affixed it.
    pub sealing_party: Option<SealingParty>,
}

/// Goods that move under one contract of carriage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consignment {
    /// The sender's reference.
    pub consignment_reference: Option<String>,
    /// Unique Consignment Reference.
    pub ucr: Option<String>,
    /// Movement Reference Number of a preceding declaration, upper case without separators.
    pub previous_mrn: Option<String>,
    /// Who sends the goods.
    pub consignor: Option<Party>,
    /// Who receives the goods.
    pub consignee: Option<Party>,
    /// The importer, when not the consignee.
    pub importer: Option<Party>,
    /// The exporter, when not the consignor.
    pub exporter: Option<Party>,
    /// Who lodges the customs declaration.
    pub declarant: Option<Party>,
    /// Place of loading.
    pub loading_location: Option<Location>,
    /// Place of unloading.
    pub unloading_location: Option<Location>,
    /// Country that the goods were dispatched from.
    pub departure_country: Option<CountryCode>,
    /// Country that the goods are going to.
    pub destination_country: Option<CountryCode>,
    /// Gross mass.
    pub gross_mass: Option<Mass>,
    /// Number of packages.
    pub package_count: Option<u32>,
    /// Goods items in the declared order.
    pub goods_items: Vec<GoodsItem>,
    /// Documents that accompany the consignment.
    pub supporting_documents: Vec<SupportingDocument>,
    /// What another administration has already controlled.
    pub prior_controls: Vec<PriorControl>,
    /// Customs regime, when it differs from the load's.
    pub customs_regime: Option<CustomsRegime>,
}

impl Consignment {
    /// Who imports: the importer where one is named, else the consignee.
    #[must_use]
    pub fn importing_party(&self) -> Option<&Party> {
        self.importer.as_ref().or(self.consignee.as_ref())
    }

    /// Who exports: the exporter where one is named, else the consignor.
    #[must_use]
    pub fn exporting_party(&self) -> Option<&Party> {
        self.exporter.as_ref().or(self.consignor.as_ref())
    }
}

/// One commodity line of a consignment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GoodsItem {
    /// Declared place in the consignment, from 1.
    pub item_number: Option<u32>,
    /// Description in the sender's words.
    pub description: Option<String>,
    /// Harmonized System code.
    pub hs_code: Option<HsCode>,
    /// Country of origin.
    pub origin_country: Option<CountryCode>,
    /// Gross mass.
    pub gross_mass: Option<Mass>,
    /// Net mass.
    pub net_mass: Option<Mass>,
    /// Declared value.
    pub declared_value: Option<Money>,
    /// Packages.
    pub packages: Vec<Packages>,
    /// Quantity in a supplementary unit.
    pub supplementary_quantity: Option<Quantity>,
    /// Dangerous goods particulars.
    pub dangerous_goods: Option<DangerousGoods>,
    /// Numbers of the containers that hold the item, upper case without separators.
    pub container_numbers: Vec<String>,
    /// UCR of the item.
    pub ucr: Option<String>,
}

impl GoodsItem {
    /// Net mass where declared, else gross mass.
    #[must_use]
    pub fn net_else_gross_mass(&self) -> Option<Mass> {
        self.net_mass.or(self.gross_mass)
    }

    /// The first six digits of the Harmonized System code.
    #[must_use]
    pub fn hs6(&self) -> Option<&str> {
        self.hs_code.as_ref().map(HsCode::hs6)
    }
}

/// A Harmonized System code of 6, 8 or 10 digits whose first six are in the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HsCode(String);

impl HsCode {
    /// A code from 6, 8 or 10 digits. Says nothing about whether it exists.
    #[must_use]
    pub fn new(digits: &str) -> Option<Self> {
        let fits = matches!(digits.len(), 6 | 8 | 10) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(digits.to_owned()))
    }

    /// All digits, with the national extension.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The internationally agreed six digits.
    #[must_use]
    pub fn hs6(&self) -> &str {
        self.0.get(..6).unwrap_or_default()
    }
}

/// Packages of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packages {
    /// UN/ECE Recommendation 21 code.
    pub type_code: Option<String>,
    /// How many; 0 for bulk.
    pub package_count: Option<u32>,
    /// Shipping marks.
    pub marks: Option<String>,
}

/// Dangerous goods particulars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DangerousGoods {
    /// UN number, four digits.
    pub un_number: Option<String>,
    /// Class or division.
    pub hazard_class: Option<String>,
    /// Packing group: `I`, `II` or `III`.
    pub packing_group: Option<String>,
    /// Tunnel restriction code.
    pub tunnel_code: Option<String>,
}

/// A document that goes with the goods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupportingDocument {
    /// UN/EDIFACT 1001 document name code.
    pub type_code: Option<String>,
    /// Its reference.
    pub reference: Option<String>,
    /// Its date.
    pub issue_date: Option<PartialDate>,
}

/// A control that another administration has already made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriorControl {
    /// Country of the administration.
    pub country: Option<CountryCode>,
    /// What was done.
    pub measure: Option<ControlMeasure>,
    /// What came of it.
    pub result: Option<ControlResult>,
    /// When.
    pub control_time: Option<Instant>,
    /// The administration's own reference.
    pub control_reference: Option<String>,
}
