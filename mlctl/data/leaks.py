"""Columns that alone predict the target nearly perfectly, and may be the target in disguise.

Each column is asked on its own, on a sample, half of which answers for the other half and then the other way
round. A column with up to 50 distinct values, or of levels, answers by level; any other by its five nearest
neighbours in that column, which needs no form of the relation: a threshold, an interval, a curve. The
answer is the commonest class, or the mean.

A classification's column is suspected when its accuracy is at least 0.98 and it takes away nine tenths of the
errors that always answering the commonest class makes; a regression's when R2 is at least 0.98. An honest
strong feature stays below: the petal width of iris has 0.95.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.findings import Finding, warn
from mlctl.domain.columns import Column

NEAR_PERFECT = 0.98
LESS_ERROR = 0.9
_LEVELS = 50
_NEIGHBOURS = 5
_LEAST_ROWS = 40
_MOST_ROWS = 20_000
_MOST_COLUMNS = 2_000
_CELLS = 200 * _MOST_ROWS
"""Beyond 200 columns the sample has fewer rows, so that the cost stays."""


def suspects(
    frame: pd.DataFrame, columns: tuple[Column, ...], target: Any, *, classification: bool, seed: int
) -> list[Finding]:
    """Return a finding where columns predict the target nearly perfectly on their own.

    Parameters
    ----------
    frame : pandas.DataFrame
        The features.
    columns : tuple of Column
        What they are; text is not asked, and at most 2,000 columns are.
    target : numpy.ndarray
        Labels, or numbers.
    classification : bool
        Whether they are labels.
    seed : int
        Of the sample.
    """
    asked = [column for column in columns if column.kind != "text"][:_MOST_COLUMNS]
    rows = min(_MOST_ROWS, _CELLS // max(1, len(asked)), len(target))
    if rows < _LEAST_ROWS:
        return []
    sample = np.random.default_rng(seed).permutation(len(target))[:rows]
    answers = pd.factorize(target[sample])[0] if classification else _scaled(target[sample])
    found = []
    for column in asked:
        score = _score(_values(frame[column.name].iloc[sample]), answers, classification=classification)
        if score >= NEAR_PERFECT:
            found.append((column.name, score))
    return [_finding(found, classification)] if found else []


def _finding(found: list[tuple[str, float]], classification: bool) -> Finding:
    measure = "accuracy" if classification else "R2"
    best = sorted(found, key=lambda pair: -pair[1])
    shown = ", ".join(f"{name!r} ({measure} {score:.3f})" for name, score in best[:5])
    more = f" and {len(best) - 5} more" if len(best) > 5 else ""
    return warn(
        "MLC001",
        f"near-perfect on {'its' if len(best) == 1 else 'their'} own, on rows held out: {shown}{more}",
        "if that is not known at the time of a prediction it is the target in disguise: name it in data.drop",
        tuple(name for name, _ in best),
    )


def _scaled(numbers: Any) -> Any:
    """Bring the numbers within 1, where their squares cannot overflow; R2 knows no scale."""
    return numbers / max(np.abs(numbers).max(), np.finfo(float).tiny)


def _values(series: pd.Series) -> Any:
    """Return the column as numbers whose order means something where the column's does; missing is lowest."""
    if series.dtype.kind in "iuf":
        # The clip leaves room to subtract.
        values = np.clip(series.to_numpy(dtype="float64"), -1e300, 1e300)
        known = values[~np.isnan(values)]
        below = 2 * known.min() - known.max() - 1 if len(known) else 0.0
        return np.where(np.isnan(values), below, values)
    if series.dtype.kind == "M":
        return series.to_numpy().view("int64").astype("float64")
    return pd.factorize(series)[0]


def _score(values: Any, answers: Any, *, classification: bool) -> float:
    """Return accuracy or R2 held out; accuracy counts as 0 where the commonest class explains it."""
    predicted = np.empty(len(answers), dtype="float64")
    for fit, held in _halves(len(values)):
        predicted[held] = _answer(values[fit], answers[fit], values[held], classification=classification)
    if classification:
        accuracy = float((predicted == answers).mean())
        error = 1 - np.bincount(answers).max() / len(answers)
        return accuracy if 1 - accuracy <= (1 - LESS_ERROR) * error else 0.0
    scale = ((answers - answers.mean()) ** 2).sum()
    return float(1 - ((answers - predicted) ** 2).sum() / scale) if scale else 0.0


def _halves(rows: int) -> Iterator[tuple[slice, slice]]:
    first, second = slice(0, rows // 2), slice(rows // 2, rows)
    yield first, second
    yield second, first


def _answer(known: Any, answers: Any, asked: Any, *, classification: bool) -> Any:
    if known.dtype.kind == "i" or len(np.unique(known)) <= _LEVELS:
        return _by_level(known, answers, asked, classification=classification)
    order = np.argsort(known, kind="stable")
    known, answers = known[order], answers[order]
    start = np.clip(np.searchsorted(known, asked) - _NEIGHBOURS, 0, len(known) - 2 * _NEIGHBOURS)
    around = start[:, None] + np.arange(2 * _NEIGHBOURS)
    nearest = np.argpartition(np.abs(known[around] - asked[:, None]), _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]
    near = answers[np.take_along_axis(around, nearest, axis=1)]
    if not classification:
        return near.mean(axis=1)
    votes = (near[:, :, None] == near[:, None, :]).sum(axis=2)
    return near[np.arange(len(near)), votes.argmax(axis=1)]


def _by_level(known: Any, answers: Any, asked: Any, *, classification: bool) -> Any:
    levels, codes = np.unique(known, return_inverse=True)
    at = np.clip(np.searchsorted(levels, asked), 0, len(levels) - 1)
    seen = levels[at] == asked
    if not classification:
        means = np.bincount(codes, weights=answers) / np.bincount(codes)
        return np.where(seen, means[at], answers.mean())
    kinds = int(answers.max()) + 1
    pairs, counts = np.unique(codes * kinds + answers, return_counts=True)
    pairs = pairs[np.argsort(counts, kind="stable")]
    commonest = np.empty(len(levels), dtype="int64")
    commonest[pairs // kinds] = pairs % kinds  # the commonest answer of a level is written last, and stays
    return np.where(seen, commonest[at], np.bincount(answers).argmax())
