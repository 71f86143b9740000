//! Exact contributions (path-dependent TreeSHAP) by lookup.
//!
//! A tree of depth three asks seven questions, so its contributions can take 128 values at most. They are worked out
//! once, at load; explaining a row is then seven comparisons and one addition for each feature of each tree.

use super::trees::{LEAVES, NODES, Tree};
use crate::features::{FeatureVector, WIDTH};

/// Why a head answered as it did: `base` plus all contributions is the log-odds of its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Log-odds before anything is known.
    pub base: f64,
    /// What each feature, in the catalog's order, added to the log-odds.
    pub contributions: [f64; WIDTH],
}

impl Explanation {
    /// The log-odds that the explanation adds up to.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.base + self.contributions.iter().sum::<f64>()
    }
}

/// The tables of one head.
#[derive(Debug)]
pub(crate) struct Explainer {
    base: f64,
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    features: [usize; NODES],
    thresholds: [f32; NODES],
    /// The features that the tree asks about, each once.
    distinct: Vec<usize>,
    /// For each of the 128 patterns of answers, one contribution for each distinct feature.
    rows: Vec<f32>,
}

impl Explainer {
    pub(crate) fn new(trees: &[Tree]) -> Self {
        let mut base = 0.0;
        let tables = trees
            .iter()
            .map(|tree| {
                base += (0..LEAVES).map(|leaf| f64::from(tree.values[leaf]) * reach(tree, leaf)).sum::<f64>();
                Table::new(tree)
            })
            .collect();
        Self { base, tables }
    }

    pub(crate) fn explain(&self, vector: &FeatureVector) -> Explanation {
        let mut contributions = [0f64; WIDTH];
        for table in &self.tables {
            let mut pattern = 0;
            for node in 0..NODES {
                let left = vector.0[table.features[node]] <= table.thresholds[node];
                pattern |= usize::from(left) << node;
            }
            let width = table.distinct.len();
            let row = &table.rows[pattern * width..(pattern + 1) * width];
            for (feature, contribution) in table.distinct.iter().zip(row) {
                contributions[*feature] += f64::from(*contribution);
            }
        }
        Explanation { base: self.base, contributions }
    }
}

/// Share of the training rows that came to a leaf.
fn reach(tree: &Tree, leaf: usize) -> f64 {
    Tree::path(leaf).iter().map(|(node, left)| tree.share(*node, *left)).product()
}

impl Table {
    fn new(tree: &Tree) -> Self {
        let mut distinct = tree.features.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let mut rows = vec![0f32; (1 << NODES) * distinct.len()];
        let leaves: Vec<Leaf> = (0..LEAVES).map(|leaf| Leaf::new(tree, leaf, &distinct)).collect();
        for (pattern, row) in rows.chunks_exact_mut(distinct.len()).enumerate() {
            let mut sums = [0f64; NODES];
            for leaf in &leaves {
                leaf.add(pattern, &mut sums);
            }
            for (contribution, sum) in row.iter_mut().zip(sums) {
                *contribution = sum as f32;
            }
        }
        Self { features: tree.features, thresholds: tree.thresholds, distinct, rows }
    }
}

/// A leaf as a game of the features on its way: each either lets the row through or not (when known), or lets through
/// the share of rows that the training data sent there (when not). Three players at most, so that the Shapley values
/// are written out over eight coalitions. A tree's values are the sums of its leaves'.
struct Leaf {
    value: f64,
    players: Vec<Player>,
}

struct Player {
    /// Place among the tree's distinct features.
    place: usize,
    /// Nodes that ask about it on the way, with the answer that leads on.
    tests: Vec<(usize, bool)>,
    /// Product of the shares at those nodes.
    share: f64,
}

impl Leaf {
    fn new(tree: &Tree, leaf: usize, distinct: &[usize]) -> Self {
        let mut players: Vec<Player> = Vec::with_capacity(3);
        for (node, left) in Tree::path(leaf) {
            let place =
                distinct.iter().position(|feature| *feature == tree.features[node]).unwrap_or_default();
            let share = tree.share(node, left);
            match players.iter_mut().find(|player| player.place == place) {
                Some(player) => {
                    player.tests.push((node, left));
                    player.share *= share;
                }
                None => players.push(Player { place, tests: vec![(node, left)], share }),
            }
        }
        Self { value: f64::from(tree.values[leaf]), players }
    }

    fn add(&self, pattern: usize, sums: &mut [f64; NODES]) {
        let count = self.players.len();
        let known: Vec<f64> = self
            .players
            .iter()
            .map(|player| {
                let through = player.tests.iter().all(|(node, left)| (pattern >> node & 1 == 1) == *left);
                f64::from(u8::from(through))
            })
            .collect();
        for (me, player) in self.players.iter().enumerate() {
            let mut sum = 0.0;
            for coalition in (0..1usize << count).filter(|coalition| coalition >> me & 1 == 0) {
                let others: f64 =
                    (0..count)
                        .filter(|other| *other != me)
                        .map(|other| {
                            if coalition >> other & 1 == 1 { known[other] } else { self.players[other].share }
                        })
                        .product();
                sum += weight(count, coalition.count_ones()) * others;
            }
            sums[player.place] += self.value * sum * (known[me] - player.share);
        }
    }
}

/// |S|! (n - |S| - 1)! / n! for n of 1 to 3 players.
fn weight(players: usize, coalition: u32) -> f64 {
    match (players, coalition) {
        (3, 1) => 1.0 / 6.0,
        (3, _) => 1.0 / 3.0,
        (2, _) => 0.5,
        _ => 1.0,
    }
}
