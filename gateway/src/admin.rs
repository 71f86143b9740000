//! The admin listener: health, readiness, metrics, model identity.
