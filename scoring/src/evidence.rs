//! What pre-decisions are made from: enough to make them again.

use std::sync::Arc;

use manifest::finding::{About, Finding, FindingCode, Severity};

use crate::case::{Case, CrewMember};
pub use crate::features::Features as ItemEvidence;
use crate::pre_decision::Withheld;
use crate::selection::Budget;

/// Which model and policy judged; stands beside every pre-decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name of the bundle.
    pub bundle_name: String,
    /// Its version.
    pub bundle_version: String,
    /// SHA-256 of its `bundle.toml`, in hexadecimal.
    pub bundle_digest: String,
    /// Fingerprint of the feature catalog.
    pub feature_fingerprint: String,
    /// Version of the policy.
    pub policy_version: String,
    /// SHA-256 of the policy file and the table of rules, in hexadecimal.
    pub policy_digest: String,
}

/// The shape of a case, without its goods.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A truck: how many goods items each consignment has.
    Cargo {
        /// Goods items of each consignment.
        items: Vec<usize>,
        /// The crew.
        crew: Vec<CrewMember>,
    },
    /// A truck that is declared empty.
    EmptyTruck {
        /// The crew.
        crew: Vec<CrewMember>,
    },
    /// A bus.
    Coach {
        /// The crew.
        crew: Vec<CrewMember>,
        /// How many passengers.
        passengers: usize,
    },
    /// No pre-decision for this mode.
    ModeNotDecided,
    /// Nothing is known about the case: it was rejected before it became one.
    Unknown,
}

/// All that a set of pre-decisions was made from, besides model and policy: they can be made again from this alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Who judged; absent when nobody did, because the manifest was rejected.
    pub identity: Option<Arc<Identity>>,
    /// What was judged.
    pub shape: Shape,
    /// Day up to which outcomes were counted, where known.
    pub history_as_of: Option<jiff::civil::Date>,
    /// Why nothing was scored, if nothing was.
    pub withheld: Option<Withheld>,
    /// Nothing was scored in time, and rules alone decided: red or yellow where one says so, withheld otherwise.
    pub rules_only: bool,
    /// Goods items in order of consignment and place.
    pub items: Vec<ItemEvidence>,
    /// Findings: code, severity, subject. Never a value or a path.
    pub findings: Vec<(FindingCode, Severity, About)>,
    /// The post's budget at that moment and the conveyance's draw, where the post has one.
    pub budget: Option<Budget>,
}

impl Shape {
    /// The shape of a case; of none when there is none.
    pub(crate) fn of(case: Option<&Case>) -> Self {
        match case {
            Some(Case::Cargo { consignments, crew }) => {
                Shape::Cargo { items: consignments.iter().map(Vec::len).collect(), crew: crew.clone() }
            }
            Some(Case::EmptyTruck { crew }) => Shape::EmptyTruck { crew: crew.clone() },
            Some(Case::Coach { crew, passengers }) => {
                Shape::Coach { crew: crew.clone(), passengers: *passengers }
            }
            Some(Case::ModeNotDecided) => Shape::ModeNotDecided,
            None => Shape::Unknown,
        }
    }
}

impl Evidence {
    /// Evidence of nothing but shape and findings.
    pub(crate) fn new(shape: Shape, findings: &[Finding]) -> Self {
        Self {
            identity: None,
            shape,
            history_as_of: None,
            withheld: None,
            rules_only: false,
            items: Vec::new(),
            findings: findings.iter().map(|f| (f.code, f.severity, f.about)).collect(),
            budget: None,
        }
    }
}
