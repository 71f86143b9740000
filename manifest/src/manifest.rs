//! The manifest in customs' codes and units, and the key under which repeats are settled.

use crate::consignment::Cargo;
use crate::conveyance::{Conveyance, Journey, Mode};
use crate::party::Party;
use crate::person::{CrewMember, PassengerList};
use crate::quantity::Instant;
use crate::rule::LoadKind;

/// One conveyance on one journey with its load or its people, normalized. What could not be read is absent here and
/// has a finding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// The sender's reference.
    pub manifest_reference: String,
    /// Part, when two messages of one interchange share a reference.
    pub part: Option<String>,
    /// Restatement number.
    pub revision: Revision,
    /// The conveyance.
    pub conveyance: Conveyance,
    /// The journey.
    pub journey: Journey,
    /// What is on board; absent when nothing was declared, which rejects the manifest.
    pub load: Option<Load>,
    /// Crew in the declared order.
    pub crew_members: Vec<CrewMember>,
    /// True for a message that is not meant.
    pub test: bool,
    /// When the sender's system made it.
    pub issue_time: Option<Instant>,
    /// The carrier or bus operator.
    pub carrier: Option<Party>,
}

/// What is on board.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// Goods.
    Cargo(Cargo),
    /// Passengers.
    PassengerList(PassengerList),
}

impl Load {
    /// Which of the two it is.
    #[must_use]
    pub const fn kind(&self) -> LoadKind {
        match self {
            Self::Cargo(_) => LoadKind::Cargo,
            Self::PassengerList(_) => LoadKind::Passengers,
        }
    }
}

impl Manifest {
    /// The goods, when this is a cargo manifest.
    #[must_use]
    pub fn cargo(&self) -> Option<&Cargo> {
        match &self.load {
            Some(Load::Cargo(cargo)) => Some(cargo),
            _ => None,
        }
    }

    /// The passengers, when this is a passenger list.
    #[must_use]
    pub fn passenger_list(&self) -> Option<&PassengerList> {
        match &self.load {
            Some(Load::PassengerList(list)) => Some(list),
            _ => None,
        }
    }

    /// The goods, for putting natural persons back.
    pub(crate) fn cargo_mut(&mut self) -> Option<&mut Cargo> {
        match &mut self.load {
            Some(Load::Cargo(cargo)) => Some(cargo),
            _ => None,
        }
    }

    /// The passengers, for putting natural persons back.
    pub(crate) fn passenger_list_mut(&mut self) -> Option<&mut PassengerList> {
        match &mut self.load {
            Some(Load::PassengerList(list)) => Some(list),
            _ => None,
        }
    }

    /// The key of the conveyance: mode, nationality, registration. `None` when mode or registration is unknown.
    fn conveyance_key(&self) -> Option<String> {
        let mode = self.conveyance.mode.map(Mode::code)?;
        let registration = self.conveyance.registration.as_deref()?;
        let nationality = self.conveyance.nationality.as_ref().map_or("", |country| country.as_str());
        Some(format!("{mode}:{nationality}:{registration}"))
    }

    /// The key by which a conveyance on its journey is locked and ordered: the conveyance's key and the journey.
    #[must_use]
    pub fn journey_key(&self) -> Option<String> {
        let journey = self.journey.journey_reference.as_deref().unwrap_or("");
        Some(format!("{}:{journey}", self.conveyance_key()?))
    }
}

/// Restatement number of a manifest: 0 for the first, one more for each amendment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u32);

impl Revision {
    /// The highest revision number.
    pub const MAX: u32 = 9_999;

    /// A revision; `None` when negative or above [`Revision::MAX`].
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| *number <= Self::MAX).map(Self)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The key under which repeats of a manifest are settled for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestKey {
    /// The partner, from the certificate and from nowhere else.
    pub partner_id: String,
    /// The sender's reference.
    pub manifest_reference: String,
    /// Part; empty when there is none.
    pub part: String,
    /// Restatement number.
    pub revision: Revision,
}

/// Longest manifest reference, in characters.
pub const REFERENCE_LIMIT: usize = 70;
/// Longest part, in characters.
pub const PART_LIMIT: usize = 35;

/// Why no key can be made. Nothing can be recorded without one, so this is a refusal, not a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No reference.
    #[error("manifest_reference is empty")]
    ReferenceMissing,
    /// The reference is too long or holds control characters or outer blanks.
    #[error(
        "manifest_reference is longer than {REFERENCE_LIMIT} characters or has control characters or outer blanks"
    )]
    ReferenceMalformed,
    /// The part is too long or holds control characters or outer blanks.
    #[error("part is longer than {PART_LIMIT} characters or has control characters or outer blanks")]
    PartMalformed,
    /// The revision is negative or too high.
    #[error("revision is not between 0 and {}", Revision::MAX)]
    RevisionOutOfRange,
}

impl KeyError {
    /// The field that is wrong, in protobuf names.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::ReferenceMissing | Self::ReferenceMalformed => "manifest_reference",
            Self::PartMalformed => "part",
            Self::RevisionOutOfRange => "revision",
        }
    }
}

impl ManifestKey {
    /// A key from its parts as declared.
    ///
    /// # Errors
    /// When the reference is absent or one of the parts is not in form.
    pub fn new(
        partner_id: &str,
        manifest_reference: &str,
        part: &str,
        revision: i64,
    ) -> Result<Self, KeyError> {
        if manifest_reference.is_empty() {
            return Err(KeyError::ReferenceMissing);
        }
        if !is_key_text(manifest_reference, REFERENCE_LIMIT) {
            return Err(KeyError::ReferenceMalformed);
        }
        if !is_key_text(part, PART_LIMIT) {
            return Err(KeyError::PartMalformed);
        }
        Ok(Self {
            partner_id: partner_id.to_owned(),
            manifest_reference: manifest_reference.to_owned(),
            part: part.to_owned(),
            revision: Revision::new(revision).ok_or(KeyError::RevisionOutOfRange)?,
        })
    }
}

/// True when a text can stand in a key: short, printable, no outer blanks (two keys must not look the same).
fn is_key_text(text: &str, limit: usize) -> bool {
    text.chars().count() <= limit && text.trim() == text && !text.chars().any(char::is_control)
}
