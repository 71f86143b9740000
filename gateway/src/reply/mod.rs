//! Step 9: what was recorded, or why it was not, becomes an answer. The only maker of a `Status`.
