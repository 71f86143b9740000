"""Are the probabilities what they say? The table that a bundle carries, and what a fitted map would change.

The table is measured on all rows that the thresholds were chosen on. The maps are fitted on the first half of these (by
day) and judged on the second, where nothing of them was seen.
"""

import numpy as np
from scipy.optimize import isotonic_regression

from . import metrics

BINS = 10
DRAWS = 1000
HEADS = ("fraud", "critical")


def table(probability, label):
    """Bins of equal width that hold any row, each (place, rows, mean probability, share found); and the error that follows.

    Shares and error are made of the rounded numbers that are written, so that a reader finds the same error.
    """
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = []
    for number in range(BINS):
        part = place == number
        if part.any():
            means = (round(float(values[part].mean()), 8) for values in (probability, label))
            bins.append((number, int(part.sum()), *means))
    rows = sum(count for _, count, _, _ in bins)
    error = sum(count * abs(predicted - observed) for _, count, predicted, observed in bins) / rows
    return bins, round(error, 8)


def toml(heads, measured):
    """The part of bundle.toml: what was measured, on what."""
    labels = {"fraud": measured.fraud, "critical": measured.critical}
    lines = [
        "# Probabilities are used as the heads give them: no map stands between them and what is shown. How near they come,",
        "# in bins of a tenth, those without rows left out; the error is the mean distance, weighted by rows.",
        "[calibration]",
        f'measured_on = "{len(measured.x)} rows from {min(measured.dates)} to {max(measured.dates)}, history to the day '
        'before; thresholds were chosen on the same rows, most of which recur in the history"',
        'map = "none"',
    ]
    for head in HEADS:
        bins, error = table(heads[head].probability(measured.x), labels[head])
        lines += ["", f"[calibration.{head}]", f"error = {error:.8f}", "bins = ["]
        lines += [
            f"    {{ from = {place / BINS:.1f}, rows = {rows}, predicted = {predicted:.8f}, observed = {observed:.8f} }},"
            for place, rows, predicted, observed in bins
        ]
        lines.append("]")
    return lines


def maps(margin, probability, label):
    """Fitted maps from log-odds to a probability: Platt's line, and the isotonic one kept off 0 and 1."""
    a, b = platt(margin, label)
    order = np.argsort(probability, kind="stable")
    steps = isotonic_regression(label[order].astype(float)).x
    least = 1 / (len(label) + 2)
    return {
        "Platt": lambda margin, _: 1 / (1 + np.exp(-(a + b * margin))),
        "isotonic": lambda _, score: np.clip(np.interp(score, probability[order], steps), least, 1 - least),
    }, (a, b)


def platt(margin, label, rounds=50):
    """Intercept and slope of a logistic regression on the log-odds, by Newton's method; labels softened as Platt does."""
    positives = label.sum()
    wanted = np.where(label == 1, (positives + 1) / (positives + 2), 1 / (len(label) - positives + 2))
    x = np.stack([np.ones(len(margin)), margin], axis=1)
    weights = np.array([0.0, 1.0])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-(x @ weights)))
        weights = weights + np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (wanted - p))
    return weights


def log_loss(probability, label):
    return -(label * np.log(probability) + (1 - label) * np.log(1 - probability))


def text(heads, measured):
    """A table of log-loss and calibration error on the second half: as they come, and through maps fitted on the first."""
    days = np.unique(measured.dates)
    first = measured.dates < days[len(days) // 2]
    novel = measured.column("n_sig_pre") == 0
    lines = [
        f"Maps fitted on the {first.sum()} rows before {days[len(days) // 2]}, judged on the {(~first).sum()} rows from then on; in brackets",
        f"95 % of {DRAWS} bootstrap draws of whole days. Below 0 the map is better.",
        "",
        "| head, rows | map | log-loss | log-loss less that without a map | calibration error |",
        "| --- | --- | --- | --- | --- |",
    ]
    for head, labels in (("fraud", measured.fraud), ("critical", measured.critical)):
        margin, own = heads[head].margin(measured.x), heads[head].probability(measured.x)
        fitted, (a, b) = maps(margin[first], own[first], labels[first])
        for name, rows in (("all", ~first), ("no precedent", ~first & novel)):
            plain = log_loss(own[rows], labels[rows])
            error = metrics.calibration_error(own[rows], labels[rows])
            lines.append(f"| {head}, {name}: {rows.sum()}, {labels[rows].sum()} found | none | {plain.mean():.5f} | | {error:.4f} |")
            for kind, of in fitted.items():
                mapped = of(margin[rows], own[rows])
                gain = log_loss(mapped, labels[rows]) - plain
                low, high = interval(gain, measured.dates[rows])
                label = f"{kind} ({a:+.3f} {b:+.3f} x)" if kind == "Platt" else kind
                lines.append(
                    f"| | {label} | {plain.mean() + gain.mean():.5f} | {gain.mean():+.5f} ({low:+.5f} to {high:+.5f}) | "
                    f"{metrics.calibration_error(mapped, labels[rows]):.4f} |"
                )
    return "\n".join(lines) + "\n"


def interval(values, dates):
    """Percentile bootstrap of a mean, whole days drawn: copies of a row stand close together, so rows are not independent."""
    _, place = np.unique(dates, return_inverse=True)
    sums, counts = np.bincount(place, values), np.bincount(place)
    drawn = np.random.default_rng(1).integers(0, len(sums), (DRAWS, len(sums)))
    return np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
