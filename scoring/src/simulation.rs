//! Does the reliability of entrepreneurs work? Declarations with real or invented parties and dates get simulated
//! outcomes: each party has a hidden inclination, some change theirs every quarter, and what was learnt by the end of
//! a quarter has to rank the next one. Also the check that it finds nothing where there is nothing.

use std::collections::HashMap;

use crate::reliability::{PeerGroup, TrackRecord, combined};

/// Who takes part in one declaration: numbers of an importer, a declarant and an exporter, and the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declaration {
    /// Importer, declarant, exporter; none where not declared.
    pub parties: [Option<usize>; 3],
    /// Day, counted from any beginning.
    pub day: i64,
    /// Its real outcome, where there is one.
    pub irregular: bool,
}

/// The hidden world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct World {
    /// Standard deviation of importers' inclinations, log-odds; declarants' and exporters' are half of it.
    pub spread: f64,
    /// Share of parties that draw a new inclination each quarter.
    pub redraw: f64,
    /// Log-odds of an irregularity where all parties are average.
    pub intercept: f64,
    /// Where the chain of chance begins.
    pub seed: u64,
}

/// How well something ranks and predicts, over the quarters after the first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    /// Area under the ROC curve, mean over quarters.
    pub roc_auc: f64,
    /// Mean negative log-likelihood, over all declarations.
    pub log_loss: f64,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Found {
    /// The sum of the three parties' shrunken records.
    pub combined: Figures,
    /// The importer's shrunken record alone.
    pub importer: Figures,
    /// The importer's naive past rate (.5 of an outcome added to either side, that it has a logarithm at all).
    pub naive: Figures,
    /// The base rate for everybody.
    pub constant: Figures,
    /// Share of irregular outcomes among the predicted declarations.
    pub base_rate: f64,
}

/// Days in a quarter of the simulation.
const QUARTER: i64 = 91;

/// Gives each declaration an outcome of a hidden world.
#[must_use]
pub fn simulated(declarations: &[Declaration], world: &World) -> Vec<Declaration> {
    let mut chance = Chance(world.seed);
    let mut inclinations: [HashMap<usize, f64>; 3] = Default::default();
    let mut quarter = 0;
    let mut out = declarations.to_vec();
    out.sort_by_key(|declaration| declaration.day);
    let first = out.first().map_or(0, |declaration| declaration.day);
    for declaration in &mut out {
        while (declaration.day - first) / QUARTER > quarter {
            quarter += 1;
            for (kind, parties) in inclinations.iter_mut().enumerate() {
                let mut ids: Vec<usize> = parties.keys().copied().collect();
                ids.sort_unstable();
                for id in ids {
                    if chance.uniform() < world.redraw {
                        parties.insert(id, chance.normal() * sd(world, kind));
                    }
                }
            }
        }
        let mut odds = world.intercept;
        for (kind, party) in declaration.parties.iter().enumerate() {
            if let Some(id) = party {
                odds += *inclinations[kind].entry(*id).or_insert_with(|| chance.normal() * sd(world, kind));
            }
        }
        declaration.irregular = chance.uniform() < 1.0 / (1.0 + (-odds).exp());
    }
    out
}

fn sd(world: &World, kind: usize) -> f64 {
    if kind == 0 { world.spread } else { world.spread / 2.0 }
}

