//! From the parts to the conveyance.

use crate::pre_decision::{Corridor, Verdict, Withheld};

/// What a conveyance is rolled up from. `own` is what findings about the conveyance, its operator and its lists
/// ask for by themselves; green when they ask for nothing.
#[derive(Debug, Clone, Copy)]
pub enum Parts<'a> {
    /// A truck.
    Cargo {
        /// From findings about the conveyance itself.
        own: Verdict,
        /// Each consignment's verdict.
        consignments: &'a [Verdict],
        /// Each driver's verdict.
        drivers: &'a [Verdict],
    },
    /// A truck that is declared empty.
    EmptyTruck {
        /// From findings about the conveyance itself.
        own: Verdict,
        /// Each driver's verdict.
        drivers: &'a [Verdict],
    },
    /// A bus.
    Coach {
        /// From findings about the conveyance itself.
        own: Verdict,
        /// Each driver's verdict.
        drivers: &'a [Verdict],
        /// Every traveller's verdict, the drivers' among them.
        travellers: &'a [Verdict],
        /// A greater share of withheld travellers withholds the coach.
        withheld_share: f64,
    },
}

/// The one place where parts become a whole.
///
/// - **Cargo: red > withheld > yellow > green.** A red consignment already decides the truck's lane, so a withheld
///   neighbour cannot soften it; but nobody may wave a truck through on a yellow while one of its consignments is
///   undecided. A withheld driver withholds; a red driver is a person to see, and colours nothing. A truck without
///   consignments was never scored, and is withheld.
/// - **A truck that is declared empty is yellow at least**: nothing was scored, and an empty hold is looked into.
/// - **Coach: travellers never colour it.** Otherwise one passenger in fifty would make every bus red. Only findings
///   about the conveyance, its operator and its list make it red. A withheld driver withholds it, and so does more
///   than the configured share of withheld travellers: such a list says too little. Otherwise it is green, with some
///   travellers set aside. A coach is never yellow.
#[must_use]
pub fn roll_up(parts: Parts<'_>) -> Verdict {
    match parts {
        Parts::Cargo { consignments: [], own, .. } => {
            worst([own, Verdict::Withheld(Withheld::ScoringFailed)])
        }
        Parts::Cargo { own, consignments, drivers } => {
            worst(consignments.iter().copied().chain([own]).chain(withheld_drivers(drivers)))
        }
        Parts::EmptyTruck { own, drivers } => {
            worst([own, Verdict::Corridor(Corridor::Yellow)].into_iter().chain(withheld_drivers(drivers)))
        }
        Parts::Coach { own, drivers, travellers, withheld_share } => {
            let withheld =
                travellers.iter().filter(|verdict| matches!(verdict, Verdict::Withheld(_))).count();
            let too_many = withheld as f64 > withheld_share * travellers.len() as f64;
            let driver = drivers.iter().any(|verdict| matches!(verdict, Verdict::Withheld(_)));
            let list = if driver || too_many {
                Verdict::Withheld(Withheld::TravellersWithheld)
            } else {
                Verdict::Corridor(Corridor::Green)
            };
            match worst([own, list]) {
                Verdict::Corridor(Corridor::Yellow) => Verdict::Corridor(Corridor::Red),
                verdict => verdict,
            }
        }
    }
}

fn withheld_drivers(drivers: &[Verdict]) -> impl Iterator<Item = Verdict> {
    let withheld = drivers.iter().filter(|driver| matches!(driver, Verdict::Withheld(_)));
    withheld.map(|_| Verdict::Withheld(Withheld::TravellersWithheld))
}

/// The gravest of verdicts: red > withheld > yellow > green; among withheld ones the first.
pub(crate) fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut worst = Verdict::Corridor(Corridor::Green);
    for verdict in verdicts {
        if gravity(verdict) > gravity(worst) {
            worst = verdict;
        }
    }
    worst
}

pub(crate) fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Corridor(Corridor::Green) => 0,
        Verdict::Corridor(Corridor::Yellow) => 1,
        Verdict::Withheld(_) => 2,
        Verdict::Corridor(Corridor::Red) => 3,
    }
}
