//! How reliable an entrepreneur has proven: a Beta-Binomial record whose evidence fades, drawn towards what is usual
//! among its peers. Pure: time is an argument, rows are values.
//!
//! An entrepreneur without outcomes has exactly the rate of its peer group: nobody is demoted for having no history.
//! What was searched for is found more often, so only outcomes of random checks say what is usual in a group; all
//! outcomes say how one entrepreneur differs from the others.

use aws_lc_rs::digest::{SHA256, digest};

use crate::{beta, kinds::kinds};

kinds! {
    /// What somebody is in the trade; each kind is a peer group. The codes are stored; they grow and never change meaning.
    EntityKind,
    /// The kind's word, upper snake case: in reports, and first in the digested text of a key.
    as_str {
        /// Imports, or receives where no importer is named.
        Importer = 1 "IMPORTER",
        /// Exports, or consigns where no exporter is named.
        Exporter = 2 "EXPORTER",
        /// Carries goods.
        Carrier = 3 "CARRIER",
        /// Declares to customs.
        Declarant = 4 "DECLARANT",
        /// Carries passengers.
        BusOperator = 5 "BUS_OPERATOR",
    }
}

impl EntityKind {
    /// The kind that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// One entrepreneur in one part: the same company as importer and as carrier has two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    /// Its part.
    pub kind: EntityKind,
    /// The first eight bytes, big-endian, of SHA-256 over the kind's word, 0x1F and the party's key.
    pub hash: i64,
}

impl EntityKey {
    /// The key of a party (`manifest::party::Party::key`, never a natural person's) in a part.
    #[must_use]
    pub fn new(kind: EntityKind, party: &str) -> Self {
        let mut text = Vec::with_capacity(64);
        text.extend_from_slice(kind.as_str().as_bytes());
        text.push(0x1f);
        text.extend_from_slice(party.as_bytes());
        let mut head = [0; 8];
        head.copy_from_slice(&digest(&SHA256, &text).as_ref()[..8]);
        Self { kind, hash: i64::from_be_bytes(head) }
    }
}

/// Days after which an outcome weighs half.
pub const HALF_LIFE_DAYS: f64 = 180.0;

const SECONDS_A_DAY: f64 = 86_400.0;

fn faded(seconds: i64) -> f64 {
    (-(seconds.max(0) as f64) / SECONDS_A_DAY / HALF_LIFE_DAYS).exp2()
}

/// What the outcomes of one entrepreneur add up to: one row, one update an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TrackRecord {
    /// Faded sum of irregular outcomes, as of `last_seconds`.
    pub irregular: f64,
    /// Faded sum of regular ones.
    pub regular: f64,
    /// Outcomes, unfaded.
    pub outcomes: i64,
    /// Time of the newest outcome, seconds since 1970.
    pub last_seconds: i64,
}

impl TrackRecord {
    /// Takes in an outcome. One that comes late weighs what it would weigh by now, had it come in time.
    pub fn learn(&mut self, irregular: bool, at_seconds: i64) {
        if self.outcomes <= 0 {
            *self = Self { last_seconds: at_seconds, ..Self::default() };
        }
        if at_seconds > self.last_seconds {
            let factor = faded(at_seconds.saturating_sub(self.last_seconds));
            self.irregular *= factor;
            self.regular *= factor;
            self.last_seconds = at_seconds;
        }
        *self.side(irregular) += faded(self.last_seconds.saturating_sub(at_seconds));
        self.outcomes = self.outcomes.saturating_add(1);
    }

    /// Takes an outcome back that was learnt, as a correction does.
    pub fn unlearn(&mut self, irregular: bool, at_seconds: i64) {
        self.outcomes = self.outcomes.saturating_sub(1);
        if self.outcomes <= 0 {
            *self = Self::default();
            return;
        }
        let weight = faded(self.last_seconds.saturating_sub(at_seconds));
        let side = self.side(irregular);
        *side = (*side - weight).max(0.0);
    }

    /// The same record as it weighs at another, later time.
    #[must_use]
    pub fn at(&self, seconds: i64) -> Self {
        if self.outcomes <= 0 || seconds <= self.last_seconds {
            return *self;
        }
        let factor = faded(seconds.saturating_sub(self.last_seconds));
        Self {
            irregular: self.irregular * factor,
            regular: self.regular * factor,
            last_seconds: seconds,
            ..*self
        }
    }

    fn side(&mut self, irregular: bool) -> &mut f64 {
        if irregular { &mut self.irregular } else { &mut self.regular }
    }
}

