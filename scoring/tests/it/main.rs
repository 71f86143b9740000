//! What the crate promises, from outside.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are outside of #[test], where clippy looks

mod bundle;
mod card;
mod change;
mod coach;
mod corridors;
mod failure;
mod fairness;
mod files;
mod given;
mod golden;
mod history;
mod record;
mod reliability;
mod replay;
mod roll_up;
mod rules;
mod selection;
mod support;
mod texts;
