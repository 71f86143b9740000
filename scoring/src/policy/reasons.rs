//! Why, in the field's words. A reason is a code and its parameters, so that it can be stored, counted and told in
//! any language; `texts.rs` holds the sentences.

pub use manifest::finding_text::Language;

use crate::evidence::ItemEvidence;
use crate::features::{CATALOG, Group, WIDTH};
use crate::history::CounterKind;
use crate::model::Explanation;
use crate::policy::texts;
use crate::pre_decision::Head;

/// How many reasons a deciding item is told with.
const TOLD: usize = 5;

/// One reason of a pre-decision, for officers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Which.
    pub code: ReasonCode,
    /// The changing parts of its text, in the order that [`ReasonCode`] names.
    pub parameters: Vec<String>,
    /// What it added to the log-odds of the explained head; none for a rule, which adds nothing but decides.
    pub contribution: Option<f64>,
}

macro_rules! reason_codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $wire:literal, )+ ; $( $kind:ident = $kind_wire:literal, )+) => {
        /// What a reason says. Grows, never shrinks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            /// Of the earlier consignments with this key so many were irregular: irregular, all.
            Earlier(CounterKind),
            /// Of the earlier consignments with this key so many were critically irregular: critical, all.
            EarlierCritical(CounterKind),
            /// A part of this key was not declared, so nothing could be looked up.
            NotDeclared(CounterKind),
            $( $(#[doc = $doc])+ $name, )+
        }

        impl ReasonCode {
            /// The code's word in records and on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( ReasonCode::Earlier(CounterKind::$kind) => concat!("EARLIER_", $kind_wire), )+
                    $( ReasonCode::EarlierCritical(CounterKind::$kind) =>
                        concat!("EARLIER_CRITICAL_", $kind_wire), )+
                    $( ReasonCode::NotDeclared(CounterKind::$kind) =>
                        concat!("NOT_DECLARED_", $kind_wire), )+
                    $( ReasonCode::$name => $wire, )+
                }
            }

            /// The code that a word names.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                $( if word == $wire { return Some(ReasonCode::$name); } )+
                // The longer of two prefixes that begin alike comes first.
                let of: [(&str, fn(CounterKind) -> ReasonCode); 3] = [
                    ("EARLIER_CRITICAL_", ReasonCode::EarlierCritical),
                    ("EARLIER_", ReasonCode::Earlier),
                    ("NOT_DECLARED_", ReasonCode::NotDeclared),
                ];
                let (word, of) =
                    of.into_iter().find_map(|(prefix, of)| Some((word.strip_prefix(prefix)?, of)))?;
                let kind = match word { $( $kind_wire => CounterKind::$kind, )+ _ => return None };
                Some(of(kind))
            }
        }
    };
}

reason_codes! {
    /// The kind of goods.
    Commodity = "COMMODITY",
    /// The mass: kilograms.
    Mass = "MASS",
    /// The value.
    Value = "VALUE",
    /// The value per kilogram.
    UnitValue = "UNIT_VALUE",
    /// The value per kilogram against what is usual for the HS code: standard deviations.
    UnitValueUnusual = "UNIT_VALUE_UNUSUAL",
    /// The mass against what is usual for the HS code: standard deviations.
    MassUnusual = "MASS_UNUSUAL",
    /// Departure and origin: "0" the same, "1" different.
    Transit = "TRANSIT",
    /// How round the mass is: decimal zeros.
    RoundMass = "ROUND_MASS",
    /// No earlier consignment has this HS code, route and exact mass; with the parameter `NOT_DECLARED` none could be
    /// looked for.
    NoPrecedent = "NO_PRECEDENT",
    /// No precedent, but the importer's record is long and clean: irregular, all.
    TrustedImporter = "TRUSTED_IMPORTER",
    /// The importer's own record asks for a corridor: irregular, all, corridor.
    ImporterRecord = "IMPORTER_RECORD",
    /// The probability of an irregularity reached a threshold: probability, threshold, corridor.
    FraudScore = "FRAUD_SCORE",
    /// The probability of a critical irregularity reached a threshold: probability, threshold, corridor.
    CriticalScore = "CRITICAL_SCORE",
    /// A finding asks for a corridor: its code, corridor.
    Finding = "FINDING",
    /// A finding blocks its subject, which gets no pre-decision: its code.
    FindingBlocks = "FINDING_BLOCKS",
    /// The conveyance is declared empty: corridor.
    EmptyConveyance = "EMPTY_CONVEYANCE",
    /// The post's budget reaches this probability: probability, threshold, corridor.
    BudgetReaches = "BUDGET_REACHES",
    /// The post's budget does not reach it: probability, threshold ("-" when all of it is spent), corridor.
    BudgetSpent = "BUDGET_SPENT",
    /// The conveyance was drawn for a random check.
    DrawnAtRandom = "DRAWN_AT_RANDOM",
    /// Travellers were set aside: red ones, withheld ones.
    TravellersSetAside = "TRAVELLERS_SET_ASIDE",
    /// What is declared would, if it were typical, lead to a milder corridor: corridor, then `MASS`, `VALUE`, `ROUTE` or
    /// `COMMODITY`, two at most.
    WouldChange = "WOULD_CHANGE",
    /// Rules alone decided: why nothing was scored.
    RulesOnly = "RULES_ONLY",
    ;
    Base = "BASE",
    Signature = "SIGNATURE",
    Hs6Mass = "HS6_MASS",
    Hs6MassBand = "HS6_MASS_BAND",
    Hs4MassBand = "HS4_MASS_BAND",
    Hs6Route = "HS6_ROUTE",
    Hs4Route = "HS4_ROUTE",
    Hs6Origin = "HS6_ORIGIN",
    Hs6UnitValue = "HS6_UNIT_VALUE",
    Hs6 = "HS6",
    Hs4 = "HS4",
    Hs2 = "HS2",
    Mass = "MASS",
    Origin = "ORIGIN",
    Importer = "IMPORTER",
    Declarant = "DECLARANT",
    Exporter = "EXPORTER",
    Office = "OFFICE",
    Route = "ROUTE",
    Hs2Route = "HS2_ROUTE",
    Hs2Origin = "HS2_ORIGIN",
}

