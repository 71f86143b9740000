//! The only reader of the system clock.

use jiff::Timestamp;

/// Tells the time. Cheap to clone; tests hand in one that stands still.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always the same instant.
    Fixed(Timestamp),
}

impl Clock {
    /// The instant now, UTC.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // the one place that may
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Fixed(instant) => *instant,
        }
    }
}
