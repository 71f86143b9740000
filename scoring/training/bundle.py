"""Writes the bundle: model.onnx, trees.json, golden.jsonl, card.md, and bundle.toml over all of them."""

import hashlib
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .heads import LEAVES, NODES

GOLDEN_ROWS = 24
HEADS = ("fraud", "critical")


def write(out, heads, golden, fingerprint, card):
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
    """Both heads in one graph of plain operators: Gather the tested features, compare, choose leaves, add up.

    tract runs this some hundred times faster than its own tree operator.
    """
    nodes, constants, margins, probabilities = [], [], [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(array, name))
        return name

    def node(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    for head in HEADS:
        full = heads[head].trees
        answers = []
        for place in range(NODES):
            at = f"{head}_{place}"
            tested = np.array([tree["features"][place] for tree in full], dtype=np.int64)
            limits = np.array([[tree["thresholds"][place] for tree in full]], dtype=np.float32)
            value = node("Gather", ["features", constant(f"{at}_feature", tested)], f"{at}_value", axis=1)
            answers.append(node("LessOrEqual", [value, constant(f"{at}_limit", limits)], f"{at}_left"))
        chosen = [
            constant(f"{head}_leaf_{leaf}", np.array([[tree["values"][leaf] for tree in full]], dtype=np.float32))
            for leaf in range(LEAVES)
        ]
        for level, first in ((2, 3), (1, 1), (0, 0)):
            chosen = [
                node("Where", [answers[first + k], chosen[2 * k], chosen[2 * k + 1]], f"{head}_chosen_{level}_{k}")
                for k in range(len(chosen) // 2)
            ]
        axis = constant(f"{head}_axis", np.array([1], dtype=np.int64))
        margins.append(node("ReduceSum", [chosen[0], axis], f"{head}_margin", keepdims=1))
    node("Concat", margins, "margin", axis=1)
    node("Sigmoid", ["margin"], "probability")

    def info(name, columns):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", columns])

    made = helper.make_graph(
        nodes,
        "customs",
        [info("features", width)],
        [info("probability", len(HEADS)), info("margin", len(HEADS))],
        initializer=constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], producer_name="customs training")
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
