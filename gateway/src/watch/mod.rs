//! Step 10: the feed of pre-decisions, streamed to those it concerns.
