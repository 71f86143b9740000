//! A post's shift as far as it has gone, and from which score on a consignment is examined now: the ledger that lets a
//! week end where its minutes end. The gateway and `score simulate` keep it by the same lines.

use super::{Budget, Scores};

/// What is usual among a few counts of arrivals: their median, for one holiday or one rush says little.
#[must_use]
pub fn usual(counts: &[f64]) -> Option<f64> {
    let mut sorted = counts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2)?;
    Some(f64::midpoint(*middle, *sorted.get((sorted.len() - 1) / 2)?))
}

/// Share of the expected arrivals by which a shift's minutes are to be spent: on a day with fewer arrivals than expected
/// nothing is left over then.
const EARLY: f64 = 0.8;

/// When more have arrived than were expected, so many for each that came are still to come.
const RUSH: f64 = 0.1;

/// Share of a week's minutes that scores leave to draws, rules and the critical head, which come whatever is left. A week
/// in which none come any more ends by so much below its minutes, and one in which more come ends by so much less above.
const KEPT: f64 = 0.015;

/// One shift of a post, as far as it has gone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Inspector-minutes of the shift.
    pub minutes: f64,
    /// What earlier shifts of the same week left over; negative when they overdrew.
    pub carried: f64,
    /// Inspector-minutes of all shifts of the week.
    pub week_minutes: f64,
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
        let control = self.minutes_per_control.max(1.0);
        let left = (self.minutes + self.carried - self.used) / control;
        // To the nearest whole control where the week is small.
        let kept = (KEPT * self.week_minutes / control).max(0.5);
        if left < kept {
            return f64::INFINITY;
        }
        if scores.total() < Scores::FEW {
            return Budget::AS_POLICY;
        }
        let to_come = (self.expected_arrivals - self.arrivals).max(self.arrivals * RUSH).max(1.0);
        let soon = self.expected_arrivals * EARLY - self.arrivals;
        let soon = if soon >= 1.0 { soon } else { (to_come / 2.0).max(1.0) };
        // What will be drawn, and what rules will ask for, is spent already.
        let asked = (self.cut + scores.always()).min(1.0);
        let spendable = left - (kept - 0.5) - asked * to_come;
        if spendable <= 0.0 { f64::INFINITY } else { scores.top(spendable / (soon * (1.0 - asked)).max(1.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evenly() -> Scores {
        let mut scores = Scores::default();
        (0..10_000).for_each(|n| scores.add(Some(f64::from(n) / 10_000.0), false));
        scores
    }

    fn shift(used: f64, arrivals: f64) -> Shift {
        Shift {
            minutes: 600.0,
            carried: 0.0,
            week_minutes: 600.0,
            minutes_per_control: 30.0,
            expected_arrivals: 100.0,
            arrivals,
            used,
            cut: 0.0,
        }
    }

    #[test]
    fn the_threshold_follows_what_is_left() {
        let scores = evenly();
        // 20 of the first 80; 10 of the next 60; 20 of the next 40.
        assert!((shift(0.0, 0.0).threshold(&scores) - (1.0 - 20.0 / 80.0)).abs() < 0.01);
        assert!((shift(300.0, 20.0).threshold(&scores) - (1.0 - 10.0 / 60.0)).abs() < 0.01);
        assert!((shift(0.0, 40.0).threshold(&scores) - (1.0 - 20.0 / 40.0)).abs() < 0.01);
        let carried = Shift { carried: 300.0, ..shift(600.0, 40.0) };
        assert!((carried.threshold(&scores) - (1.0 - 10.0 / 40.0)).abs() < 0.01);
        // Nothing is left, or less than is kept for what comes whatever is left, or more than will arrive.
        assert!(shift(600.0, 50.0).threshold(&scores).is_infinite());
        let week = Shift { week_minutes: 6_000.0, ..shift(520.0, 50.0) };
        assert!(week.threshold(&scores).is_infinite() && shift(520.0, 50.0).threshold(&scores) < 1.0);
        assert!(shift(0.0, 99.0).threshold(&scores) <= 0.0);
        // Before anything is known about scores the policy's word stands.
        assert!(shift(0.0, 0.0).threshold(&Scores::default()) < 0.0);
        assert!((usual(&[100.0, 3.0, 90.0, 500.0]).unwrap_or_default() - 95.0).abs() < 1e-9);
    }

    #[test]
    fn what_will_be_drawn_or_asked_for_by_rules_is_spent_already() {
        let drawn = Shift { cut: 0.05, ..shift(0.0, 0.0) };
        // Five of the hundred will be drawn: fifteen of the next 76.
        assert!((drawn.threshold(&evenly()) - (1.0 - 15.0 / 76.0)).abs() < 0.01);
        let mut strict = Scores::default();
        (0..10_000).for_each(|n| strict.add(Some(f64::from(n) / 10_000.0), n % 10 == 0));
        assert!((strict.always() - 0.1).abs() < 0.002);
        assert!(shift(0.0, 0.0).threshold(&strict) > shift(0.0, 0.0).threshold(&evenly()));
        let mut all = Scores::default();
        (0..1_000).for_each(|n| all.add(Some(f64::from(n) / 1_000.0), true));
        assert!(shift(0.0, 0.0).threshold(&all).is_infinite());
    }
}
