"""The figures of the card."""

import numpy as np


def auc(score, label):
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(score))
    _, first, counts = np.unique(score[order], return_index=True, return_counts=True)
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    positives = label.sum()
    return (ranks[label == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(label) - positives))


def average_precision(score, label):
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(label[order])
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    precision, recall = hits[last] / (last + 1), hits[last] / hits[-1]
    return float(np.sum(np.diff(np.append(0, recall)) * precision))


def at(score, label, share):
    top = np.argsort(-score, kind="stable")[: max(1, round(len(score) * share))]
    return label[top].mean(), label[top].sum() / label.sum()


def accuracy_and_macro_f1(score, label, threshold):
    said = score >= threshold
    def f1(said, label):
        return 2 * np.sum(said & label) / (np.sum(said) + np.sum(label))
    return np.mean(said == label), (f1(said, label == 1) + f1(~said, label == 0)) / 2


def best(score, label):
    """A threshold, in hundredths, with the greatest macro-F1: the middle one of those that come within 0.001 of it,
    because the top is flat and its highest point is chance."""
    tried = [(t / 100, accuracy_and_macro_f1(score, label, t / 100)[1]) for t in range(1, 100)]
    highest = max(figure for _, figure in tried)
    close = [threshold for threshold, figure in tried if figure >= highest - 0.001]
    return close[len(close) // 2]


def calibration_error(score, label, bins=10):
    """Mean distance of probability and frequency over bins of equal width, weighted by rows."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    parts = [place == k for k in range(bins)]
    return sum(abs(score[part].sum() - label[part].sum()) for part in parts) / len(score)
