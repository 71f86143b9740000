//! Risk of a declaration: features, model, policy. Usable alone; knows no network, store, clock or chance.
//!
//! ```text
//! Case + History ──features──▶ vectors ──model──▶ scores ──policy──▶ pre-decisions
//! ```
//!
//! The way of a case: [`Scorer::prepare`] measures it and says which counters to read, [`Scorer::score_prepared`] judges
//! it with what was read, [`finish`] makes the pre-decisions, [`record::encode`] writes them with their evidence.
//! Whatever fails on the way withholds; nothing fails to green.

mod beta;
pub mod case;
pub mod dataset;
pub mod drift;
mod evidence;
pub mod features;
mod hex;
pub mod history;
pub mod kept;
mod kinds;
mod measures;
pub mod model;
pub mod policy;
pub mod pre_decision;
pub mod record;
pub mod reliability;
mod scorer;
pub mod selection;
pub mod simulation;
pub mod subject;

pub use case::{Case, CrewMember};
pub use evidence::{Evidence, Identity, ItemEvidence, Shape};
pub use features::Rates;
pub use history::{Counter, CounterKey, CounterKind, History, Moments, PastOutcome, walk_by_day};
pub use policy::{Language, Policy, PolicyError, PublicReason, Reason, ReasonCode};
pub use pre_decision::{
    Corridor, DecidingItem, Head, OfficerPart, PreDecision, SubjectRef, Verdict, Withheld,
};
pub use scorer::{Capacity, Decided, LoadError, Prepared, Scored, Scorer, Selection, finish};
pub use subject::{Mode, Subject, Value};
