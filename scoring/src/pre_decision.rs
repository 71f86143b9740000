//! What comes out: a corridor for each subject, or the reason why there is none.

use crate::policy::{PublicReason, Reason};

/// The country's lanes. YELLOW exists for cargo only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Corridor {
    /// Document check only.
    Green,
    /// Documentary control.
    Yellow,
    /// Full control.
    Red,
}

/// Why no corridor is given: the subject goes to an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Withheld {
    /// The manifest was rejected.
    ManifestRejected,
    /// A blocking finding is about this subject.
    BlockingFinding,
    /// The model could not answer, or not in time.
    ScoringFailed,
    /// History could not be read.
    HistoryUnavailable,
    /// The manifest is of a mode for which no pre-decision is given.
    ModeNotDecided,
    /// The driver, or too many travellers, are withheld.
    TravellersWithheld,
    /// The manifest is a draft: nothing is decided until it is meant.
    Draft,
}

/// A corridor, or none and why. There is no third thing, and nothing here defaults to green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Advice was given.
    Corridor(Corridor),
    /// An officer decides.
    Withheld(Withheld),
}

impl Corridor {
    /// The corridor's word in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Corridor::Green => "GREEN",
            Corridor::Yellow => "YELLOW",
            Corridor::Red => "RED",
        }
    }
}

impl Withheld {
    /// Every cause there is.
    pub const ALL: [Withheld; 7] = [
        Withheld::ManifestRejected,
        Withheld::BlockingFinding,
        Withheld::ScoringFailed,
        Withheld::HistoryUnavailable,
        Withheld::ModeNotDecided,
        Withheld::TravellersWithheld,
        Withheld::Draft,
    ];

    /// The cause's word in records and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Withheld::ManifestRejected => "MANIFEST_REJECTED",
            Withheld::BlockingFinding => "BLOCKING_FINDING",
            Withheld::ScoringFailed => "SCORING_FAILED",
            Withheld::HistoryUnavailable => "HISTORY_UNAVAILABLE",
            Withheld::ModeNotDecided => "MODE_NOT_DECIDED",
            Withheld::TravellersWithheld => "TRAVELLERS_WITHHELD",
            Withheld::Draft => "DRAFT",
        }
    }

    /// The cause that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}

impl Verdict {
    /// The verdict's word in records: a corridor's, or the cause for which there is none. No word is both.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Corridor(corridor) => corridor.as_str(),
            Verdict::Withheld(cause) => cause.as_str(),
        }
    }

    /// The verdict that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Corridor::Green, Corridor::Yellow, Corridor::Red]
            .into_iter()
            .find(|corridor| corridor.as_str() == word)
            .map(Verdict::Corridor)
            .or_else(|| Withheld::parse(word).map(Verdict::Withheld))
    }
}

/// Which part of the manifest a pre-decision is about. Indexes are places in the declared lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectRef {
    /// The roll-up over the whole manifest.
    Conveyance,
    /// One consignment.
    Consignment(usize),
    /// One crew member.
    CrewMember(usize),
    /// One passenger.
    Passenger(usize),
}

/// Our advice about one subject. The partner is shown everything but `officer`.
#[derive(Debug, Clone, PartialEq)]
pub struct PreDecision {
    /// What it is about.
    pub subject: SubjectRef,
    /// The corridor, or why none.
    pub verdict: Verdict,
    /// What the partner is told: coarse codes and what to correct.
    pub public_reasons: Vec<PublicReason>,
    /// What officers and analysts are told, and nobody else.
    pub officer: OfficerPart,
}

/// The part of a pre-decision that never leaves customs: it would be a guide to evasion.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OfficerPart {
    /// Worst calibrated probability of an irregularity among the subject's goods items.
    pub fraud_probability: Option<f32>,
    /// Worst calibrated probability of a critical irregularity among them.
    pub critical_probability: Option<f32>,
    /// At least one goods item has no earlier consignment of its signature: the score is little better than
    /// chance there.
    pub no_precedent: bool,
    /// Rules that fired, and the facts they rest on, without duplicates.
    pub rules: Vec<Reason>,
    /// The goods items that decided, worst first; three for a manifest at most.
    pub deciding_items: Vec<DecidingItem>,
}

/// Which of the model's two questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// Will it be found irregular?
    Fraud,
    /// Will it be found critically irregular: a threat to society, not only to revenue?
    Critical,
}

/// A goods item that decided, explained. `base_log_odds`, the reasons' contributions and `rest` add up to the
/// log-odds of the head's probability.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidingItem {
    /// Place of its consignment.
    pub consignment: usize,
    /// Its place in the consignment.
    pub item: usize,
    /// Probability of an irregularity.
    pub fraud_probability: f32,
    /// Probability of a critical irregularity.
    pub critical_probability: f32,
    /// The head that is explained: the one that weighed more against its threshold.
    pub head: Head,
    /// Log-odds of that head before anything is known about the item.
    pub base_log_odds: f64,
    /// The five strongest reasons, strongest first.
    pub reasons: Vec<Reason>,
    /// Summed contributions of everything that is not among the reasons, in log-odds.
    pub rest: f64,
    /// The fewest declared facts for which the score alone would ask for a milder corridor if they were typical: what to check
    /// first. None when the item is green, when rules hold its corridor, or when no few facts would move it.
    pub change: Option<Reason>,
}
