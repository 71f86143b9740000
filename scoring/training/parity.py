"""Is what serves what was trained? Every row through tract, onnxruntime and LightGBM's own predictor, in one run."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime


def text(score, out, heads, table):
    """A table of greatest differences and of microseconds a row, both heads."""
    expected = np.stack([heads[head].of_lightgbm(table.x) for head in ("fraud", "critical")], axis=1)
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.csv"
        # As many digits as tell float32 numbers apart.
        np.savetxt(vectors, table.x, delimiter=",", fmt="%.9g", header=",".join(table.names), comments="")
        run = lambda *flags: subprocess.run(
            [score, "infer", "--bundle", str(out), *flags, str(vectors)], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        tract = np.array([line.split(",")[:2] for line in run().splitlines()[1:]], dtype=float)
        times = json.loads(run("--time"))
    session = one_thread(out / "model.onnx")
    feed = lambda x: session.run(["probability"], {"features": x})[0]
    sums = explained(heads, table)
    lines = [
        "| | greatest difference from LightGBM, all rows | µs a row, batch 1 | µs a row, batch 64 |",
        "| --- | --- | --- | --- |",
        row("tract, our operator", np.abs(tract - expected).max(), times["batch_1_us"], times["batch_64_us"]),
        row("onnxruntime", np.abs(feed(table.x) - expected).max(), *(timed(feed, table.x, size) for size in (1, 64))),
        row("LightGBM", 0.0, *(timed(lambda x: [h.of_lightgbm(x) for h in heads.values()], table.x, n) for n in (1, 64))),
        "",
        f"Rows: {len(table.x)}; both heads; one thread. An exact explanation of one head: {times['explain_us']:.2f} µs. Greatest",
        f"difference between log-odds and LightGBM's own base and contributions added up: {sums:.1e}.",
    ]
    return "\n".join(lines) + "\n"


def row(name, difference, one, many):
    return f"| {name} | {difference:.1e} | {one:.2f} | {many:.2f} |"


def one_thread(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def timed(predict, x, size, rounds=200):
    """Best of many: neighbours on the machine only ever add time."""
    parts = [np.ascontiguousarray(x[place * size : (place + 1) * size]) for place in range(min(rounds, len(x) // size))]
    best = float("inf")
    for part in parts:
        start = time.perf_counter()
        predict(part)
        best = min(best, time.perf_counter() - start)
    return best / size * 1e6


def explained(heads, table):
    worst = 0.0
    for head in heads.values():
        own = head.booster.predict(table.x[:, head.columns], pred_contrib=True)
        worst = max(worst, np.abs(own.sum(axis=1) - head.margin(table.x)).max())
    return worst
