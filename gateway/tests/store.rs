//! Mounts the store's suite until the harness does.
#[path = "it/store/mod.rs"]
mod store;