/// What is usual among the entrepreneurs of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerGroup {
    /// Share of irregular outcomes among the group's random checks.
    pub rate: f64,
    /// How many outcomes the group weighs against an entrepreneur's own: few where entrepreneurs differ much.
    pub strength: f64,
}

/// The strength is never outside of this, however few or odd the data.
pub const STRENGTH: [f64; 2] = [5.0, 1_000.0];

/// Before any random check, the rate that bundles are trained around, weighing this many outcomes.
const ASSUMED: (f64, f64) = (crate::features::PRIOR_FRAUD, 20.0);

impl PeerGroup {
    /// A group of which nothing is known.
    pub const UNKNOWN: PeerGroup = PeerGroup { rate: ASSUMED.0, strength: STRENGTH[1] };

    /// A group from its random checks (all, irregular) and the records of its entrepreneurs.
    #[must_use]
    pub fn fit(random: (i64, i64), records: impl IntoIterator<Item = TrackRecord>) -> Self {
        let (all, irregular) = (random.0.max(0) as f64, random.1.clamp(0, random.0.max(0)) as f64);
        let rate = (irregular + ASSUMED.1 * ASSUMED.0) / (all + ASSUMED.1);
        Self { rate, strength: strength(records) }
    }

    /// How far an entrepreneur is from its group, in log-odds, at a time; 0 for one without outcomes.
    #[must_use]
    pub fn log_odds(&self, record: &TrackRecord, now_seconds: i64) -> f64 {
        let (a, b) = self.weights(&record.at(now_seconds));
        logit(a / (a + b)) - logit(self.rate)
    }

    /// The group's weight and the entrepreneur's own together: irregular, regular.
    fn weights(&self, record: &TrackRecord) -> (f64, f64) {
        (self.strength * self.rate + record.irregular, self.strength * (1.0 - self.rate) + record.regular)
    }

    /// What the group and its own record say of an entrepreneur, at a time.
    #[must_use]
    pub fn judge(&self, record: &TrackRecord, now_seconds: i64) -> Reliability {
        let record = record.at(now_seconds);
        let (a, b) = self.weights(&record);
        let probability = a / (a + b);
        Reliability {
            probability,
            low: beta::quantile(a, b, 0.05),
            high: beta::quantile(a, b, 0.95),
            log_odds: logit(probability) - logit(self.rate),
            group_rate: self.rate,
            outcomes: record.outcomes,
            evidence: Evidence::of(record.irregular + record.regular),
        }
    }
}

/// The strength by the method of moments: how much more the entrepreneurs' rates scatter than chance alone would have
/// it (weights are the faded numbers of outcomes).
fn strength(records: impl IntoIterator<Item = TrackRecord>) -> f64 {
    let (mut count, mut all, mut squares, mut irregular) = (0.0, 0.0, 0.0, 0.0);
    let mut shares = Vec::new();
    for record in records {
        let n = record.irregular + record.regular;
        if n > 0.0 && n.is_finite() {
            count += 1.0;
            all += n;
            squares += n * n;
            irregular += record.irregular;
            shares.push((n, record.irregular / n));
        }
    }
    let mean: f64 = irregular / all;
    let spread = mean * (1.0 - mean);
    if !(spread > 0.0 && count > 1.0) {
        return STRENGTH[1];
    }
    let scatter: f64 = shares.iter().map(|(n, share)| n * (share - mean).powi(2)).sum();
    let correlation = (scatter / spread - (count - 1.0)) / (all - squares / all - (count - 1.0));
    if correlation > 0.0 && correlation.is_finite() {
        (1.0 / correlation - 1.0).clamp(STRENGTH[0], STRENGTH[1])
    } else {
        STRENGTH[1]
    }
}

/// How much a record rests on, in words that fit beside an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Below five faded outcomes: the figure is the group's.
    Few,
    /// Below thirty.
    Medium,
    /// Thirty or more.
    Many,
}

impl Evidence {
    fn of(weight: f64) -> Self {
        match weight {
            weight if weight >= 30.0 => Evidence::Many,
            weight if weight >= 5.0 => Evidence::Medium,
            _ => Evidence::Few,
        }
    }

    /// The word, upper snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Evidence::Few => "FEW",
            Evidence::Medium => "MEDIUM",
            Evidence::Many => "MANY",
        }
    }
}

/// What is said of one entrepreneur.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliability {
    /// Expected share of irregular outcomes, 0 to 1.
    pub probability: f64,
    /// Lower end of the 90 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How far from the group, in log-odds. The kinds of one consignment add up by these.
    pub log_odds: f64,
    /// What is usual in the group.
    pub group_rate: f64,
    /// Outcomes that it rests on, unfaded.
    pub outcomes: i64,
    /// The same in a word, faded.
    pub evidence: Evidence,
}

