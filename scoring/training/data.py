"""Vectors and labels, as `score features` prints them."""

import csv
import hashlib
import io
import subprocess
from dataclasses import dataclass

import numpy as np

# One row in so many is also learned as if this were not declared, so that the model knows what to do without; such a
# row counts for less than a whole one.
DROPS = {"value": 3, "mass": 20, "origin": 20, "departure": 20, "value,mass": 40}
DROPPED_WEIGHT = 0.3


@dataclass
class Table:
    names: list
    x: np.ndarray
    fraud: np.ndarray
    critical: np.ndarray
    dates: np.ndarray
    weight: np.ndarray

    def pick(self, rows):
        return Table(self.names, *(part[rows] for part in self.parts()))

    def parts(self):
        return self.x, self.fraud, self.critical, self.dates, self.weight

    def column(self, name):
        return self.x[:, self.names.index(name)]


class Features:
    def __init__(self, score):
        self.score = score

    def of(self, *paths, history=(), without=None):
        """Vectors of the rows of files: under a frozen history, or each day under the days before it."""
        command = [self.score, "features"]
        for path in history:
            command += ["--history", str(path)]
        if without:
            command += ["--without", without]
        out = subprocess.run(command + [str(path) for path in paths], check=True, stdout=subprocess.PIPE, text=True).stdout
        rows = list(csv.reader(io.StringIO(out)))
        names, rows = rows[0][3:], rows[1:]
        return Table(
            names,
            np.array([row[3:] for row in rows], dtype=np.float32),
            np.array([int(row[1]) for row in rows]),
            np.array([int(row[2]) for row in rows]),
            np.array([row[0] for row in rows]),
            np.full(len(rows), DROPPED_WEIGHT if without else 1.0),
        )

    def training(self, paths):
        """All rows, and for each kind of omission every n-th row again without it."""
        whole = self.of(*paths)
        parts = [whole]
        for place, (without, every) in enumerate(DROPS.items()):
            rows = np.arange(place % every, len(whole.x), every)
            parts.append(self.of(*paths, without=without).pick(rows))
        return Table(whole.names, *(np.concatenate(columns) for columns in zip(*(part.parts() for part in parts))))

    def fingerprint(self):
        out = subprocess.run([self.score, "features", "--fingerprint"], check=True, capture_output=True, text=True)
        return out.stdout.strip()


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
