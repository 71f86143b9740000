//! The attributes of an ONNX tree ensemble become a forest, or are refused. An operator that guesses what it does not
//! know would answer, and nobody would see that the answer is another model's.

use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::forest::{Forest, FullTree, TARGETS};
use crate::features::WIDTH;
use crate::model::trees::{LEAVES, NODES};

/// Depth of a full tree.
const DEPTH: usize = 3;

/// What may stand on the node. Anything else (weights as doubles, sets of categories, another aggregate) has a meaning
/// that this build does not know.
const KNOWN: [&str; 16] = [
    "aggregate_function",
    "base_values",
    "n_targets",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates", // says nothing about an answer
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "post_transform",
    "target_ids",
    "target_nodeids",
    "target_treeids",
];
const WEIGHTS: &str = "target_weights";

/// One node as the attributes describe it.
#[derive(Clone, Copy)]
enum Node {
    Test { feature: u8, threshold: f32, at_most: usize, above: usize },
    Leaf { value: f32 },
}

/// The forest of a `TreeEnsembleRegressor` with one target for each head.
pub(super) fn forest(node: &NodeProto) -> TractResult<Forest> {
    for attribute in &node.attribute {
        let name = attribute.name.as_str();
        ensure!(KNOWN.contains(&name) || name == WEIGHTS, "attribute {name} is not known here");
    }
    let word = |name: &str, only: &str| -> TractResult<()> {
        let found = node.get_attr_opt::<&str>(name)?.unwrap_or(only);
        ensure!(found == only, "{name} is {found}, only {only} is known here");
        Ok(())
    };
    word("aggregate_function", "SUM")?;
    word("post_transform", "NONE")?;
    let targets = node.get_attr::<usize>("n_targets")?;
    ensure!(targets == TARGETS, "{targets} targets, one for each of {TARGETS} heads is known here");
    let base = match node.get_attr_opt_slice::<f32>("base_values")? {
        None => [0.0; TARGETS],
        Some(values) => <[f32; TARGETS]>::try_from(values).context("base_values has another length")?,
    };
    ensure!(base.iter().all(|value| value.is_finite()), "a base value is not finite");

    let trees = nodes(node)?;
    let mut forest = [Vec::new(), Vec::new()];
    for (place, (target, nodes)) in trees.into_iter().enumerate() {
        let full = full(&nodes).with_context(|| format!("tree {place}"))?;
        forest.get_mut(target).context("a target beyond the heads")?.push(full);
    }
    Ok(Forest::new(base, forest))
}

/// The nodes of every tree in order of their ids, and the target to which all leaves of the tree add.
fn nodes(node: &NodeProto) -> TractResult<Vec<(usize, Vec<Node>)>> {
    let ids = node.get_attr_vec::<usize>("nodes_nodeids")?;
    let list = |name: &str| -> TractResult<Vec<usize>> {
        let values = node.get_attr_vec::<usize>(name)?;
        ensure!(values.len() == ids.len(), "{name} has another length than nodes_nodeids");
        Ok(values)
    };
    let (trees, features) = (list("nodes_treeids")?, list("nodes_featureids")?);
    let (at_most, above) = (list("nodes_truenodeids")?, list("nodes_falsenodeids")?);
    let thresholds = node.get_attr_slice::<f32>("nodes_values")?;
    let modes = node.get_attr_vec::<&str>("nodes_modes")?;
    ensure!(thresholds.len() == ids.len(), "nodes_values has another length than nodes_nodeids");
    ensure!(modes.len() == ids.len(), "nodes_modes has another length than nodes_nodeids");
    if let Some(tracks) = node.get_attr_opt_slice::<i64>("nodes_missing_value_tracks_true")? {
        ensure!(tracks.iter().all(|side| *side == 0), "missing values that go left are not known here");
    }
    let mut weights = Weights::of(node)?;
    let mut made: Vec<(usize, Vec<Node>)> = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        // Trees and nodes are counted up from 0: what LightGBM's and our exporter write.
        let tree = trees[place];
        if tree == made.len() && *id == 0 {
            made.push((weights.target(tree)?, Vec::new()));
        }
        let last = made.len();
        let Some((target, nodes)) =
            made.last_mut().filter(|(_, nodes)| tree + 1 == last && *id == nodes.len())
        else {
            bail!("tree {tree}, node {id}: not in order of tree and node")
        };
        nodes.push(match modes[place] {
            "LEAF" => Node::Leaf { value: weights.take(tree, *id, *target)? },
            "BRANCH_LEQ" => {
                let threshold = thresholds[place];
                ensure!(features[place] < WIDTH, "tree {tree}, node {id}: tests an unknown feature");
                ensure!(threshold.is_finite(), "tree {tree}, node {id}: threshold is not finite");
                Node::Test {
                    feature: u8::try_from(features[place])?,
                    threshold,
                    at_most: at_most[place],
                    above: above[place],
                }
            }
            mode => bail!("tree {tree}, node {id}: mode {mode}, only BRANCH_LEQ and LEAF are known here"),
        });
    }
    ensure!(weights.is_empty(), "a weight belongs to no leaf");
    Ok(made)
}

