//! Step 8: an outcome becomes durable, in one transaction, or nothing does.
