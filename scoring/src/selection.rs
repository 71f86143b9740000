//! Who is examined when inspectors have so many minutes: the highest scores that fit, and a floor of random checks that
//! nobody can steer. Pure: what it reads is handed in and stored with the decision, so that both can be made again.
//!
//! The random floor is uniform on purpose. It alone tells the true rate of irregularities, how well the model is
//! calibrated, and what is usual among entrepreneurs; a cleverer choice would tell none of these.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;

/// Share of a budget that goes into random checks.
pub const FLOOR_SHARE: f64 = 0.10;
/// It is never less than this, whatever is configured.
pub const LEAST_FLOOR_SHARE: f64 = 0.05;

/// The secret of one day's draws. Its hash is made known before the day, itself after it. `Debug` prints nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(..)")
    }
}

impl Seed {
    /// What is made known before the day: SHA-256 over a name and the seed, lower-case hexadecimal.
    #[must_use]
    pub fn commitment(&self) -> String {
        let mut text = b"corridor draw seed 1\x1f".to_vec();
        text.extend_from_slice(&self.0);
        crate::hex::hex(digest(&SHA256, &text).as_ref())
    }

    /// The number that is drawn for a conveyance at a post on a day, 0 to below 1: the first 53 bits of a SHA-256.
    ///
    /// `conveyance` is `manifest::Manifest::conveyance_key`: mode, nationality, registration. Nothing else goes in, not
    /// the journey, the revision, the reference or the time of filing: nobody draws twice by filing twice. One whose
    /// registration is not known draws as the empty one.
    #[must_use]
    pub fn draw(&self, border_post: &str, day: Date, conveyance: &str) -> f64 {
        let mut text = b"corridor draw 1\x1f".to_vec();
        text.extend_from_slice(&self.0);
        for part in [border_post, &day.to_string(), conveyance] {
            text.push(0x1f);
            text.extend_from_slice(part.as_bytes());
        }
        let mut head = [0; 8];
        head.copy_from_slice(&digest(&SHA256, &text).as_ref()[..8]);
        (u64::from_be_bytes(head) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The number below which conveyances are drawn, from a day's minutes, what one control takes, the arrivals that are
/// expected, and the share of the minutes that goes into random checks.
#[must_use]
pub fn cut(minutes: f64, minutes_per_control: f64, expected_arrivals: f64, share: f64) -> f64 {
    let controls = minutes.max(0.0) / minutes_per_control.max(1.0);
    (controls * share.max(LEAST_FLOOR_SHARE) / expected_arrivals.max(1.0)).clamp(0.0, 1.0)
}

/// What one decision was taken under; stored with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// The number that was drawn for the conveyance.
    pub draw: f64,
    /// Conveyances with a number below this are examined.
    pub cut: f64,
    /// Consignments with this probability of an irregularity or more are examined; infinite when the budget is spent,
    /// [`Budget::AS_POLICY`] when the policy's thresholds decide.
    pub threshold: f64,
}

impl Budget {
    /// Instead of a threshold, while too few scores of a post are known to say what is high.
    pub const AS_POLICY: f64 = -1.0;

    /// Does the policy alone decide which consignments are examined?
    #[must_use]
    pub fn as_policy(&self) -> bool {
        self.threshold < 0.0
    }

    /// Was the conveyance drawn at random?
    #[must_use]
    pub fn drawn(&self) -> bool {
        self.draw < self.cut
    }

    /// Does the budget reach a consignment of this probability?
    #[must_use]
    pub fn reaches(&self, fraud_probability: f64) -> bool {
        !self.as_policy() && fraud_probability >= self.threshold
    }

    /// The probability with which a conveyance was to be examined: 1 when score or rule asked for it, else the cut.
    #[must_use]
    pub fn probability(&self, asked_for: bool) -> f64 {
        if asked_for { 1.0 } else { self.cut }
    }
}

/// What is usual among a few counts of arrivals: their median, for one holiday or one rush says little.
#[must_use]
pub fn usual(counts: &[f64]) -> Option<f64> {
    let mut sorted = counts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2)?;
    Some(f64::midpoint(*middle, *sorted.get((sorted.len() - 1) / 2)?))
}

/// Share of the expected arrivals by which a shift's minutes are to be spent.
const EARLY: f64 = 0.7;

/// One shift of a post, as far as it has gone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Inspector-minutes of the shift, with what earlier shifts of the same week left over or overdrew.
    pub minutes: f64,
    /// What one full control takes.
    pub minutes_per_control: f64,
    /// Arrivals that are expected in all.
    pub expected_arrivals: f64,
    /// Arrivals that were decided.
    pub arrivals: f64,
    /// Minutes that these were given.
    pub used: f64,
    /// Share of arrivals that is drawn at random.
    pub cut: f64,
}

impl Shift {
    /// The probability from which a consignment is examined now: what is left is spread over who is still expected.
    #[must_use]
    pub fn threshold(&self, scores: &Scores) -> f64 {
        let controls = (self.minutes - self.used) / self.minutes_per_control.max(1.0);
        // Spent by the time that most have come: on a day with fewer arrivals than expected nothing is left over. And when
        // more arrive than were expected, some are always still to come.
        let left = |share: f64| self.expected_arrivals * share - self.arrivals;
        let to_come = left(EARLY).max(self.expected_arrivals * 0.02).max(1.0);
        // What will be drawn at random is spent already.
        let controls = controls - self.cut * left(1.0).max(0.0);
        // To the nearest whole control: a rest of less is carried on.
        if controls < 0.5 {
            f64::INFINITY
        } else if scores.total() < Scores::FEW {
            Budget::AS_POLICY
        } else {
            scores.top(controls / (to_come * (1.0 - self.cut)).max(1.0))
        }
    }
}

