//! Step 9: what was recorded, or what failed, becomes a response or a `Status`. Nothing else makes a `Status`.

pub mod layer;
mod notice;
mod reason;

pub use notice::Notice;
pub use reason::{DOMAIN, Reason};
