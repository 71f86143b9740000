//! Findings: something noted about a manifest. Data, never an error.
//!
//! A finding is collected beside the others, first to last. A *blocking* one blocks the subject it is about,
//! and only one about the manifest itself rejects the manifest.

use std::fmt;

use crate::declared::SourcePlace;
pub use crate::field_path::FieldPath;

/// One thing noted about a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was noted; closed set, the same word on the wire and in the documents.
    pub code: FindingCode,
    /// How much it weighs.
    pub severity: Severity,
    /// Which subject it is about.
    pub about: About,
    /// Where in the contract's own form, for instance `cargo.consignments[0].goods_items[2].hs_code`.
    pub path: FieldPath,
    /// Where in the source's own terms; `None` for native protobuf, where the path is the place.
    pub place: Option<SourcePlace>,
    /// In whose document that is: the resource name of the manifest as which it was recorded (`manifests/{manifest}`), where
    /// two documents made this one. `None`: in the document of this manifest.
    pub document: Option<String>,
    /// What stood there. May name a person, so it travels to the submitter only and is stored under the
    /// manifest's key.
    pub original: Option<OriginalValue>,
    /// The changing parts of the text, in the order in which the code's page names them. Never personal data.
    pub parameters: Vec<(&'static str, String)>,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Should be corrected; a rule of the policy may look at it.
    Warning,
    /// Its subject gets no pre-decision; about the manifest itself, the manifest is rejected.
    Blocking,
}

impl Severity {
    /// The severity's word in the record and the contract (without its prefix).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "NOTE",
            Self::Warning => "WARNING",
            Self::Blocking => "BLOCKING",
        }
    }

    /// The severity that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Blocking].into_iter().find(|severity| severity.as_str() == word)
    }
}

/// The subject of a finding: the part of the manifest whose fate it touches. Indexes are zero-based places in
/// the declared lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// The manifest as a whole: no conveyance, no border post, no arrival time.
    Manifest,
    /// The conveyance and its journey.
    Conveyance,
    /// One consignment.
    Consignment(usize),
    /// One goods item of a consignment.
    GoodsItem {
        /// Place of the consignment.
        consignment: usize,
        /// Place of the item within it.
        item: usize,
    },
    /// One crew member, by place in the crew list.
    CrewMember(usize),
    /// One passenger, by place in the passenger list.
    Passenger(usize),
}

impl About {
    /// The subject that a pre-decision can be about: a goods item's is its consignment.
    #[must_use]
    pub const fn subject(self) -> Self {
        match self {
            Self::GoodsItem { consignment, .. } => Self::Consignment(consignment),
            other => other,
        }
    }

    /// True when the subject is a natural person, so that an original value belongs to the persons' part.
    #[must_use]
    pub const fn is_person(self) -> bool {
        matches!(self, Self::CrewMember(_) | Self::Passenger(_))
    }
}

/// What stood in a field. Its `Debug` never prints the value: originals may be personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct OriginalValue(pub String);

/// The longest original value that is kept, in characters.
pub const ORIGINAL_VALUE_LIMIT: usize = 256;

impl OriginalValue {
    /// What is kept of a text: its first [`ORIGINAL_VALUE_LIMIT`] characters; nothing of an empty one.
    #[must_use]
    pub fn kept(text: &str) -> Option<Self> {
        let kept: String = text.chars().take(ORIGINAL_VALUE_LIMIT).collect();
        (!kept.is_empty()).then_some(Self(kept))
    }
}

impl fmt::Debug for OriginalValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OriginalValue(..)")
    }
}

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $wire:literal, )+) => {
        /// Every finding code; grows, never shrinks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode { $( $(#[doc = $doc])+ $name, )+ }

        impl FindingCode {
            /// Every code there is, in declaration order.
            pub const ALL: &[FindingCode] = &[$( FindingCode::$name, )+];

            /// The code's word on the wire and in the documents.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( FindingCode::$name => $wire, )+ }
            }

            /// The code that a word names.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $( $wire => Some(FindingCode::$name), )+ _ => None }
            }
        }
    };
}

