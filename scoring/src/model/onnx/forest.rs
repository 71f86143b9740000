//! Trees of depth three laid out to be walked fast: the work of our operator, and nothing of ONNX.

use crate::features::WIDTH;
use crate::model::trees::{LEAVES, NODES};

/// How many numbers the graph answers for a row: the log-odds of each head.
pub(super) const TARGETS: usize = 2;

/// A row is copied to the next power of two, so that a masked place needs no check of bounds.
const PLACES: usize = WIDTH.next_power_of_two();

/// One tree in heap order, padded to full depth: node `k` has children `2k+1` (at most the threshold) and `2k+2`.
/// The eighth place of the first two lists is never asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct FullTree {
    pub(super) features: [u8; NODES + 1],
    pub(super) thresholds: [f32; NODES + 1],
    pub(super) values: [f32; LEAVES],
}

/// The trees of every target with the target's base value.
#[derive(Debug, Clone)]
pub(super) struct Forest {
    base: [f64; TARGETS],
    trees: [Vec<FullTree>; TARGETS],
}

impl Forest {
    /// A forest whose trees test known features only.
    pub(super) fn new(base: [f32; TARGETS], trees: [Vec<FullTree>; TARGETS]) -> Self {
        Self { base: base.map(f64::from), trees }
    }

    /// Log-odds of every target for every row. One tree is asked about all rows before the next: it stays in the
    /// first cache, and the walks of different rows do not wait for one another. Leaves are added up in double
    /// precision, as the trainer does.
    pub(super) fn margins(&self, rows: &[f32]) -> Vec<f32> {
        let rows: Vec<[f32; PLACES]> = rows
            .chunks_exact(WIDTH)
            .map(|row| {
                let mut padded = [0.0; PLACES];
                padded[..WIDTH].copy_from_slice(row);
                padded
            })
            .collect();
        let mut sums = vec![self.base; rows.len()];
        for (target, trees) in self.trees.iter().enumerate() {
            for tree in trees {
                for (row, sums) in rows.iter().zip(&mut sums) {
                    sums[target] += f64::from(tree.value(row));
                }
            }
        }
        sums.into_iter().flatten().map(|sum| sum as f32).collect()
    }
}

impl FullTree {
    fn value(&self, row: &[f32; PLACES]) -> f32 {
        // "Not at most" and not "greater": a value that is not a number goes right, as ONNX asks.
        let right = |node: usize| {
            let node = node & NODES;
            let value = row[usize::from(self.features[node]) & (PLACES - 1)];
            #[allow(clippy::neg_cmp_op_on_partial_ord)] // see above
            usize::from(!(value <= self.thresholds[node]))
        };
        let second = 1 + right(0);
        let third = 2 * second + 1 + right(second);
        let leaf = 2 * third + 1 + right(third) - NODES;
        self.values[leaf & (LEAVES - 1)]
    }
}

/// Two forests are one if all bits are: what tract compares when it looks for nodes that do the same.
impl PartialEq for Forest {
    fn eq(&self, other: &Self) -> bool {
        let bits = |forest: &Self| -> Vec<u64> {
            let trees = forest.trees.iter().flatten().flat_map(|tree| {
                let features = tree.features.iter().map(|feature| u64::from(*feature));
                let numbers = tree.thresholds.iter().chain(&tree.values).map(|x| u64::from(x.to_bits()));
                features.chain(numbers).collect::<Vec<_>>()
            });
            let lengths = forest.trees.iter().map(|trees| trees.len() as u64);
            forest.base.iter().map(|base| base.to_bits()).chain(lengths).chain(trees).collect()
        };
        bits(self) == bits(other)
    }
}

impl Eq for Forest {}
