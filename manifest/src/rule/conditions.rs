//! What must be said, by load, mode, regime, partner and day: a table, read once and asked once for each manifest.

use std::sync::{Arc, LazyLock};

use super::{Circumstances, RuleError, Scope, check_overlaps, rows};
use crate::finding::Severity;

/// The table that comes with the crate.
const BUILT_IN: &str = include_str!("../../rules/conditions.csv");

macro_rules! elements {
    ($( $(#[doc = $doc:literal])+ $name:ident = $word:literal, )+) => {
        /// What the table can ask for. What a manifest cannot be without (conveyance, border post, arrival, load, the
        /// items of a load) is not here: without it nothing could be decided, whatever a table says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Element { $( $(#[doc = $doc])+ $name, )+ }

        impl Element {
            /// Every element.
            pub const ALL: &[Element] = &[$( Element::$name, )+];

            /// The element's word in the table.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Element::$name => $word, )+ }
            }

            fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some(Element::$name), )+ _ => None }
            }
        }
    };
}

elements! {
    /// Country of registration of the conveyance.
    ConveyanceNationality = "conveyance.nationality_code",
    /// What a crew member does.
    CrewRole = "crew_member.role",
    /// Name of a traveller.
    PersonName = "person.name",
    /// Date of birth of a traveller.
    PersonBirthDate = "person.birth_date",
    /// Nationality of a traveller.
    PersonNationality = "person.nationality_code",
    /// At least one travel document.
    PersonDocuments = "person.travel_documents",
    /// Number of a travel document.
    DocumentNumber = "travel_document.number",
    /// Type of a travel document.
    DocumentType = "travel_document.type",
    /// State that issued a travel document, where the nationality does not tell it.
    DocumentIssuer = "travel_document.issuing_state_code",
    /// Regular or occasional service.
    Service = "passenger_list.service",
    /// At least one passenger, unless the list says that there is none.
    Passengers = "passenger_list.passengers",
    /// At least one driver in the crew.
    Driver = "passenger_list.driver",
    /// Number of the TIR carnet.
    CarnetNumber = "cargo.tir_carnet.number",
    /// The consignment's own reference.
    ConsignmentReference = "consignment.consignment_reference",
    /// Country that the goods were dispatched from.
    DepartureCountry = "consignment.departure_country_code",
    /// Gross mass of a consignment.
    ConsignmentMass = "consignment.gross_mass_mg",
    /// Who sends.
    Consignor = "consignment.consignor",
    /// Who receives.
    Consignee = "consignment.consignee",
    /// Description of a goods item.
    Description = "goods_item.description",
    /// Harmonized System code of a goods item.
    HsCode = "goods_item.hs_code",
    /// UN number of dangerous goods.
    UnNumber = "dangerous_goods.un_number",
    /// Class of dangerous goods.
    HazardClass = "dangerous_goods.hazard_class",
    /// Type of packages.
    PackageType = "packages.type_code",
    /// Number of a container.
    ContainerNumber = "container.number",
}

/// One row: an element and what its absence weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What must be said.
    pub element: Element,
    /// What its absence weighs; `None` when it need not be said.
    pub weight: Option<Severity>,
    /// For which manifests.
    pub scope: Scope,
    /// Standard, act or reason.
    pub source: String,
}

/// All rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions(Vec<Condition>);

/// What one manifest must say: the table, asked for its circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Required([Option<Severity>; Element::ALL.len()]);

impl Required {
    /// What the absence of an element weighs; `None` when it need not be said.
    #[must_use]
    pub fn weight(&self, element: Element) -> Option<Severity> {
        // The enum's own places, so there always is one.
        self.0.get(element as usize).copied().flatten()
    }
}

impl Conditions {
    /// A table from its rows.
    ///
    /// # Errors
    /// When two rows of an element hold for the same manifests on the same day.
    pub fn new(rows: Vec<Condition>) -> Result<Self, RuleError> {
        check_overlaps(rows.iter().map(|row| (row.element.as_str(), &row.scope)))?;
        Ok(Self(rows))
    }

    /// The table that comes with the crate.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        static TABLE: LazyLock<Arc<Conditions>> = LazyLock::new(|| {
            // A test reads the file. Were it unreadable, everything would be asked for: failure is never green.
            Arc::new(Conditions::parse(BUILT_IN).unwrap_or_else(|_| Conditions::everything()))
        });
        Arc::clone(&TABLE)
    }

    /// Every element, blocking, always.
    fn everything() -> Self {
        let scope = Scope {
            load: None,
            mode: None,
            regime: None,
            partner: None,
            from: jiff::civil::Date::MIN,
            to: None,
        };
        let row = |element: &Element| Condition {
            element: *element,
            weight: Some(Severity::Blocking),
            scope: scope.clone(),
            source: String::new(),
        };
        Self(Element::ALL.iter().map(row).collect())
    }

    /// A table from a file.
    ///
    /// # Errors
    /// The first row that cannot be read, or two of an element that hold for the same manifests on the same day.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Self::new(rows(text, |row| {
            let word = |place| row.get(place).unwrap_or_default().trim();
            Ok(Condition {
                element: Element::parse(word(0)).ok_or("element is not known")?,
                weight: match word(1) {
                    "NONE" => None,
                    weight => Some(
                        Severity::parse(weight).ok_or("weight is none of NONE, NOTE, WARNING, BLOCKING")?,
                    ),
                },
                scope: Scope::parse(word(2), word(3), word(4), word(5), word(6), word(7))?,
                source: word(8).to_owned(),
            })
        })?)
    }

    /// Every row.
    #[must_use]
    pub fn rows(&self) -> &[Condition] {
        &self.0
    }

    /// What a manifest in these circumstances must say.
    #[must_use]
    pub fn required(&self, now: &Circumstances<'_>) -> Required {
        let mut found = [(None, None); Element::ALL.len()];
        for row in self.0.iter().filter(|row| row.scope.fits(now)) {
            let Some(slot) = found.get_mut(row.element as usize) else { continue };
            let says = Some(row.scope.weight());
            if slot.0 < says {
                *slot = (says, row.weight);
            }
        }
        Required(found.map(|(_, weight)| weight))
    }

    /// The text of the file that comes with the crate, for the documents.
    #[must_use]
    pub const fn built_in_text() -> &'static str {
        BUILT_IN
    }
}
