"""Vectors and labels, as `score features` prints them."""

import csv
import hashlib
import io
import subprocess
from dataclasses import dataclass

import numpy as np

# One row in so many is also learned as if this were not declared, so that the model knows what to do without.
DROPS = {"value": 3, "mass": 20, "origin": 20, "departure": 20, "parties": 20, "value,mass": 40}


@dataclass
class Table:
    names: list
    x: np.ndarray
    fraud: np.ndarray
    critical: np.ndarray

    def pick(self, rows):
        return Table(self.names, self.x[rows], self.fraud[rows], self.critical[rows])

    def column(self, name):
        return self.x[:, self.names.index(name)]


class Features:
    def __init__(self, score):
        self.score = score

    def of(self, path, history=None, without=None):
        command = [self.score, "features"]
        if history:
            command += ["--history", str(history)]
        if without:
            command += ["--without", without]
        out = subprocess.run(command + [str(path)], check=True, capture_output=True, text=True).stdout
        rows = list(csv.reader(io.StringIO(out)))
        names, rows = rows[0][3:], rows[1:]
        return Table(
            names,
            np.array([row[3:] for row in rows], dtype=np.float32),
            np.array([int(row[1]) for row in rows]),
            np.array([int(row[2]) for row in rows]),
        )

    def training(self, path):
        """All rows, and for each kind of omission every n-th row again without it."""
        whole = self.of(path)
        parts = [whole]
        for place, (without, every) in enumerate(DROPS.items()):
            rows = np.arange(place % every, len(whole.x), every)
            parts.append(self.of(path, without=without).pick(rows))
        return Table(
            whole.names,
            np.concatenate([part.x for part in parts]),
            np.concatenate([part.fraud for part in parts]),
            np.concatenate([part.critical for part in parts]),
        )

    def fingerprint(self):
        out = subprocess.run([self.score, "features", "--fingerprint"], check=True, capture_output=True, text=True)
        return out.stdout.strip()


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
