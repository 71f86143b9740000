//! The nouns of the trade and the three steps that make a declared manifest fit to be scored.
//!
//! Pure: no I/O, no async, no clock, no wire format. `now` is an argument wherever time matters.

pub mod finding;
