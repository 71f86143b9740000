//! Section `[intake.queue]`: how much is taken on at once, and how much may wait. Bytes are those that came over the wire.

use serde::{Deserialize, Serialize};

/// Bounds of what is under way and of what waits, in total and of one partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Bytes of manifests and documents that are worked on at the same time, of all partners; what comes above waits. 0: so
    /// many that the machine is busy, 256 KiB for each of its processors.
    pub bytes_at_once: usize,
    /// Of these, of one partner. 0: half of them.
    pub bytes_at_once_per_partner: usize,
    /// What the smallest message counts as, bytes: it costs a commit like any other.
    pub least_bytes: usize,
    /// Bytes of messages that wait for their turn, of all partners; one more is refused with OVERLOADED.
    pub waiting_bytes: usize,
    /// Of these, of one partner.
    pub waiting_bytes_per_partner: usize,
    /// Bytes of messages that have come in part, of all partners; one more is refused with OVERLOADED. A message counts
    /// whole as soon as it says how long it is.
    pub incoming_bytes: usize,
    /// Of these, of one partner.
    pub incoming_bytes_per_partner: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bytes_at_once: 0,
            bytes_at_once_per_partner: 0,
            least_bytes: 4 << 10,
            waiting_bytes: 32 << 20,
            waiting_bytes_per_partner: 8 << 20,
            incoming_bytes: 64 << 20,
            incoming_bytes_per_partner: 16 << 20,
        }
    }
}

/// Bytes that are worked on at the same time for each processor, where nothing else is said.
const FOR_EACH_PROCESSOR: usize = 256 << 10;

impl Config {
    /// With numbers of a machine of so many processors where none are given.
    #[must_use]
    pub(super) fn on(mut self, processors: usize) -> Self {
        if self.bytes_at_once == 0 {
            self.bytes_at_once = processors.max(1).saturating_mul(FOR_EACH_PROCESSOR);
        }
        if self.bytes_at_once_per_partner == 0 {
            self.bytes_at_once_per_partner = (self.bytes_at_once / 2).max(1);
        }
        self
    }

    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let positive = [
            ("queue.least_bytes", self.least_bytes),
            ("queue.incoming_bytes", self.incoming_bytes),
            ("queue.incoming_bytes_per_partner", self.incoming_bytes_per_partner),
        ];
        let at_once = if self.bytes_at_once == 0 { usize::MAX } else { self.bytes_at_once };
        let whole = [
            ("queue.bytes_at_once_per_partner", self.bytes_at_once_per_partner, at_once),
            ("queue.waiting_bytes_per_partner", self.waiting_bytes_per_partner, self.waiting_bytes),
            ("queue.incoming_bytes_per_partner", self.incoming_bytes_per_partner, self.incoming_bytes),
        ];
        positive
            .into_iter()
            .filter(|(_, bytes)| *bytes == 0)
            .map(|(key, _)| (key, "must be greater than zero"))
            .chain(
                whole
                    .into_iter()
                    .filter(|(_, of_one, of_all)| of_one > of_all)
                    .map(|(key, ..)| (key, "must not be more than that of all partners")),
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_machines() {
        let of = |config: Config| (config.bytes_at_once, config.bytes_at_once_per_partner);
        assert_eq!(of(Config::default().on(4)), (1 << 20, 1 << 19));
        assert_eq!(of(Config { bytes_at_once: 100, ..Config::default() }.on(4)), (100, 50));
        let own = Config { bytes_at_once_per_partner: 7, ..Config::default() };
        assert_eq!((own.problems(), of(own.on(1))), (vec![], (256 << 10, 7)));
    }
}
