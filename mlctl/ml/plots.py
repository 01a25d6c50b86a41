"""The figures of a classification's held-out predictions, with their words and tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.domain.figures import Bars, Chart, Drawable, Matrix, Pairs, Series
from mlctl.ml.metrics import Floats

MOST_CLASSES = 30
"""More classes make no matrix that can be read: the commonest mistakes are shown instead."""

MOST_LINES = 5
MOST_MISTAKES = 15
MOST_POINTS = 120
"""Points of a curve: a screen shows no more."""

BINS = 10
LEAST_IN_A_BIN = 5
"""Rows, below which a share is no estimate."""

DIAGONAL: Pairs = ((0.0, 0.0), (1.0, 1.0))
_Z95 = 1.96


def classification(
    truth: NDArray[Any], predicted: NDArray[Any], shares: Floats | None, classes: Sequence[str], place: int
) -> tuple[Drawable, ...]:
    """Return the figures of a classification: those that its rows and classes allow.

    Parameters
    ----------
    truth, predicted : ndarray of shape (rows,)
        Labels; at least one row.
    shares : ndarray of shape (rows, classes) or None
        Probabilities; without them there are no curves.
    classes : sequence of str
        In the order of the columns.
    place : int
        Of the positive one of two classes.
    """
    figures: list[Drawable] = [confusion(truth, predicted, classes)]
    if shares is not None:
        asked = [place] if len(classes) == 2 else list(range(len(classes)))
        lines = [_Curve(classes[at], truth == classes[at], shares[:, at]) for at in asked]
        known = [line for line in lines if 0 < line.hits.sum() < len(line.hits)]
        figures += [roc(known), precision_recall(known)] if known else []
    return tuple(figures)


def confusion(truth: NDArray[Any], predicted: NDArray[Any], classes: Sequence[str]) -> Matrix | Bars:
    """Return how often each class was taken for each; of very many classes the commonest mistakes."""
    pairs = Counter(zip(truth.tolist(), predicted.tolist(), strict=True))
    labels = [*classes, *sorted({str(label) for label in predicted.tolist()} - set(classes))]
    if len(labels) > MOST_CLASSES:
        return _mistakes(pairs, len(truth))
    counts = tuple(tuple(pairs[actual, said] for said in labels) for actual in classes)
    right = sum(pairs[label, label] for label in classes)
    rows = tuple((label, *(f"{n:,}" for n in line)) for label, line in zip(classes, counts, strict=True))
    return Matrix(
        "confusion_matrix",
        "Confusion matrix",
        "Each row is a true class, each column an answer; the diagonal is right. Shades are shares of the "
        "row.",
        f"Of {len(truth):,} held-out rows {right:,} are right. {_worst_mistake(pairs)}",
        ("true class", *(f"answered {label}" for label in labels)),
        rows,
        tuple(labels),
        counts,
    )


def _worst_mistake(pairs: Counter[Any]) -> str:
    wrong = [(pair, count) for pair, count in pairs.items() if pair[0] != pair[1]]
    if not wrong:
        return "There is no mistake."
    (actual, said), count = max(wrong, key=lambda one: one[1])
    return f"The commonest mistake: {actual!r} taken for {said!r}, {count:,} times."


def _mistakes(pairs: Counter[Any], total: int) -> Bars:
    wrong = [(f"{a} taken for {b}", n) for (a, b), n in pairs.most_common() if a != b]
    right = total - sum(n for _, n in wrong)
    shown = wrong[:MOST_MISTAKES]
    return Bars(
        "confusion_matrix",
        "The commonest mistakes",
        f"There are too many classes for a matrix; {right:,} of {total:,} held-out rows are right.",
        f"Of {total:,} held-out rows {right:,} are right. {_worst_mistake(pairs)}",
        ("mistake", "rows"),
        tuple((name, f"{n:,}") for name, n in shown),
        "held-out rows",
        tuple((name, float(n)) for name, n in shown),
    )


class _Curve:
    """One class against the rest: who is of it, and how probable that was said to be."""

    def __init__(self, name: str, hits: NDArray[np.bool_], said: Floats) -> None:
        self.name = name
        self.hits = hits
        order = np.argsort(-said, kind="stable")
        last = np.append(np.diff(said[order]) != 0, True)
        self.found = np.concatenate([[0], np.cumsum(hits[order])[last]])
        self.taken = np.concatenate([[0], np.flatnonzero(last) + 1])
        self.wrong = self.taken - self.found

    @property
    def area(self) -> float:
        """The area under the ROC curve."""
        steps = np.diff(self.wrong) * (self.found[1:] + self.found[:-1])
        return float(steps.sum() / (2 * self.found[-1] * self.wrong[-1]))

    @property
    def average_precision(self) -> float:
        """The area under the steps of precision over recall."""
        steps = np.diff(self.found) * self.found[1:] / self.taken[1:]
        return float(steps.sum() / self.found[-1])

    @property
    def share(self) -> float:
        """The share of rows that are of the class."""
        return float(self.hits.mean())

    def roc(self) -> Pairs:
        """Return false positive rate and true positive rate."""
        return _thinned(self.wrong / self.wrong[-1], self.found / self.found[-1])

    def precision_recall(self) -> Pairs:
        """Return recall and precision; of the latter nothing is known where nothing was answered."""
        return _thinned(self.found[1:] / self.found[-1], self.found[1:] / self.taken[1:])


def _thinned(x: Floats, y: Floats) -> Pairs:
    """Return at most :data:`MOST_POINTS` of a curve's points, spread evenly along it, the ends among them."""
    if len(x) > MOST_POINTS:
        way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        wanted = np.linspace(0, way[-1], MOST_POINTS)
        kept = np.unique(np.clip(np.searchsorted(way, wanted), 0, len(x) - 1))
        x, y = x[kept], y[kept]
    return pairs_of(x, y)


