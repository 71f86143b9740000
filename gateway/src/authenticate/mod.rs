//! Step 1: a TCP connection becomes a [`Peer`].

mod peer;
pub mod registry;

pub use peer::{Identity, Peer};
