//! Drift: what was declared and how it scored in the last days beside the weeks before, and calibration on the random floor.
//! Read from stored evidence, beside the calls. What is counted of earlier outcomes moves whenever one is learnt: it is
//! shown, and alarms nobody.

use jiff::{Timestamp, ToSpan as _};
use scoring::{Head, SubjectRef, drift, features::CATALOG};

use crate::{
    persist::{Error, FeedEvent, FeedPosition, Scope, Store, head_word},
    reply::decode_decisions,
};

/// Days that are looked at.
pub const DAYS: u32 = 7;
/// Days before them that they are compared with.
pub const REFERENCE_DAYS: u32 = 28;
/// Goods items that are held of each of the two; more are left out.
const MAX_ITEMS: usize = 50_000;
/// Rows that are read together.
const PAGE: u32 = 100;

/// What the scores of both questions are called beside the features.
const SCORES: [&str; 2] = ["fraud_score", "critical_score"];

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drift {
    /// Goods items: before, now.
    pub items: (usize, usize),
    /// The stability index of each feature that is measured on what was declared, and of both questions' scores, highest
    /// first; empty where there were too few items.
    pub features: Vec<(&'static str, f64)>,
    /// The same of features that count earlier outcomes: they grow with every one that is learnt, so they alarm nobody.
    pub learnt: Vec<(&'static str, f64)>,
    /// Of random checks, by question; of the bundle that judged last alone.
    pub calibration: Vec<Calibration>,
}

/// How well random checks bear out what was predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The question.
    pub head: Head,
    /// How many random checks were reported.
    pub random_checks: u64,
    /// Their mean predicted probability.
    pub predicted: f64,
    /// How many of them were irregular.
    pub found: u64,
}

impl Calibration {
    /// The question's word, and how far the share that was found lies above what was predicted.
    #[must_use]
    pub fn off(&self) -> (&'static str, f64) {
        (head_word(self.head), self.found as f64 / self.random_checks.max(1) as f64 - self.predicted)
    }
}

impl Drift {
    /// What is worth somebody's look, in words; empty when nothing is.
    #[must_use]
    pub fn alarms(&self) -> Vec<String> {
        let features = self.features.iter().filter(|(_, index)| *index > drift::ALARM);
        let moved = features.map(|(name, index)| format!("{name} moved: stability index {index:.2}"));
        let doubted = self
            .calibration
            .iter()
            .filter(|of| drift::miscalibrated(of.predicted, of.found, of.random_checks))
            .map(|Calibration { head, random_checks, predicted, found }| {
                format!(
                    "{}: {found} of {random_checks} random checks, predicted {:.1} %",
                    head_word(*head),
                    predicted * 100.0
                )
            });
        moved.chain(doubted).collect()
    }
}

/// A position of the feed before which everything live was received before an instant: the feed is searched, not walked.
///
/// # Errors
/// When the store does not answer.
pub async fn before_instant(store: &Store, instant: Timestamp) -> Result<FeedPosition, Error> {
    let number = |position: FeedPosition| i64::from_be_bytes(position.to_bytes());
    let at = |number: i64| FeedPosition::from_bytes(number.to_be_bytes()).unwrap_or(FeedPosition::START);
    let (mut low, mut high) = (0, number(store.feed_end().await?));
    while low < high {
        let middle = low + (high - low) / 2;
        // A withdrawal tells of a manifest that was received earlier: the receipt is what counts.
        match store.feed_after(&Scope::All, at(middle), 1).await?.first() {
            Some(row) if row.manifest.receive_time < instant => low = number(row.position).max(middle + 1),
            _ => high = middle,
        }
    }
    Ok(at(low))
}

/// Reads the feed of live manifests and the calibration of random checks.
///
/// # Errors
/// When the store does not answer.
pub async fn look(store: &Store, days: u32, reference_days: u32, now: Timestamp) -> Result<Drift, Error> {
    let ago =
        |days: u32| now.checked_sub(i64::from(days).saturating_mul(24).hours()).unwrap_or(Timestamp::MIN);
    let (from, since) = (ago(days.saturating_add(reference_days)), ago(days));
    let empty = || -> Vec<Vec<f32>> { CATALOG.iter().map(|_| Vec::new()).collect() };
    let (mut before, mut current) = (empty(), empty());
    // Fraud and critical, by consignment, before and now.
    let mut scores: [[Vec<f32>; 2]; 2] = Default::default();
    let mut after = before_instant(store, from).await?;
    let mut judged_last = None;
    let mut known_before = i64::MAX;
    loop {
        let rows = store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.position;
        for row in rows.iter().filter(|row| row.event == FeedEvent::Recorded) {
            if row.manifest.receive_time < from {
                continue;
            }
            let Ok((_, decided)) = decode_decisions(&row.decisions) else { continue };
            let is_current = row.manifest.receive_time >= since;
            let to = if is_current { &mut current } else { &mut before };
            if let Some(identity) = &decided.evidence.identity
                && judged_last.as_ref() != Some(&identity.bundle_digest)
            {
                // Another bundle scores otherwise: that is no drift.
                scores = Default::default();
                judged_last = Some(identity.bundle_digest.clone());
            }
            if let Some(item) = decided.evidence.items.first() {
                // So many outcomes more than when the first of these were scored came with an import of history, or are the
                // very first: with another past the same goods score otherwise, and that is no drift.
                let known = item.counters.tallies[0].n;
                if known > known_before.saturating_mul(2) {
                    scores = Default::default();
                    known_before = known;
                }
                known_before = known_before.min(known);
            }
            for part in &decided.pre_decisions {
                if !matches!(part.subject, SubjectRef::Consignment(_)) {
                    continue;
                }
                let of = [part.officer.fraud_probability, part.officer.critical_probability];
                for (values, score) in scores.iter_mut().zip(of) {
                    let values = &mut values[usize::from(is_current)];
                    if values.len() < MAX_ITEMS {
                        values.extend(score);
                    }
                }
            }
            for item in &decided.evidence.items {
                if to[0].len() < MAX_ITEMS {
                    to.iter_mut().zip(item.vector.0).for_each(|(column, value)| column.push(value));
                }
            }
        }
    }
    let (mut features, mut learnt) = (Vec::new(), Vec::new());
    for (feature, (before, current)) in CATALOG.iter().zip(before.iter().zip(&current)) {
        let to = if feature.group.counts_outcomes() { &mut learnt } else { &mut features };
        to.extend(drift::stability_index(before, current).map(|index| (feature.name, index)));
    }
    for (name, [before, current]) in SCORES.into_iter().zip(&scores) {
        features.extend(drift::stability_index(before, current).map(|index| (name, index)));
    }
    for indices in [&mut features, &mut learnt] {
        indices.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    let rows = store.calibration().await?;
    let calibration = [Head::Fraud, Head::Critical]
        .into_iter()
        .filter_map(|head| {
            let (mut all, mut predicted, mut found) = (0, 0.0, 0);
            // What an earlier bundle predicted says nothing of this one.
            let of_it = |digest: &String| judged_last.as_ref().is_none_or(|last| last == digest);
            let rows = rows.iter().filter(|row| row.drawn_at_random && row.head == head);
            for row in rows.filter(|row| of_it(&row.bundle_digest)) {
                all += u64::try_from(row.outcomes).unwrap_or(0);
                predicted += row.predicted;
                found += u64::try_from(row.found).unwrap_or(0);
            }
            (all > 0).then(|| Calibration {
                head,
                random_checks: all,
                predicted: predicted / all as f64,
                found,
            })
        })
        .collect();
    Ok(Drift { items: (before[0].len(), current[0].len()), features, learnt, calibration })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learnt_alarms_nobody_and_what_is_declared_or_scored_does() {
        let found = Drift { learnt: vec![("n_hs6", 5.0)], ..Drift::default() };
        assert_eq!(found.alarms(), Vec::<String>::new());
        let found = Drift { features: vec![("luv", 0.3), ("fraud_score", 0.26), ("lm", 0.2)], ..found };
        assert_eq!(found.alarms().len(), 2, "{:?}", found.alarms());
    }
}
