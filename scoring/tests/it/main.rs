//! What the crate promises, from outside.

mod bundle;
mod coach;
mod corridors;
mod failure;
mod history;
mod record;
mod roll_up;
mod rules;
mod support;
mod texts;
