"""Tier B: one random occurrence of each source tuple, then the same split by time.

The published data repeats whole rows, label included, so that a history recognises them. Tier B takes that away, and
is the honest estimate of what the model knows about goods that it has not seen.
"""

import csv
import random
import tempfile
from pathlib import Path

import numpy as np

from . import heads, metrics

DRAWS = 4
TUPLE = ["HS6 Code", "Country of Departure", "Country of Origin", "Tax Rate", "Tax Type", "Net Mass"]


def figures(features, train, valid):
    draws = [draw(features, train, valid, seed) for seed in range(DRAWS)]
    return {name: (np.mean([d[name] for d in draws]), np.std([d[name] for d in draws])) for name in draws[0]}


def draw(features, train, valid, seed):
    rows = []
    for path in (train, valid):
        with open(path, newline="") as file:
            rows += [(path, row) for row in csv.DictReader(file)]
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    kept = {}
    for place in order:
        kept.setdefault(tuple(rows[place][1][column] for column in TUPLE), place)
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for path in (train, valid):
            files[path] = Path(folder) / path.name
            with open(files[path], "w", newline="") as file:
                writer = csv.DictWriter(file, rows[0][1])
                writer.writeheader()
                writer.writerows(rows[place][1] for place in sorted(kept.values()) if rows[place][0] == path)
        learned = heads.train(features.training(files[train]))
        table = features.of(files[valid], history=files[train])
    score = learned["fraud"].probability(table.x)
    critical = learned["critical"].probability(table.x)
    threshold = metrics.best(score, table.fraud)
    return {
        "rows": len(table.x),
        "irregular": table.fraud.mean(),
        "ROC-AUC": metrics.auc(score, table.fraud),
        "AP": metrics.average_precision(score, table.fraud),
        "P@5%": metrics.at(score, table.fraud, 0.05)[0],
        "P@10%": metrics.at(score, table.fraud, 0.10)[0],
        "macro-F1 (best threshold)": metrics.accuracy_and_macro_f1(score, table.fraud, threshold)[1],
        "critical ROC-AUC": metrics.auc(critical, table.critical),
    }