codes! {
    /// A field that the contract requires is absent.
    RequiredFieldMissing = "REQUIRED_FIELD_MISSING",
    /// A value is not in the code list that the field names.
    CodeUnknown = "CODE_UNKNOWN",
    /// A text or number is not in the form that the field asks for.
    ValueMalformed = "VALUE_MALFORMED",
    /// A list holds more elements than are read; the rest was not looked at.
    TooManyElements = "TOO_MANY_ELEMENTS",
    /// A text is longer than is read and was cut.
    TextTooLong = "TEXT_TOO_LONG",
    /// More was noted than is kept; what was dropped about this subject withholds it.
    FindingsCut = "FINDINGS_CUT",
    /// A whole that must be the sum of its parts cannot be computed: the parts overflow.
    SumOverflows = "SUM_OVERFLOWS",
    /// A number is negative or beyond anything plausible.
    NumberImplausible = "NUMBER_IMPLAUSIBLE",
    /// The declared header gross mass is less than the sum of its goods items.
    GrossMassBelowSum = "GROSS_MASS_BELOW_SUM",
    /// A net mass exceeds its gross mass.
    NetMassAboveGross = "NET_MASS_ABOVE_GROSS",
    /// A declared count differs from what was listed.
    CountMismatch = "COUNT_MISMATCH",
    /// Goods items are not numbered from 1 without gaps.
    ItemNumbersNotSequential = "ITEM_NUMBERS_NOT_SEQUENTIAL",
    /// A description says nothing about the goods.
    DescriptionVague = "DESCRIPTION_VAGUE",
    /// A dangerous goods number is missing or not a UN number.
    DangerousGoodsIncomplete = "DANGEROUS_GOODS_INCOMPLETE",
    /// An ISO 6346 container number has a wrong check digit.
    ContainerCheckDigitWrong = "CONTAINER_CHECK_DIGIT_WRONG",
    /// A movement reference number has a wrong check character.
    MrnCheckDigitWrong = "MRN_CHECK_DIGIT_WRONG",
    /// A TIR carnet number is missing, or not of the published form.
    TirCarnetMalformed = "TIR_CARNET_MALFORMED",
    /// A seal is declared without a number, or the count of seals disagrees.
    SealsDisagree = "SEALS_DISAGREE",
    /// Neither a name nor an identifier is given for a party.
    PartyUnidentified = "PARTY_UNIDENTIFIED",
    /// The machine readable zone is not of a known size or alphabet.
    MrzMalformed = "MRZ_MALFORMED",
    /// A check digit in the machine readable zone is wrong.
    MrzCheckDigitWrong = "MRZ_CHECK_DIGIT_WRONG",
    /// The machine readable zone and the typed fields disagree.
    MrzDisagrees = "MRZ_DISAGREES",
    /// The travel document is expired on the day of arrival.
    DocumentExpired = "DOCUMENT_EXPIRED",
    /// A traveller has no travel document.
    DocumentMissing = "DOCUMENT_MISSING",
    /// The same travel document stands on two travellers.
    DocumentRepeated = "DOCUMENT_REPEATED",
    /// A minor travels without a guardian on the list.
    MinorAlone = "MINOR_ALONE",
    /// A coach has no driver on its crew list.
    DriverMissing = "DRIVER_MISSING",
    /// A date of birth lies in the future or implausibly far back.
    BirthDateImplausible = "BIRTH_DATE_IMPLAUSIBLE",
    /// The manifest was filed after the deadline of its mode.
    FiledLate = "FILED_LATE",
    /// The declared arrival lies in the past, or too far ahead.
    ArrivalTimeImplausible = "ARRIVAL_TIME_IMPLAUSIBLE",
    /// A mode of transport for which no pre-decision is given.
    ModeNotDecided = "MODE_NOT_DECIDED",
    /// The customs regime says that the conveyance is empty, but goods are listed.
    RegimeDisagrees = "REGIME_DISAGREES",
    /// Two consignments of one manifest share a reference.
    ReferenceRepeated = "REFERENCE_REPEATED",
    /// The TIR carnet is expired on the day of arrival.
    TirCarnetExpired = "TIR_CARNET_EXPIRED",
    /// A goods item names a container that is not among the load's containers.
    ContainerNotListed = "CONTAINER_NOT_LISTED",
    /// The mode of transport does not cross at the border post.
    BorderPostMode = "BORDER_POST_MODE",
    /// The stops of the itinerary are not in order, or a stop named by a passenger is not among them.
    StopsDisagree = "STOPS_DISAGREE",
    /// A code was once in its list and is no longer.
    CodeRetired = "CODE_RETIRED",
    /// References of the envelope disagree: UNB and UNZ, UNH and UNT, header and body.
    ReferenceDisagrees = "REFERENCE_DISAGREES",
    /// Text after the end of the interchange or document was not read.
    TrailingText = "TRAILING_TEXT",
    /// A part of the envelope is missing: UNB, UNG, UNE, UNT, UNZ.
    EnvelopeIncomplete = "ENVELOPE_INCOMPLETE",
    /// Something in the source has no place in the manifest and was not read.
    ElementNotRead = "ELEMENT_NOT_READ",
    /// Bytes lie outside of the declared character set.
    CharacterSet = "CHARACTER_SET",
    /// The form was not as its standard asks; the reader put it right and read on.
    FormRepaired = "FORM_REPAIRED",
    /// A message names only those whom it changes; the rest of the announced list stays.
    ListPartial = "LIST_PARTIAL",
    /// One row of a list could not be read; its neighbours could.
    RowUnreadable = "ROW_UNREADABLE",
    /// The heading of a column is not known; the column was not read.
    HeadingUnknown = "HEADING_UNKNOWN",
    /// A date can be read in more than one way.
    DateAmbiguous = "DATE_AMBIGUOUS",
    /// A name mixes letters of two scripts that look alike.
    NameScriptsMixed = "NAME_SCRIPTS_MIXED",
    /// A name has no form in Latin letters: it is in a script that no table covers, or holds no letters.
    NameNotTransliterated = "NAME_NOT_TRANSLITERATED",
}

impl FindingCode {
    /// The codes that only the reader of a format can make, as notes about form; each reader's own tests make them.
    pub const OF_READERS: &[FindingCode] = &[
        Self::ReferenceDisagrees,
        Self::TrailingText,
        Self::EnvelopeIncomplete,
        Self::ElementNotRead,
        Self::CharacterSet,
        Self::FormRepaired,
        Self::ListPartial,
        Self::RowUnreadable,
        Self::HeadingUnknown,
        Self::DateAmbiguous,
    ];
}
