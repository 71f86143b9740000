//! What comes out: a corridor for each subject, or the reason why there is none.

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
}

/// A corridor, or none and why. There is no third thing, and nothing here defaults to green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Advice was given.
    Corridor(Corridor),
    /// An officer decides.
    Withheld(Withheld),
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
