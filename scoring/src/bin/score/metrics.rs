//! What an analyst decides by, with how sure one can be of it.

/// One judged row: score, and whether it was irregular.
pub(crate) type Row = (f64, bool);

/// Shares of rows, in percent, that inspections can reach.
pub(crate) const SHARES: [usize; 6] = [1, 2, 5, 10, 15, 21];

/// How many figures there are.
pub(crate) const FIGURES: usize = 5 + 2 * SHARES.len();

/// The figures' names, in their order.
pub(crate) fn names() -> [String; FIGURES] {
    let mut names = ["accuracy", "macro_f1", "roc_auc", "average_precision", "calibration_error"]
        .map(str::to_owned)
        .to_vec();
    names.extend(SHARES.map(|share| format!("precision_at_{share}")));
    names.extend(SHARES.map(|share| format!("recall_at_{share}")));
    std::array::from_fn(|place| names[place].clone())
}

/// Bins of the calibration error, of equal width.
const BINS: usize = 10;

/// How often rows are drawn again for an interval, and the seed of the draws.
const RESAMPLES: usize = 1000;
const SEED: u64 = 20_210_401;

/// Rows in falling order of scores; ties stay in the order of the file.
pub(crate) struct Ranked(Vec<Row>);

impl Ranked {
    pub(crate) fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        Self(rows)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn positives(&self) -> usize {
        self.0.iter().filter(|row| row.1).count()
    }

    /// The figures of the rows, "irregular" said from `threshold` on.
    pub(crate) fn figures(&self, threshold: f64) -> [f64; FIGURES] {
        self.weighted(&vec![1; self.0.len()], threshold)
    }

    /// Bounds of 95 % of the figures of rows drawn again with replacement (percentile bootstrap). The same rows give the
    /// same bounds.
    pub(crate) fn intervals(&self, threshold: f64) -> [(f64, f64); FIGURES] {
        let mut draws: Vec<[f64; FIGURES]> = Vec::with_capacity(RESAMPLES);
        let mut weights = vec![0u32; self.0.len()];
        let mut state = SEED;
        for _ in 0..RESAMPLES {
            weights.fill(0);
            for _ in 0..self.0.len() {
                // Multiply instead of divide: Lemire's way to a place below a bound.
                let place = (u128::from(splitmix(&mut state)) * self.0.len() as u128) >> 64;
                weights[place as usize] += 1;
            }
            draws.push(self.weighted(&weights, threshold));
        }
        std::array::from_fn(|figure| {
            let mut values: Vec<f64> =
                draws.iter().map(|draw| draw[figure]).filter(|value| value.is_finite()).collect();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| {
                let place = (share * (values.len().saturating_sub(1)) as f64).round() as usize;
                values.get(place).copied().unwrap_or(f64::NAN)
            };
            (at(0.025), at(0.975))
        })
    }