/// How many buckets a post's scores are counted in.
const BUCKETS: usize = 256;

/// The scores that a post has seen: counts over the log-odds from -8 to 8. Old ones fade: when there are many, all are
/// halved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores([u32; BUCKETS]);

impl Default for Scores {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Scores {
    /// Fewer than this say nothing about what is high.
    pub const FEW: u64 = 100;
    /// More than this are halved.
    const MANY: u64 = 20_000;

    /// Counts one.
    pub fn add(&mut self, probability: f64) {
        let count = &mut self.0[bucket(probability)];
        *count = count.saturating_add(1);
        if self.total() > Self::MANY {
            self.0.iter_mut().for_each(|count| *count /= 2);
        }
    }

    /// How many are counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|count| u64::from(*count)).sum()
    }

    /// The probability that the highest `share` of scores reaches; 0 when all do.
    #[must_use]
    pub fn top(&self, share: f64) -> f64 {
        let wanted = share * self.total() as f64;
        if share >= 1.0 {
            return 0.0;
        }
        let mut above = 0.0;
        for (place, count) in self.0.iter().enumerate().rev() {
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

    /// The counts as bytes: non-empty buckets only, each as its number and its count, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (place, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            bytes.push(u8::try_from(place).unwrap_or(u8::MAX));
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        bytes
    }

    /// The counts that bytes hold; `None` for what never were such bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut scores = Self::default();
        for five in bytes.chunks(5) {
            let (place, count) = five.split_first()?;
            scores.0[usize::from(*place)] = u32::from_be_bytes(count.try_into().ok()?);
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
    use jiff::civil::date;

    use super::*;

    const SEED: Seed = Seed([7; 32]);

    #[test]
    fn a_draw_is_of_its_seed_post_day_and_conveyance_and_stays() {
        let draw = SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "3:KZ:SYN777");
        assert!((0.0..1.0).contains(&draw));
        assert_eq!(draw.to_bits(), SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "3:KZ:SYN777").to_bits());
        for other in [
            Seed([8; 32]).draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "3:KZ:SYN777"),
            SEED.draw("UZ-OYBEK", date(2026, 11, 23), "3:KZ:SYN777"),
            SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 24), "3:KZ:SYN777"),
            SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "3:KZ:SYN778"),
        ] {
            assert_ne!(draw.to_bits(), other.to_bits());
        }
        // Written down: a draw that changed with a version of the program could not be verified later.
        assert_eq!(SEED.commitment().len(), 64);
    }

    #[test]
    fn draws_are_uniform() {
        let n = 20_000;
        let drawn = (0..n)
            .filter(|n| SEED.draw("UZ-OYBEK", date(2026, 1, 1), &format!("3:KZ:SYN{n}")) < 0.1)
            .count() as f64
            / f64::from(n);
        assert!((drawn - 0.1).abs() < 0.008, "{drawn}");
    }

    #[test]
    fn the_floor_is_a_tenth_of_the_budget_and_never_below_a_twentieth() {
        // 600 minutes of 30 are 20 controls; a tenth of them over 100 arrivals.
        assert!((cut(600.0, 30.0, 100.0, FLOOR_SHARE) - 0.02).abs() < 1e-12);
        assert!((cut(600.0, 30.0, 100.0, 0.0) - 0.01).abs() < 1e-12);
        assert!((cut(600.0, 30.0, 0.0, FLOOR_SHARE) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_threshold_follows_what_is_left() {
        let mut scores = Scores::default();
        (0..1_000).for_each(|n| scores.add(f64::from(n) / 1_000.0));
        let shift = |used: f64, arrivals: f64| Shift {
            minutes: 600.0,
            minutes_per_control: 30.0,
            expected_arrivals: 100.0,
            arrivals,
            used,
            cut: 0.0,
        };
        // 20 of the first 70; 10 of the next 50; 20 of the next 30.
        assert!((shift(0.0, 0.0).threshold(&scores) - (1.0 - 20.0 / 70.0)).abs() < 0.01);
        assert!((shift(300.0, 20.0).threshold(&scores) - (1.0 - 10.0 / 50.0)).abs() < 0.01);
        assert!((shift(0.0, 40.0).threshold(&scores) - (1.0 - 20.0 / 30.0)).abs() < 0.02);
        assert!((usual(&[100.0, 3.0, 90.0, 500.0]).unwrap_or_default() - 95.0).abs() < 1e-9);
        // Nothing is left, or more than arrive.
        assert!(shift(600.0, 50.0).threshold(&scores).is_infinite());
        assert!(shift(0.0, 99.0).threshold(&scores) <= 0.0);
        // Before anything is known about scores the policy's word stands.
        assert!(shift(0.0, 0.0).threshold(&Scores::default()) < 0.0);
    }

    #[test]
    fn scores_go_round_and_fade() {
        let mut scores = Scores::default();
        (0..25_000).for_each(|n| scores.add(f64::from(n % 1_000) / 1_000.0));
        assert!(scores.total() < 20_001);
        assert_eq!(Scores::from_bytes(&scores.to_bytes()), Some(scores));
        assert_eq!(Scores::from_bytes(&[1, 2]), None);
    }
}
