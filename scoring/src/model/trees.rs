//! The trees behind the graph, as `trees.json` lists them: needed only to explain, never to score.

use crate::features::WIDTH;

/// Inner nodes of a full tree of depth three, in heap order: node `k` has children `2k+1` and `2k+2`.
pub(crate) const NODES: usize = 7;
/// Its leaves, from left to right.
pub(crate) const LEAVES: usize = 8;

/// A full tree of depth three. Smaller trees are padded with nodes that have the same leaf on both sides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    /// Feature that a node tests.
    pub(crate) features: [usize; NODES],
    /// A value of at most this goes left.
    pub(crate) thresholds: [f32; NODES],
    /// What a leaf adds to the log-odds.
    pub(crate) values: [f32; LEAVES],
    /// How many training rows came to a leaf.
    pub(crate) covers: [f64; LEAVES],
}

impl Tree {
    /// Whether the tree can be evaluated and explained at all.
    pub(crate) fn is_sound(&self) -> bool {
        self.features.iter().all(|feature| *feature < WIDTH)
            && self.thresholds.iter().all(|threshold| threshold.is_finite())
            && self.values.iter().all(|value| value.is_finite())
            && self.covers.iter().all(|cover| cover.is_finite() && *cover >= 0.0)
            && self.covers.iter().sum::<f64>() > 0.0
    }

    /// The nodes on the way to a leaf with the side taken at each (left is true).
    pub(crate) fn path(leaf: usize) -> [(usize, bool); 3] {
        let (first, second, third) = (leaf >> 2, leaf >> 1 & 1, leaf & 1);
        [(0, first == 0), (1 + first, second == 0), (3 + (leaf >> 1), third == 0)]
    }

    /// Share of a node's training rows that took a side. Where no row came, half: it multiplies nothing.
    pub(crate) fn share(&self, node: usize, left: bool) -> f64 {
        let (from, width) = match node {
            0 => (0, 8),
            1 | 2 => ((node - 1) * 4, 4),
            _ => ((node - 3) * 2, 2),
        };
        let sum = |from: usize, width: usize| self.covers[from..from + width].iter().sum::<f64>();
        let all = sum(from, width);
        if all <= 0.0 {
            return 0.5;
        }
        let half = width / 2;
        sum(if left { from } else { from + half }, half) / all
    }
}