def pairs_of(x: Any, y: Any) -> Pairs:
    """Return two arrays as pairs of Python's numbers."""
    xs, ys = np.asarray(x, dtype=float).tolist(), np.asarray(y, dtype=float).tolist()
    return tuple(zip(xs, ys, strict=True))


def roc(curves: Sequence[_Curve]) -> Chart:
    """Return true positive rate over false positive rate; of many classes those that are told apart worst."""
    shown = sorted(curves, key=lambda curve: curve.area)[:MOST_LINES]
    return Chart(
        "roc",
        "ROC curve",
        "How many of the class are found (up) for how many others are taken for it (across), from a strict "
        f"to a lax threshold. The dashed diagonal is guessing.{_which(curves, shown)}",
        "Area under the curve: " + _listed((curve.name, curve.area) for curve in shown),
        ("class", "rows", "ROC AUC"),
        tuple((c.name, f"{int(c.hits.sum()):,}", f"{c.area:.4f}") for c in shown),
        "false positive rate",
        "true positive rate",
        tuple(Series(f"{c.name} {c.area:.3f}", c.roc()) for c in shown),
        reference=DIAGONAL,
        unit_square=True,
    )


def precision_recall(curves: Sequence[_Curve]) -> Chart:
    """Return precision over recall; of many classes those of the lowest average precision."""
    shown = sorted(curves, key=lambda curve: curve.average_precision)[:MOST_LINES]
    base = shown[0].share if len(curves) == 1 else None
    guess = "" if base is None else f" The dashed line is guessing: {base:.1%} of the rows are of the class."
    return Chart(
        "precision_recall",
        "Precision and recall",
        "How many of the answers are right (up) when so many of the class are found (across)."
        f"{guess}{_which(curves, shown)}",
        "Average precision: " + _listed((curve.name, curve.average_precision) for curve in shown),
        ("class", "share of rows", "average precision"),
        tuple((c.name, f"{c.share:.1%}", f"{c.average_precision:.4f}") for c in shown),
        "recall",
        "precision",
        tuple(Series(f"{c.name} {c.average_precision:.3f}", c.precision_recall(), "step") for c in shown),
        reference=() if base is None else ((0.0, base), (1.0, base)),
        unit_square=True,
    )


def _which(curves: Sequence[_Curve], shown: Sequence[_Curve]) -> str:
    if len(curves) == len(shown):
        return "" if len(curves) == 1 else " Each class against the rest."
    return f" Each class against the rest: the {len(shown)} of {len(curves)} with the lowest value."


def _listed(values: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values) + "."


def calibration(said: Floats, true: NDArray[np.bool_], of: str) -> Chart:
    """Return how often what was said to be probable came true, in bins of equally many rows.

    Parameters
    ----------
    said : ndarray of shape (rows,)
        Probabilities.
    true : ndarray of bool, shape (rows,)
        Whether it came true.
    of : str
        What the probabilities are of.
    """
    order = np.argsort(said, kind="stable")
    bins = max(1, min(BINS, len(said) // LEAST_IN_A_BIN))
    found = [(said[part], true[part]) for part in np.array_split(order, bins)]
    points = tuple((float(p.mean()), float(y.mean())) for p, y in found)
    spans = tuple(wilson(int(y.sum()), len(y)) for _, y in found)
    rows = tuple(
        (f"{p.min():.3f} to {p.max():.3f}", f"{p.mean():.3f}", f"{y.mean():.3f}", f"{len(y):,}")
        for p, y in found
    )
    off = float(np.mean([abs(p.mean() - y.mean()) for p, y in found]))
    return Chart(
        "calibration",
        "Calibration",
        f"What came true (up) of what was said of {of} (across), in {bins} groups of equally many rows with "
        "their 95 % intervals. On the dashed diagonal a probability means what it says.",
        f"In {bins} groups of rows the probability said and the share that came true differ by {off:.3f} on "
        "average.",
        ("said", "mean said", "came true", "rows"),
        rows,
        "probability said",
        "share that came true",
        (Series("", points, "interval", spans),),
        reference=DIAGONAL,
        unit_square=True,
    )


def wilson(count: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (E. B. Wilson, Probable inference, JASA 22, 1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, weight = count / rows, _Z95**2 / rows
    centre = (share + weight / 2) / (1 + weight)
    half = _Z95 * float(np.sqrt(share * (1 - share) / rows + weight / (4 * rows))) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)