/// What leaves add, in order of tree and node.
struct Weights<'a> {
    trees: Vec<usize>,
    nodes: Vec<usize>,
    targets: Vec<usize>,
    values: &'a [f32],
    next: usize,
}

impl<'a> Weights<'a> {
    fn of(node: &'a NodeProto) -> TractResult<Self> {
        let trees = node.get_attr_vec::<usize>("target_treeids")?;
        let nodes = node.get_attr_vec::<usize>("target_nodeids")?;
        let targets = node.get_attr_vec::<usize>("target_ids")?;
        let values = node.get_attr_slice::<f32>(WEIGHTS)?;
        let same = [nodes.len(), targets.len(), values.len()].iter().all(|length| *length == trees.len());
        ensure!(same, "the lists of weights have different lengths");
        Ok(Self { trees, nodes, targets, values, next: 0 })
    }

    /// The target of the tree that comes next.
    fn target(&self, tree: usize) -> TractResult<usize> {
        let target = self.targets.get(self.next).filter(|_| self.trees.get(self.next) == Some(&tree));
        target.copied().with_context(|| format!("tree {tree} has no weights"))
    }

    /// The one weight of a leaf.
    fn take(&mut self, tree: usize, node: usize, target: usize) -> TractResult<f32> {
        let next = self.next;
        let here = (self.trees.get(next), self.nodes.get(next), self.targets.get(next));
        ensure!(
            here == (Some(&tree), Some(&node), Some(&target)),
            "tree {tree}, leaf {node}: needs exactly one weight, in order, for target {target}"
        );
        ensure!(self.values[next].is_finite(), "tree {tree}, leaf {node}: weight is not finite");
        self.next += 1;
        Ok(self.values[next])
    }

    fn is_empty(&self) -> bool {
        self.next == self.trees.len()
    }
}

/// A tree brought to full depth: a leaf before its time stands on both sides of a question that does not matter.
fn full(nodes: &[Node]) -> TractResult<FullTree> {
    let mut tree = FullTree { features: [0; NODES + 1], thresholds: [0.0; NODES + 1], values: [0.0; LEAVES] };
    let mut seen = vec![false; nodes.len()];
    // Place in the heap, depth, node.
    let mut open = vec![(0, 0, 0, false)];
    while let Some((place, depth, id, repeated)) = open.pop() {
        let node = *nodes.get(id).with_context(|| format!("node {id} does not exist"))?;
        // A node that two lead to, or that leads to itself, makes no tree.
        ensure!(repeated || !std::mem::replace(&mut seen[id], true), "node {id} is reached twice");
        match node {
            Node::Leaf { value } if depth == DEPTH => tree.values[place - NODES] = value,
            Node::Leaf { .. } => {
                open.push((2 * place + 2, depth + 1, id, true));
                open.push((2 * place + 1, depth + 1, id, true));
            }
            Node::Test { feature, threshold, at_most, above } => {
                ensure!(depth < DEPTH, "deeper than {DEPTH} questions");
                (tree.features[place], tree.thresholds[place]) = (feature, threshold);
                open.push((2 * place + 2, depth + 1, above, false));
                open.push((2 * place + 1, depth + 1, at_most, false));
            }
        }
    }
    ensure!(seen.iter().all(|seen| *seen), "a node is never reached");
    Ok(tree)
}
