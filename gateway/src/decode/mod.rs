//! Step 2: what was received becomes what the partner declared. Wire types stop here.

mod received;

pub use received::{Format, Received};