/// The 90 % interval of a share, from so many of so many (Jeffreys' interval): wide where little is known.
#[must_use]
pub fn share_interval(found: u64, all: u64) -> (f64, f64) {
    let (a, b) = (found as f64 + 0.5, all.saturating_sub(found) as f64 + 0.5);
    (beta::quantile(a, b, 0.05), beta::quantile(a, b, 0.95))
}

/// The probability for a consignment whose parties are so far from their groups ([`Reliability::log_odds`]).
#[must_use]
pub fn combined(base_rate: f64, log_odds: impl IntoIterator<Item = f64>) -> f64 {
    let odds = logit(base_rate) + log_odds.into_iter().sum::<f64>();
    1.0 / (1.0 + (-odds).exp())
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn an_outcome_weighs_half_after_the_half_life() {
        let mut record = TrackRecord::default();
        record.learn(true, 0);
        record.learn(false, 180 * DAY);
        assert!((record.irregular - 0.5).abs() < 1e-12 && (record.regular - 1.0).abs() < 1e-12);
        assert!((record.at(360 * DAY).regular - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let outcomes = [(true, 3), (false, 90), (true, 400), (false, 10), (false, 250)];
        let mut in_order = TrackRecord::default();
        let mut sorted = outcomes;
        sorted.sort_by_key(|outcome| outcome.1);
        sorted.iter().for_each(|(y, day)| in_order.learn(*y, day * DAY));
        let mut as_they_come = TrackRecord::default();
        outcomes.iter().for_each(|(y, day)| as_they_come.learn(*y, day * DAY));
        assert!((in_order.irregular - as_they_come.irregular).abs() < 1e-12);
        assert!((in_order.regular - as_they_come.regular).abs() < 1e-12);
        assert_eq!(in_order.last_seconds, as_they_come.last_seconds);
    }

    #[test]
    fn a_correction_leaves_what_the_right_outcome_would_have() {
        let mut right = TrackRecord::default();
        let mut corrected = TrackRecord::default();
        for (day, wrong, y) in [(1, false, true), (50, false, false), (51, true, false)] {
            right.learn(y, day * DAY);
            corrected.learn(wrong, day * DAY);
        }
        for (day, wrong, y) in [(1, false, true), (51, true, false)] {
            corrected.unlearn(wrong, day * DAY);
            corrected.learn(y, day * DAY);
        }
        assert!((right.irregular - corrected.irregular).abs() < 1e-12);
        assert!((right.regular - corrected.regular).abs() < 1e-12);
        assert_eq!(right.outcomes, corrected.outcomes);
    }

    #[test]
    fn nobody_is_demoted_for_having_no_history() {
        let group = PeerGroup { rate: 0.2, strength: 40.0 };
        let judged = group.judge(&TrackRecord::default(), 0);
        assert!((judged.probability - 0.2).abs() < 1e-12 && judged.log_odds.abs() < 1e-9);
        assert_eq!((judged.outcomes, judged.evidence), (0, Evidence::Few));
        assert!(judged.low < 0.2 && judged.high > 0.2);
        // And an old record fades back to that.
        let mut old = TrackRecord::default();
        (0..40).for_each(|day| old.learn(true, day * DAY));
        assert!(group.judge(&old, 40 * DAY).probability > 0.5);
        assert!(group.judge(&old, 40 * DAY + 20 * 180 * DAY).log_odds < 0.01);
    }

    #[test]
    fn strength_follows_how_much_entrepreneurs_differ() {
        let record = |irregular: f64, n: f64| TrackRecord {
            irregular,
            regular: n - irregular,
            outcomes: n as i64,
            last_seconds: 0,
        };
        let alike = PeerGroup::fit((0, 0), (0..100).map(|n| record(f64::from(4 + n % 3), 25.0)));
        let unlike = PeerGroup::fit((0, 0), (0..100).map(|n| record(f64::from(n % 2 * 20), 25.0)));
        assert!((alike.strength - STRENGTH[1]).abs() < 1e-9 && (unlike.strength - STRENGTH[0]).abs() < 1.0);
        assert!((PeerGroup::fit((0, 0), []).strength - STRENGTH[1]).abs() < 1e-9);
    }

    #[test]
    fn only_random_checks_say_what_is_usual() {
        let group = PeerGroup::fit((10_000, 500), []);
        assert!((group.rate - 0.05).abs() < 0.001);
        assert!((PeerGroup::fit((0, 0), []).rate - PeerGroup::UNKNOWN.rate).abs() < 1e-12);
    }
}
