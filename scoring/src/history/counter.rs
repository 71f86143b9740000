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

    /// Takes other moments out again that were merged into these.
    pub fn remove(&mut self, other: &Self) {
        let n = self.n.saturating_sub(other.n);
        if other.n <= 0 {
            return;
        }
        if n <= 0 {
            *self = Self::default();
            return;
        }
        // Chan's formula, solved for the other side.
        let mean = self.mean + (self.mean - other.mean) * (other.n as f64 / n as f64);
        let delta = other.mean - mean;
        let together = n as f64 * (other.n as f64 / self.n as f64);
        self.m2 = (self.m2 - other.m2 - delta * delta * together).max(0.0);
        self.mean = mean;
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
    /// Nothing was counted.
    pub const NONE: Counter = Counter {
        n: 0,
        fraud: 0,
        critical: 0,
        value: Moments { n: 0, mean: 0.0, m2: 0.0 },
        mass: Moments { n: 0, mean: 0.0, m2: 0.0 },
    };

    /// Adds another counter of the same key to this one.
    pub fn merge(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.fraud = self.fraud.saturating_add(other.fraud);
        self.critical = self.critical.saturating_add(other.critical);
        self.value.merge(&other.value);
        self.mass.merge(&other.mass);
    }

    /// Counts `new` in place of `old`, as a correction does. What both have in common is not touched, so its bits stay.
    pub fn replace(&mut self, old: &Self, new: &Self) {
        let moved = |now: i64, old: i64, new: i64| now.saturating_add(new).saturating_sub(old).max(0);
        self.n = moved(self.n, old.n, new.n);
        self.fraud = moved(self.fraud, old.fraud, new.fraud);
        self.critical = moved(self.critical, old.critical, new.critical);
        for (now, old, new) in
            [(&mut self.value, &old.value, &new.value), (&mut self.mass, &old.mass, &new.mass)]
        {
            if old != new {
                now.remove(old);
                now.merge(new);
            }
        }
    }
}
