//! Labels of the step histogram and their words.

/// A step of the way, as the histogram names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the steps are described in the crate's map
pub enum Step {
    Authenticate,
    Decode,
    Normalize,
    Validate,
    Features,
    Score,
    Decide,
    Persist,
    Reply,
    Watch,
}

/// What a manifest carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Consignments.
    Cargo,
    /// Travellers.
    Passengers,
    /// Not a manifest, or not known yet.
    Other,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Ok,
    /// We did not listen.
    Refused,
    /// Our trouble.
    Fault,
    /// No pre-decision could be given.
    Withheld,
}

/// The words of [`Step`], in its order.
pub const STEPS: [&str; 10] = [
    "authenticate",
    "decode",
    "normalize",
    "validate",
    "features",
    "score",
    "decide",
    "persist",
    "reply",
    "watch",
];
/// The words of [`Kind`], in its order.
pub const KINDS: [&str; 3] = ["cargo", "passengers", "other"];
/// The words of [`Outcome`], in its order.
pub const OUTCOMES: [&str; 4] = ["ok", "refused", "fault", "withheld"];
