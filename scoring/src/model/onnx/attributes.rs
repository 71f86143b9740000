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

#[cfg(test)]
mod tests {
    use tract_onnx::pb::AttributeProto;
    use tract_onnx::pb::attribute_proto::AttributeType;

    use super::*;

    fn attribute(name: &str, r#type: AttributeType) -> AttributeProto {
        AttributeProto { name: name.into(), r#type: r#type as i32, ..AttributeProto::default() }
    }

    fn ints(name: &str, ints: &[i64]) -> AttributeProto {
        AttributeProto { ints: ints.to_vec(), ..attribute(name, AttributeType::Ints) }
    }

    fn floats(name: &str, floats: &[f32]) -> AttributeProto {
        AttributeProto { floats: floats.to_vec(), ..attribute(name, AttributeType::Floats) }
    }

    fn strings(name: &str, strings: &[&str]) -> AttributeProto {
        let strings = strings.iter().map(|text| text.as_bytes().to_vec()).collect();
        AttributeProto { strings, ..attribute(name, AttributeType::Strings) }
    }

    fn string(name: &str, s: &str) -> AttributeProto {
        AttributeProto { s: s.as_bytes().to_vec(), ..attribute(name, AttributeType::String) }
    }

    /// One question for the first head, a single leaf for the second.
    fn good() -> NodeProto {
        NodeProto {
            attribute: vec![
                AttributeProto { i: 2, ..attribute("n_targets", AttributeType::Int) },
                ints("nodes_treeids", &[0, 0, 0, 1]),
                ints("nodes_nodeids", &[0, 1, 2, 0]),
                ints("nodes_featureids", &[3, 0, 0, 0]),
                strings("nodes_modes", &["BRANCH_LEQ", "LEAF", "LEAF", "LEAF"]),
                floats("nodes_values", &[0.5, 0.0, 0.0, 0.0]),
                ints("nodes_truenodeids", &[1, 0, 0, 0]),
                ints("nodes_falsenodeids", &[2, 0, 0, 0]),
                ints("target_treeids", &[0, 0, 1]),
                ints("target_nodeids", &[1, 2, 0]),
                ints("target_ids", &[0, 0, 1]),
                floats("target_weights", &[-1.0, 2.0, 0.25]),
            ],
            ..NodeProto::default()
        }
    }

    fn with(attribute: AttributeProto) -> NodeProto {
        let mut node = good();
        node.attribute.retain(|known| known.name != attribute.name);
        node.attribute.push(attribute);
        node
    }

    #[test]
    fn what_is_known_is_answered() {
        let answer = |node: &NodeProto, value: f32| {
            let mut row = [0.0; WIDTH];
            row[3] = value;
            forest(node).unwrap().margins(&row)
        };
        assert_eq!(answer(&good(), 0.5), [-1.0, 0.25]);
        assert_eq!(answer(&good(), 0.500_001), [2.0, 0.25]);
        assert_eq!(answer(&good(), f32::NAN), [2.0, 0.25], "what is no number is not at most anything");
        assert_eq!(answer(&with(floats("base_values", &[1.0, -1.0])), 0.0), [0.0, -0.75]);
    }

    #[test]
    fn what_is_not_known_is_refused_and_named() {
        for (attribute, expected) in [
            (strings("nodes_modes", &["BRANCH_LT", "LEAF", "LEAF", "LEAF"]), "mode BRANCH_LT"),
            (strings("nodes_modes", &["BRANCH_GTE", "LEAF", "LEAF", "LEAF"]), "mode BRANCH_GTE"),
            (ints("nodes_missing_value_tracks_true", &[1, 0, 0, 0]), "missing values that go left"),
            (string("aggregate_function", "AVERAGE"), "aggregate_function is AVERAGE"),
            (string("post_transform", "LOGISTIC"), "post_transform is LOGISTIC"),
            (string("nodes_values_as_tensor", ""), "nodes_values_as_tensor is not known"),
            (AttributeProto { i: 1, ..self::attribute("n_targets", AttributeType::Int) }, "1 targets"),
            (floats("base_values", &[1.0]), "base_values has another length"),
            (ints("nodes_featureids", &[WIDTH as i64, 0, 0, 0]), "tests an unknown feature"),
            (floats("nodes_values", &[f32::INFINITY, 0.0, 0.0, 0.0]), "threshold is not finite"),
            (floats("target_weights", &[f32::NAN, 2.0, 0.25]), "weight is not finite"),
            (floats("target_weights", &[1.0, 2.0]), "different lengths"),
            (ints("target_ids", &[0, 1, 1]), "needs exactly one weight"),
            (ints("target_nodeids", &[1, 1, 0]), "needs exactly one weight"),
            (ints("nodes_truenodeids", &[0, 0, 0, 0]), "reached twice"),
            (ints("nodes_truenodeids", &[2, 0, 0, 0]), "reached twice"),
            (ints("nodes_falsenodeids", &[9, 0, 0, 0]), "does not exist"),
            (ints("nodes_treeids", &[0, 0, 0, 2]), "not in order"),
            (ints("nodes_nodeids", &[0, 2, 1, 0]), "not in order"),
        ] {
            let name = attribute.name.clone();
            let error = format!("{:#}", forest(&with(attribute)).unwrap_err());
            assert!(error.contains(expected), "{name}: {error}");
        }
    }

    #[test]
    fn a_fourth_question_is_refused() {
        // A chain to the right: node k asks, 2k+1 is a leaf.
        let mut node = good();
        let chain = 4;
        let nodes = 2 * chain + 1;
        let leaf = |n: usize| n % 2 == 1 || n == nodes - 1;
        let count = |of: fn(usize) -> i64| (0..nodes).map(of).collect::<Vec<i64>>();
        let leaves: Vec<i64> = (0..nodes).filter(|n| leaf(*n)).map(|n| n as i64).collect();
        node.attribute = vec![
            good().attribute[0].clone(),
            ints("nodes_treeids", &count(|_| 0)),
            ints("nodes_nodeids", &count(|n| n as i64)),
            ints("nodes_featureids", &count(|_| 0)),
            strings(
                "nodes_modes",
                &(0..nodes).map(|n| if leaf(n) { "LEAF" } else { "BRANCH_LEQ" }).collect::<Vec<_>>(),
            ),
            floats("nodes_values", &vec![0.0; nodes]),
            ints("nodes_truenodeids", &count(|n| n as i64 + 1)),
            ints("nodes_falsenodeids", &count(|n| n as i64 + 2)),
            ints("target_treeids", &vec![0; leaves.len()]),
            ints("target_nodeids", &leaves),
            ints("target_ids", &vec![0; leaves.len()]),
            floats("target_weights", &vec![1.0; leaves.len()]),
        ];
        let error = format!("{:#}", forest(&node).unwrap_err());
        assert!(error.contains("deeper than 3 questions"), "{error}");
    }
}
