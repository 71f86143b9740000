//! What one validated manifest is for scoring.

use crate::subject::Subject;

/// A manifest reduced to what a pre-decision is made of. Places in the lists are places in the declared lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Case {
    /// A truck.
    Cargo {
        /// Each consignment with its goods items.
        consignments: Vec<Vec<Subject>>,
        /// The people at work on board.
        crew: Vec<CrewMember>,
    },
    /// A truck that is declared empty, under the customs regime for that: there are no goods to judge.
    EmptyTruck {
        /// The people at work on board.
        crew: Vec<CrewMember>,
    },
    /// A bus.
    Coach {
        /// The people at work on board.
        crew: Vec<CrewMember>,
        /// How many passengers the list names.
        passengers: usize,
    },
    /// Air, sea, or another mode for which no pre-decision is given.
    ModeNotDecided,
}

/// What a crew member is to scoring: nobody, but a driver or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CrewMember {
    /// Drives: without this person the conveyance goes nowhere.
    Driver,
    /// Anybody else at work on board.
    Other,
}

impl Case {
    /// The crew, if the mode is decided.
    #[must_use]
    pub fn crew(&self) -> &[CrewMember] {
        match self {
            Case::Cargo { crew, .. } | Case::EmptyTruck { crew } | Case::Coach { crew, .. } => crew,
            Case::ModeNotDecided => &[],
        }
    }

    /// Every goods item with its places: consignment, item.
    pub fn goods_items(&self) -> impl Iterator<Item = (usize, usize, &Subject)> {
        let consignments: &[Vec<Subject>] = match self {
            Case::Cargo { consignments, .. } => consignments,
            _ => &[],
        };
        consignments
            .iter()
            .enumerate()
            .flat_map(|(c, items)| items.iter().enumerate().map(move |(i, subject)| (c, i, subject)))
    }
}