    /// All figures in one pass, each row counted as often as its weight says.
    fn weighted(&self, weights: &[u32], threshold: f64) -> [f64; FIGURES] {
        let count = |positive: bool| -> f64 {
            self.0.iter().zip(weights).filter(|(row, _)| row.1 == positive).map(|(_, w)| f64::from(*w)).sum()
        };
        let (positives, negatives) = (count(true), count(false));
        let all = positives + negatives;
        let (mut area, mut precision_sum) = (0.0, 0.0);
        let (mut seen, mut hits, mut said, mut said_right) = (0.0, 0.0, 0.0, 0.0);
        let (mut by_score, mut found) = ([0.0; BINS], [0.0; BINS]);
        let tops = SHARES.map(|share| (all * share as f64 / 100.0).round().max(1.0).min(all));
        let mut top_hits = [0.0; SHARES.len()];
        let mut from = 0;
        while from < self.0.len() {
            let score = self.0[from].0;
            // Rows of one score have one rank.
            let (mut tied, mut tied_hits) = (0.0, 0.0);
            let mut to = from;
            while to < self.0.len() && self.0[to].0 == score {
                let weight = f64::from(weights[to]);
                if weight > 0.0 {
                    if self.0[to].1 {
                        tied_hits += weight;
                        for (top, hits) in tops.iter().zip(&mut top_hits) {
                            *hits += (top - seen - tied).clamp(0.0, weight);
                        }
                    }
                    tied += weight;
                }
                to += 1;
            }
            from = to;
            area += (tied - tied_hits) * (hits + tied_hits / 2.0);
            seen += tied;
            hits += tied_hits;
            if seen > 0.0 {
                precision_sum += tied_hits * hits / seen;
            }
            if score >= threshold {
                (said, said_right) = (seen, hits);
            }
            let bin = ((score * BINS as f64) as usize).min(BINS - 1);
            by_score[bin] += score * tied;
            found[bin] += tied_hits;
        }
        let missed = positives - said_right;
        let right_no = negatives - (said - said_right);
        let f1 = |hit: f64, wrong: f64| if hit == 0.0 { 0.0 } else { 2.0 * hit / (2.0 * hit + wrong) };
        let wrong = (said - said_right) + missed;
        let mut out = [0.0; FIGURES];
        out[0] = (said_right + right_no) / all;
        out[1] = (f1(said_right, wrong) + f1(right_no, wrong)) / 2.0;
        out[2] = area / (positives * negatives);
        out[3] = precision_sum / positives;
        out[4] = by_score.iter().zip(found).map(|(score, found)| (score - found).abs()).sum::<f64>() / all;
        for (place, (top, hits)) in tops.iter().zip(top_hits).enumerate() {
            out[5 + place] = hits / top;
            out[5 + SHARES.len() + place] = hits / positives;
        }
        out
    }
}

/// SplitMix64: small, fast, and good enough to draw rows.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(rows: &[Row], threshold: f64, name: &str) -> f64 {
        let place = names().iter().position(|known| known == name).unwrap();
        Ranked::new(rows.to_vec()).figures(threshold)[place]
    }

    #[test]
    fn figures_are_what_the_textbook_says() {
        let rows = [(0.9, true), (0.8, false), (0.7, true), (0.4, false), (0.4, true), (0.1, false)];
        // Of nine pairs (irregular, regular) six in order and one tied.
        assert!((figure(&rows, 0.5, "roc_auc") - 6.5 / 9.0).abs() < 1e-12);
        let steps = 1.0 / 3.0 * 1.0 + 1.0 / 3.0 * (2.0 / 3.0) + 1.0 / 3.0 * (3.0 / 5.0);
        assert!((figure(&rows, 0.5, "average_precision") - steps).abs() < 1e-12);
        assert!((figure(&rows, 0.5, "accuracy") - 4.0 / 6.0).abs() < 1e-12);
        assert!((figure(&rows, 0.5, "macro_f1") - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(figure(&rows, 0.5, "precision_at_21"), 1.0);
        assert!((figure(&rows, 0.5, "recall_at_21") - 1.0 / 3.0).abs() < 1e-12);
        let expected = [(0.1f64 - 0.0), (0.8 - 1.0), (0.7 - 1.0), (0.8 - 0.0), (0.9 - 1.0)];
        let expected = expected.iter().map(|gap| gap.abs()).sum::<f64>() / 6.0;
        assert!((figure(&rows, 0.5, "calibration_error") - expected).abs() < 1e-12);
    }

    #[test]
    fn the_same_rows_give_the_same_bounds_and_they_hold_the_figure() {
        let rows: Vec<Row> =
            (0..500).map(|n| (f64::from(n % 97) / 97.0, n % 5 == 0 || n % 97 > 70)).collect();
        let ranked = Ranked::new(rows);
        let (figures, bounds) = (ranked.figures(0.5), ranked.intervals(0.5));
        assert_eq!(bounds, ranked.intervals(0.5));
        for (figure, (low, high)) in figures.iter().zip(bounds).take(4) {
            assert!(low <= *figure && *figure <= high, "{low} {figure} {high}");
        }
    }
}
