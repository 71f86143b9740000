//! Who is examined when inspectors have so many minutes: the highest scores that fit, and a floor of random checks that
//! nobody can steer. Pure: what it reads is handed in and stored with the decision, so that both can be made again.
//!
//! The random floor is uniform on purpose. It alone tells the true rate of irregularities, how well the model is
//! calibrated, and what is usual among entrepreneurs; a cleverer choice would tell none of these.

mod scores;
mod shift;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;

pub use scores::Scores;
pub use shift::{Shift, usual};

/// Share of a budget that goes into random checks.
pub const FLOOR_SHARE: f64 = 0.10;
/// It is never less than this, whatever is configured.
pub const LEAST_FLOOR_SHARE: f64 = 0.05;
/// It is at least this for [`RAISED_DAYS`] after drift was found: then the random checks are what tells whether the model
/// still holds, and where it does not.
pub const RAISED_FLOOR_SHARE: f64 = 0.20;
/// A quarter.
pub const RAISED_DAYS: u16 = 91;

/// A share of random checks as somebody types it.
///
/// # Errors
/// When it is no number from 0 to 1.
pub fn parse_floor_share(text: &str) -> Result<f64, &'static str> {
    let share = text.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("expected a share, a number from 0 to 1")
}

/// The share of random checks on a day, from what is configured and the day on which drift was found last.
#[must_use]
pub fn floor_share(configured: f64, day: Date, drift_found: Option<Date>) -> f64 {
    let since = drift_found.and_then(|found| day.since((jiff::Unit::Day, found)).ok());
    let raised = since.is_some_and(|span| (0..=i32::from(RAISED_DAYS)).contains(&span.get_days()));
    configured.max(if raised { RAISED_FLOOR_SHARE } else { LEAST_FLOOR_SHARE })
}

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
    /// `registration` is the conveyance's, normalized (`manifest::conveyance`). Nothing else goes in, neither mode nor
    /// nationality, which a sender could say otherwise, nor journey, revision, reference or time of filing: nobody draws
    /// twice by filing twice. One whose registration is not known draws as the empty one.
    #[must_use]
    pub fn draw(&self, border_post: &str, day: Date, registration: &str) -> f64 {
        let mut text = b"corridor draw 2\x1f".to_vec();
        text.extend_from_slice(&self.0);
        for part in [border_post, &day.to_string(), registration] {
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const SEED: Seed = Seed([7; 32]);

    #[test]
    fn a_draw_is_of_its_seed_post_day_and_registration_and_stays() {
        let draw = SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "SYN777");
        assert!((0.0..1.0).contains(&draw));
        assert_eq!(draw.to_bits(), SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "SYN777").to_bits());
        for other in [
            Seed([8; 32]).draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "SYN777"),
            SEED.draw("UZ-OYBEK", date(2026, 11, 23), "SYN777"),
            SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 24), "SYN777"),
            SEED.draw("UZ-GISHTKUPRIK", date(2026, 11, 23), "SYN778"),
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
            .filter(|n| SEED.draw("UZ-OYBEK", date(2026, 1, 1), &format!("SYN{n}")) < 0.1)
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
    fn a_quarter_after_drift_the_floor_is_higher() {
        let found = Some(date(2026, 3, 1));
        for (configured, day, share) in [
            (0.10, date(2026, 3, 1), 0.20),
            (0.10, date(2026, 5, 31), 0.20),
            (0.10, date(2026, 6, 1), 0.10),
            (0.10, date(2026, 2, 28), 0.10),
            (0.30, date(2026, 3, 2), 0.30),
            (0.01, date(2026, 8, 1), 0.05),
        ] {
            assert!((floor_share(configured, day, found) - share).abs() < 1e-12, "{configured} {day}");
        }
        assert!((floor_share(0.10, date(2026, 3, 2), None) - 0.10).abs() < 1e-12);
    }
}