/// Learns quarter by quarter and predicts each next one from what was learnt before it.
#[must_use]
pub fn followed(declarations: &[Declaration]) -> Found {
    let mut declarations = declarations.to_vec();
    declarations.sort_by_key(|declaration| declaration.day);
    let first = declarations.first().map_or(0, |declaration| declaration.day);
    let mut records: [HashMap<usize, TrackRecord>; 3] = Default::default();
    let mut naive: HashMap<usize, (f64, f64)> = HashMap::new();
    let (mut all, mut irregular) = (0_i64, 0_i64);
    let (mut found, mut quarters, mut predicted) = (Found::default(), 0.0, 0.0);
    for quarter in declarations.chunk_by(|a, b| (a.day - first) / QUARTER == (b.day - first) / QUARTER) {
        if all > 0 {
            let now = (first + (quarter[0].day - first) / QUARTER * QUARTER) * 86_400;
            let base = irregular as f64 / all as f64;
            // Every declaration has its outcome here, so all of them say what is usual.
            let groups: Vec<PeerGroup> = records
                .iter()
                .map(|records| {
                    PeerGroup::fit((all, irregular), records.values().map(|record| record.at(now)))
                })
                .collect();
            let rows: Vec<[(f64, bool); 4]> = quarter
                .iter()
                .map(|declaration| {
                    let judged: Vec<_> = (0..3)
                        .filter_map(|kind| {
                            let record =
                                records[kind].get(&declaration.parties[kind]?).copied().unwrap_or_default();
                            Some((kind, groups[kind].log_odds(&record, now)))
                        })
                        .collect();
                    let importer = judged.iter().filter(|(kind, _)| *kind == 0).map(|(_, odds)| *odds);
                    let (s, n) =
                        declaration.parties[0].and_then(|id| naive.get(&id)).copied().unwrap_or((0.0, 0.0));
                    let past = if n > 0.0 { (s + 0.5) / (n + 1.0) } else { base };
                    [
                        combined(base, judged.iter().map(|(_, odds)| *odds)),
                        combined(base, importer),
                        past,
                        base,
                    ]
                    .map(|p| (p, declaration.irregular))
                })
                .collect();
            for (place, figures) in
                [&mut found.combined, &mut found.importer, &mut found.naive, &mut found.constant]
                    .into_iter()
                    .enumerate()
            {
                let column: Vec<(f64, bool)> = rows.iter().map(|row| row[place]).collect();
                figures.roc_auc += roc_auc(&column);
                figures.log_loss += column.iter().map(|(p, y)| log_loss(*p, *y)).sum::<f64>();
            }
            found.base_rate += quarter.iter().filter(|declaration| declaration.irregular).count() as f64;
            quarters += 1.0;
            predicted += quarter.len() as f64;
        }
        for declaration in quarter {
            for (kind, party) in declaration.parties.iter().enumerate() {
                if let Some(id) = party {
                    let record = records[kind].entry(*id).or_default();
                    record.learn(declaration.irregular, declaration.day * 86_400);
                }
            }
            if let Some(id) = declaration.parties[0] {
                let (s, n) = naive.entry(id).or_default();
                *s += f64::from(u8::from(declaration.irregular));
                *n += 1.0;
            }
            all += 1;
            irregular += i64::from(declaration.irregular);
        }
    }
    for figures in [&mut found.combined, &mut found.importer, &mut found.naive, &mut found.constant] {
        figures.roc_auc /= quarters;
        figures.log_loss /= predicted;
    }
    found.base_rate /= predicted;
    found
}

/// Invented declarations: few parties have many of them, many have few, as at a border.
#[must_use]
pub fn invented(count: usize, days: i64, seed: u64) -> Vec<Declaration> {
    let mut chance = Chance(seed);
    let mut party = |of: f64| Some((of * chance.uniform().powi(2)) as usize);
    (0..count)
        .map(|place| Declaration {
            parties: [party(count as f64 / 6.0), party(count as f64 / 20.0), party(count as f64 / 8.0)],
            day: place as i64 * days / count.max(1) as i64,
            irregular: false,
        })
        .collect()
}

/// The same declarations with outcomes of pure chance.
#[must_use]
pub fn without_signal(declarations: &[Declaration], rate: f64, seed: u64) -> Vec<Declaration> {
    let mut chance = Chance(seed);
    declarations
        .iter()
        .map(|declaration| Declaration { irregular: chance.uniform() < rate, ..*declaration })
        .collect()
}

fn log_loss(p: f64, y: bool) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    -(if y { p } else { 1.0 - p }).ln()
}

/// Area under the ROC curve; equal scores count half.
fn roc_auc(rows: &[(f64, bool)]) -> f64 {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = rows.iter().filter(|row| row.1).count() as f64;
    let negatives = rows.len() as f64 - positives;
    let (mut rank, mut sum) = (0.0, 0.0);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let middle = rank + (tied.len() as f64 + 1.0) / 2.0;
        sum += middle * tied.iter().filter(|row| row.1).count() as f64;
        rank += tied.len() as f64;
    }
    (sum - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

/// SplitMix64: chance that is the same on every machine.
#[derive(Debug, Clone)]
pub struct Chance(pub u64);

impl Chance {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform, 0 to below 1.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
}
