//! Invented identities, manifests and history for tests, benches and the demo. Never a dependency of the gateway or
//! of the client.
//!
//! Everything here is synthetic and says so: references and request ids open with `SYNTHETIC-`, companies carry
//! `(synthetic)` in their names, surnames are made from words for "sample". Everything is a function of its
//! arguments: the same instant and number give the same bytes on every machine.

pub mod history;
pub mod identities;
pub mod many;
pub mod mrz;
pub mod numbers;
pub mod party;
pub mod passenger_table;
pub mod place;
pub mod postgres;
pub mod stories;
pub mod submission_json;
pub mod traveller;
