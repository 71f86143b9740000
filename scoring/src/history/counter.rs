//! What is counted under one key, and how counts are added up.

/// Count, mean and sum of squared deviations of a quantity (Welford).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// How many values.
    pub n: i64,
    /// Their mean.
    pub mean: f64,
    /// Their summed squared deviation from the mean.
    pub m2: f64,
}

impl Moments {
    /// The moments of one value.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self { n: 1, mean: value, m2: 0.0 }
    }

    /// Adds other moments to these (Chan's formula).
    pub fn merge(&mut self, other: &Self) {
        let n = self.n.saturating_add(other.n);
        if other.n <= 0 || n <= 0 {
            return;
        }
        let delta = other.mean - self.mean;
        let share = other.n as f64 / n as f64;
        self.m2 += other.m2 + delta * delta * self.n as f64 * share;
        self.mean += delta * share;
        self.n = n;
    }
}

/// What is counted under one key.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Counter {
    /// Earlier outcomes.
    pub n: i64,
    /// Of them irregular.
    pub fraud: i64,
    /// Of them critically irregular.
    pub critical: i64,
    /// log10 of value per kilogram (KRW/kg); only [`CounterKind::Hs6`] has it.
    pub value: Moments,
    /// log10 of mass (kg); only [`CounterKind::Hs6`] has it.
    pub mass: Moments,
}

impl Counter {
    /// Adds another counter of the same key to this one.
    pub fn merge(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.fraud = self.fraud.saturating_add(other.fraud);
        self.critical = self.critical.saturating_add(other.critical);
        self.value.merge(&other.value);
        self.mass.merge(&other.mass);
    }
}
