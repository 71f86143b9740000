"""Writes the bundle: model.onnx, trees.json, golden.jsonl, card.md, and bundle.toml over all of them."""

import hashlib
import json

import numpy as np
import onnx
from onnx import TensorProto, helper

from . import calibration
from .heads import LEAVES, NODES

GOLDEN_ROWS = 24
HEADS = calibration.HEADS


def write(out, heads, golden, fingerprint, card, thresholds):
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(graph(heads, golden.x.shape[1]).SerializeToString(deterministic=True))
    (out / "trees.json").write_text(trees(heads))
    (out / "golden.jsonl").write_text(golden_rows(heads, golden))
    (out / "card.md").write_text(card)
    files = ["model.onnx", "trees.json", "golden.jsonl", "card.md"]
    digests = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in files}
    lines = [
        f'name = "{out.name}"',
        'version = "1"',
        f'feature_fingerprint = "{fingerprint}"',
        "",
        "# Where macro-F1 is greatest on the first quarter of 2021. For figures; what is decided stands in the policy.",
        "[thresholds]",
        *(f"{head} = {thresholds[head]}" for head in HEADS),
        "",
        *calibration.toml(heads, golden),
        "",
        "[training]",
        'data = "Customs Import Declaration Datasets (synthetic, MIT licence), train.csv of 2020"',
        'code = "scoring/training, python -m training"',
        'unit_of_value = "KRW"',
        "",
        "[files]",
        *(f'"{name}" = "{digest}"' for name, digest in digests.items()),
    ]
    (out / "bundle.toml").write_text("\n".join(lines) + "\n")


def graph(heads, width):
    """Both heads as the two targets of one ONNX tree ensemble, then the sigmoid of both.

    In tract the operator is our own (scoring/src/model/onnx/operator.rs); other runtimes have one.
    """
    trees = [(target, tree) for target, head in enumerate(HEADS) for tree in heads[head].trees]
    names = ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")
    nodes = {name: [] for name in names}
    leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}

    def add(lists, *values):
        for values_of_name, value in zip(lists.values(), values):
            values_of_name.append(value)

    for place, (target, tree) in enumerate(trees):
        for node in range(NODES):
            add(nodes, place, node, int(tree["features"][node]), "BRANCH_LEQ", float(tree["thresholds"][node]),
                2 * node + 1, 2 * node + 2)
        for leaf in range(LEAVES):
            add(nodes, place, NODES + leaf, 0, "LEAF", 0.0, 0, 0)
            add(leaves, place, NODES + leaf, target, float(tree["values"][leaf]))
    ensemble = helper.make_node(
        "TreeEnsembleRegressor", ["features"], ["margin"], domain="ai.onnx.ml", n_targets=len(HEADS),
        **{f"nodes_{name}": values for name, values in nodes.items()},
        **{f"target_{name}": values for name, values in leaves.items()},
    )

    def info(name, columns):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", columns])

    made = helper.make_graph(
        [ensemble, helper.make_node("Sigmoid", ["margin"], ["probability"])],
        "customs",
        [info("features", width)],
        [info("probability", len(HEADS)), info("margin", len(HEADS))],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(made, opset_imports=opsets, producer_name="customs training")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def trees(heads):
    def text(tree):
        values = {
            "features": [int(x) for x in tree["features"]],
            "thresholds": [short(x) for x in tree["thresholds"]],
            "values": [short(x) for x in tree["values"]],
            "covers": [int(x) for x in tree["covers"]],
        }
        return json.dumps(values, separators=(",", ":"))

    parts = [f'"{head}":[\n' + ",\n".join(text(tree) for tree in heads[head].trees) + "\n]" for head in HEADS]
    return "{" + ",\n".join(parts) + "}\n"


def golden_rows(heads, table):
    """Rows spread over the whole range of scores, with the trainer's own answers and LightGBM's own TreeSHAP."""
    order = np.argsort(heads["fraud"].margin(table.x) + heads["critical"].margin(table.x), kind="stable")
    rows = order[np.linspace(0, len(order) - 1, GOLDEN_ROWS).astype(int)]
    x = table.x[rows]
    answers = {head: (heads[head].margin(x), heads[head].contributions(x)) for head in HEADS}
    lines = []
    for place in range(len(rows)):
        line = {"x": [short(value) for value in x[place]]}
        for head in HEADS:
            margin, contributions = answers[head]
            line[head] = round(float(1 / (1 + np.exp(-margin[place]))), 9)
            line[f"{head}_margin"] = round(float(margin[place]), 8)
            line[f"{head}_contributions"] = [round(float(value), 8) for value in contributions[place]]
        lines.append(json.dumps(line, separators=(",", ":")))
    return "\n".join(lines) + "\n"


def short(value):
    """The shortest decimal that reads back as the same float32."""
    return float(str(np.float32(value)))