/// A reason as a sentence in an officer's plain words.
#[must_use]
pub fn text(reason: &Reason, language: Language) -> String {
    texts::sentence(reason, language)
}

/// An explanation in reasons: the features of one key are summed into one reason, the strongest are told, and the
/// second value is the sum of all the others, so that nothing is lost from the total.
pub(crate) fn explained(explanation: &Explanation, head: Head, item: &ItemEvidence) -> (Vec<Reason>, f64) {
    let mut groups: Vec<(Group, f64)> = Vec::with_capacity(WIDTH);
    for (feature, contribution) in CATALOG.iter().zip(explanation.contributions) {
        match groups.iter_mut().find(|(group, _)| *group == feature.group) {
            Some((_, sum)) => *sum += contribution,
            None => groups.push((feature.group, contribution)),
        }
    }
    // Ties by group, so that equal contributions never change places.
    groups.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    let told = groups.iter().take(TOLD).take_while(|(_, contribution)| *contribution != 0.0).count();
    let rest = micro(groups[told..].iter().map(|(_, contribution)| contribution).sum());
    let reasons = groups[..told]
        .iter()
        .map(|(group, contribution)| {
            let (code, parameters) = told_as(*group, head, item);
            Reason { code, parameters, contribution: Some(micro(*contribution)) }
        })
        .collect();
    (reasons, rest)
}

/// To a millionth of log-odds: nobody reads further, and such a number survives every JSON reader unchanged.
pub(crate) fn micro(log_odds: f64) -> f64 {
    (log_odds * 1e6).round() / 1e6
}

fn told_as(group: Group, head: Head, item: &ItemEvidence) -> (ReasonCode, Vec<String>) {
    let ItemEvidence { vector, counters, undeclared } = item;
    // What was never said was not "never seen", and is not a number either.
    let asked = match group {
        Group::Earlier(kind) => Some(kind),
        Group::Commodity => Some(CounterKind::Hs6),
        Group::Mass | Group::RoundMass => Some(CounterKind::Mass),
        _ => None,
    };
    if let Some(kind) = asked.filter(|kind| undeclared.has(*kind)) {
        return (ReasonCode::NotDeclared(kind), Vec::new());
    }
    let value = |decimals: usize, of: fn(f32) -> f32| {
        let place = CATALOG.iter().position(|feature| feature.group == group);
        vec![place.map_or(String::new(), |place| format!("{:.decimals$}", of(vector.0[place])))]
    };
    match group {
        Group::Earlier(kind) => {
            let counter = counters.of(kind);
            match head {
                Head::Fraud => {
                    (ReasonCode::Earlier(kind), vec![counter.fraud.to_string(), counter.n.to_string()])
                }
                Head::Critical => (
                    ReasonCode::EarlierCritical(kind),
                    vec![counter.critical.to_string(), counter.n.to_string()],
                ),
            }
        }
        Group::Commodity => (ReasonCode::Commodity, Vec::new()),
        Group::Mass => (ReasonCode::Mass, value(1, |log| (10f32.powf(log) - 0.01).max(0.0))),
        Group::Value => (ReasonCode::Value, Vec::new()),
        Group::UnitValue => (ReasonCode::UnitValue, Vec::new()),
        Group::UnitValueUnusual => (ReasonCode::UnitValueUnusual, value(1, |z| z)),
        Group::MassUnusual => (ReasonCode::MassUnusual, value(1, |z| z)),
        Group::Transit => (ReasonCode::Transit, value(0, |transit| transit)),
        Group::RoundMass => (ReasonCode::RoundMass, value(0, |zeros| zeros)),
    }
}
