//! The root of the configuration; each step owns its own section.
