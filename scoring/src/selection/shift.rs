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

/// By so much of what was planned until the end of a shift it may run ahead of the plan: weeks end in small shifts, in which
/// little can be caught up, and in holidays, in which nothing can.
const AHEAD: f64 = 0.06;

/// When more have arrived than were expected, so many for each that came are still to come.
const RUSH: f64 = 0.1;

/// After a shift with less than this share of its expected arrivals the next is taken to be slack too: holidays come together.
const LULL: f64 = 0.5;

/// It is never taken to have less than this share of what is expected.
const LEAST_LEVEL: f64 = 0.2;

/// So many standard deviations of what will be drawn or asked for by rules are left to it besides what is expected of it; as
/// the week runs out, so does this, and what is left of it goes to scores.
const APART: f64 = 1.0;

/// One shift of a post, as far as it has gone, and the week around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Inspector-minutes of the shift.
    pub minutes: f64,
    /// What earlier shifts of the same week left over; negative when they overdrew.
    pub carried: f64,
    /// Inspector-minutes of those earlier shifts.
    pub earlier_minutes: f64,
    /// How much of its expected arrivals the last of those earlier shifts had; none in the first shift of a week.
    pub last_level: Option<f64>,
    /// Minutes that are left in the week's other shifts that are not over; negative where they are overdrawn.
    pub elsewhere_left: f64,
    /// Arrivals that are still expected in them.
    pub elsewhere_to_come: f64,
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
    /// The probability from which a consignment is examined now: what is left of the shift, and of the week, is spread over
    /// who is still expected.
    #[must_use]
    pub fn threshold(&self, scores: &Scores) -> f64 {
        let control = self.minutes_per_control.max(1.0);
        let here = (self.minutes + self.carried - self.used) / control;
        let in_the_week = here + self.elsewhere_left / control;
        let ahead = AHEAD * (self.earlier_minutes + self.minutes) / control;
        let level = self.last_level.filter(|level| *level < LULL);
        let expected = self.expected_arrivals * level.map_or(1.0, |level| level.sqrt().max(LEAST_LEVEL));
        let to_come = (expected - self.arrivals).max(self.arrivals * RUSH).max(1.0);
        // What will be drawn, and what rules will ask for, is spent already: of this shift's minutes, and of the week's.
        let asked = (self.cut + scores.always()).min(1.0);
        let of_the_week = asked * (to_come + self.elsewhere_to_come);
        let of_the_week = of_the_week + APART * of_the_week.sqrt();
        let spendable = (here + ahead - asked * to_come).min(in_the_week - of_the_week);
        // To the nearest whole control.
        if spendable < 0.5 {
            return f64::INFINITY;
        }
        if scores.total() < Scores::FEW {
            return Budget::AS_POLICY;
        }
        let soon = if expected - self.arrivals >= 1.0 { to_come } else { (to_come / 2.0).max(1.0) };
        scores.top(spendable / (soon * (1.0 - asked)).max(1.0))
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

    /// Twenty controls for a hundred arrivals, on a Wednesday: as many lie before it, and as many after.
    fn shift(used: f64, arrivals: f64) -> Shift {
        Shift {
            minutes: 600.0,
            carried: 0.0,
            earlier_minutes: 1_200.0,
            last_level: Some(1.0),
            elsewhere_left: 1_200.0,
            elsewhere_to_come: 200.0,
            minutes_per_control: 30.0,
            expected_arrivals: 100.0,
            arrivals,
            used,
            cut: 0.0,
        }
    }

    fn near(shift: Shift, scores: &Scores, spendable: f64, soon: f64) {
        let found = shift.threshold(scores);
        assert!((found - (1.0 - spendable / soon)).abs() < 0.01, "{found} for {spendable} of {soon}");
    }

    #[test]
    fn the_threshold_follows_what_is_left() {
        let scores = evenly();
        // 60 controls are planned until the shift's end: it runs up to 3.6 ahead.
        near(shift(0.0, 0.0), &scores, 23.6, 100.0);
        near(shift(300.0, 20.0), &scores, 13.6, 80.0);
        near(Shift { carried: 300.0, ..shift(600.0, 40.0) }, &scores, 13.6, 60.0);
        // What was run ahead is not run ahead again.
        near(Shift { carried: -108.0, ..shift(0.0, 0.0) }, &scores, 20.0, 100.0);
        assert!(shift(720.0, 50.0).threshold(&scores).is_infinite());
        // More than will arrive: everybody.
        assert!(shift(0.0, 99.0).threshold(&scores) <= 0.0);
        // More came than were expected: some more will.
        assert!(shift(300.0, 150.0).threshold(&scores) <= 0.0);
        near(shift(600.0, 150.0), &scores, 3.6, 7.5);
        // Before anything is known about scores the policy's word stands.
        assert!(shift(0.0, 0.0).threshold(&Scores::default()) < 0.0);
        assert!((usual(&[100.0, 3.0, 90.0, 500.0]).unwrap_or_default() - 95.0).abs() < 1e-9);
    }

    #[test]
    fn a_week_is_not_overdrawn_for_a_shift() {
        let scores = evenly();
        // Elsewhere so much was asked for that half of this shift's minutes are gone.
        let drawn = Shift { elsewhere_left: -300.0, elsewhere_to_come: 0.0, ..shift(0.0, 0.0) };
        assert!(drawn.threshold(&scores) > shift(0.0, 0.0).threshold(&scores));
        let spent = Shift { elsewhere_left: -600.0, ..drawn };
        assert!(spent.threshold(&scores).is_infinite());
        // The last shift: nothing is kept for a week that is over, but half a control.
        let last = |used| Shift { elsewhere_left: 0.0, elsewhere_to_come: 0.0, ..shift(used, 95.0) };
        assert!(last(540.0).threshold(&scores) < 1.0);
        assert!(last(600.0).threshold(&scores).is_infinite());
    }

    #[test]
    fn after_a_slack_shift_what_was_left_is_spent_soon() {
        let slack = |level| Shift { last_level: Some(level), ..shift(0.0, 0.0) };
        near(slack(0.16), &evenly(), 23.6, 40.0);
        near(slack(0.0), &evenly(), 19.9, 20.0);
        near(slack(0.6), &evenly(), 23.6, 100.0);
    }

    #[test]
    fn what_will_be_drawn_or_asked_for_by_rules_is_spent_already() {
        // Five of the hundred will be drawn: eighteen and a half of the other 95.
        near(Shift { cut: 0.05, ..shift(0.0, 0.0) }, &evenly(), 18.5, 95.0);
        let mut strict = Scores::default();
        (0..10_000).for_each(|n| strict.add(Some(f64::from(n) / 10_000.0), n % 10 == 0));
        assert!((strict.always() - 0.1).abs() < 0.002);
        assert!(shift(0.0, 0.0).threshold(&strict) > shift(0.0, 0.0).threshold(&evenly()));
        let mut all = Scores::default();
        (0..1_000).for_each(|n| all.add(Some(f64::from(n) / 1_000.0), true));
        assert!(shift(0.0, 0.0).threshold(&all).is_infinite());
    }
}
