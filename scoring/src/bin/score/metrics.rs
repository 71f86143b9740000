//! What an analyst decides by.

/// One judged row: score, and whether it was irregular.
pub(crate) type Row = (f64, bool);

/// Share of pairs (irregular, regular) that the scores put in the right order; ties count half.
pub(crate) fn roc_auc(rows: &[Row]) -> f64 {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = sorted.iter().filter(|row| row.1).count() as f64;
    let negatives = sorted.len() as f64 - positives;
    let (mut ranks, mut before) = (0.0, 0usize);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        ranks += rank * tied.iter().filter(|row| row.1).count() as f64;
        before += tied.len();
    }
    (ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

/// Average precision: the area under precision over recall, in steps at each distinct score.
pub(crate) fn average_precision(rows: &[Row]) -> f64 {
    let sorted = descending(rows);
    let positives = sorted.iter().filter(|row| row.1).count() as f64;
    let (mut seen, mut hits, mut sum) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let found = tied.iter().filter(|row| row.1).count() as f64;
        seen += tied.len() as f64;
        hits += found;
        sum += found * hits / seen;
    }
    sum / positives
}

/// Precision and recall among the given share of rows with the highest scores (at least one row).
pub(crate) fn at(rows: &[Row], share: f64) -> (f64, f64) {
    let sorted = descending(rows);
    let top = ((rows.len() as f64 * share).round() as usize).max(1).min(rows.len());
    let hits = sorted[..top].iter().filter(|row| row.1).count() as f64;
    (hits / top as f64, hits / sorted.iter().filter(|row| row.1).count() as f64)
}

/// Accuracy and macro-averaged F1 of the rule "irregular from this score on".
pub(crate) fn accuracy_and_macro_f1(rows: &[Row], threshold: f64) -> (f64, f64) {
    let mut table = [[0f64; 2]; 2];
    for (score, irregular) in rows {
        table[usize::from(*irregular)][usize::from(*score >= threshold)] += 1.0;
    }
    let [[tn, fp], [fn_, tp]] = table;
    let f1 = |hit: f64, a: f64, b: f64| if hit == 0.0 { 0.0 } else { 2.0 * hit / (2.0 * hit + a + b) };
    ((tp + tn) / rows.len() as f64, (f1(tp, fp, fn_) + f1(tn, fp, fn_)) / 2.0)
}

/// The threshold with the greatest macro-averaged F1.
pub(crate) fn best_threshold(rows: &[Row]) -> f64 {
    let candidates = (1..100).map(|percent| f64::from(percent) / 100.0);
    candidates
        .map(|threshold| (threshold, accuracy_and_macro_f1(rows, threshold).1))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0.5, |best| best.0)
}

/// Ties stay in the order of the file.
fn descending(rows: &[Row]) -> Vec<Row> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    sorted
}
