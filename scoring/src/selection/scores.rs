//! The scores that a post has seen: what says which of them are high.

/// How many buckets a post's scores are counted in.
const BUCKETS: usize = 256;

/// Bytes of one bucket's count with its number, and of the two counts at the end.
const BUCKET_BYTES: usize = 5;
const COUNTS_BYTES: usize = 8;

/// Before anything is known, one of so many decisions is examined whatever is left.
const ASSUMED_ALWAYS: f64 = 100.0;

/// The scores that a post has seen: counts over the log-odds from -8 to 8, and how many decisions asked for an examination
/// whatever was left. Old ones fade: when there are many, all are halved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores {
    buckets: [u32; BUCKETS],
    decided: u32,
    always: u32,
}

impl Default for Scores {
    fn default() -> Self {
        Self { buckets: [0; BUCKETS], decided: 0, always: 0 }
    }
}

impl Scores {
    /// Fewer than this say nothing about what is high.
    pub const FEW: u64 = 100;
    /// More than this are halved.
    const MANY: u32 = 20_000;

    /// Counts a decision: its probability, where goods were scored, and whether it asked for an examination whatever was
    /// left (`Selection::always`).
    pub fn add(&mut self, probability: Option<f64>, always: bool) {
        if let Some(probability) = probability {
            let count = &mut self.buckets[bucket(probability)];
            *count = count.saturating_add(1);
        }
        self.decided = self.decided.saturating_add(1);
        self.always = self.always.saturating_add(u32::from(always));
        if self.decided > Self::MANY {
            self.buckets
                .iter_mut()
                .chain([&mut self.decided, &mut self.always])
                .for_each(|count| *count /= 2);
        }
    }

    /// How many are counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.buckets.iter().map(|count| u64::from(*count)).sum()
    }

    /// Share of decisions that ask for an examination whatever is left.
    #[must_use]
    pub fn always(&self) -> f64 {
        (f64::from(self.always) + 1.0) / (f64::from(self.decided) + ASSUMED_ALWAYS)
    }

    /// The probability that the highest `share` of scores reaches; 0 when all do.
    #[must_use]
    pub fn top(&self, share: f64) -> f64 {
        let wanted = share * self.total() as f64;
        if share >= 1.0 {
            return 0.0;
        }
        let mut above = 0.0;
        for (place, count) in self.buckets.iter().enumerate().rev() {
            let here = f64::from(*count);
            if here > 0.0 && above + here >= wanted {
                // Within a bucket scores are taken as evenly spread.
                let part = ((wanted - above) / here).clamp(0.0, 1.0);
                return probability(place as f64 + 1.0 - part);
            }
            above += here;
        }
        0.0
    }

    /// The counts as bytes, big-endian: non-empty buckets, each as its number and its count; then how many were decided and
    /// how many of them whatever was left.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (place, count) in self.buckets.iter().enumerate().filter(|(_, count)| **count > 0) {
            bytes.push(u8::try_from(place).unwrap_or(u8::MAX));
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        bytes.extend_from_slice(&self.decided.to_be_bytes());
        bytes.extend_from_slice(&self.always.to_be_bytes());
        bytes
    }

    /// The counts that bytes hold; `None` for what never were such bytes. Stores that are older than the two counts at the
    /// end have none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut scores = Self::default();
        let counts = if bytes.len().is_multiple_of(BUCKET_BYTES) { 0 } else { COUNTS_BYTES };
        let (buckets, counts) = bytes.split_at(bytes.len().checked_sub(counts)?);
        for five in buckets.chunks(BUCKET_BYTES) {
            let (place, count) = five.split_first()?;
            scores.buckets[usize::from(*place)] = u32::from_be_bytes(count.try_into().ok()?);
        }
        scores.decided = u32::try_from(scores.total()).unwrap_or(u32::MAX);
        if let Some((decided, always)) = counts.split_at_checked(4).filter(|_| !counts.is_empty()) {
            scores.decided = u32::from_be_bytes(decided.try_into().ok()?);
            scores.always = u32::from_be_bytes(always.try_into().ok()?);
        }
        Some(scores)
    }
}

fn bucket(probability: f64) -> usize {
    let p = probability.clamp(1e-6, 1.0 - 1e-6);
    (((p / (1.0 - p)).ln() + 8.0) * (BUCKETS as f64 / 16.0)).clamp(0.0, BUCKETS as f64 - 1.0) as usize
}

fn probability(place: f64) -> f64 {
    let odds = place / (BUCKETS as f64 / 16.0) - 8.0;
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_go_round_and_fade() {
        let mut scores = Scores::default();
        (0..25_000).for_each(|n| scores.add(Some(f64::from(n % 1_000) / 1_000.0), n % 50 == 0));
        assert!(scores.total() < 20_001);
        assert!((scores.always() - 0.02).abs() < 0.001);
        assert_eq!(Scores::from_bytes(&scores.to_bytes()), Some(scores));
        assert_eq!(Scores::from_bytes(&Scores::default().to_bytes()), Some(Scores::default()));
        for damaged in [&[1, 2][..], &[0; 9], &[0; 12]] {
            assert_eq!(Scores::from_bytes(damaged), None, "{damaged:?}");
        }
        // Written before the two counts were.
        let old = Scores::from_bytes(&[128, 0, 0, 0, 7]).unwrap();
        assert_eq!((old.total(), old.decided, old.always), (7, 7, 0));
    }

    #[test]
    fn coaches_have_no_score_and_count_as_decided() {
        let mut scores = Scores::default();
        (0..100).for_each(|n| scores.add(None, n % 2 == 0));
        assert_eq!(scores.total(), 0);
        assert!((scores.always() - 51.0 / 200.0).abs() < 1e-12);
    }
}
