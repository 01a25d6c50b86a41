"""How far a model in 32-bit floats agrees with scikit-learn, and why it does not where it does not."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

TOLERANCE = 1e-5
"""How far numbers may be apart. A 32-bit float holds 24 bits, steps of 6e-8 relative; a sum of some hundred
terms, or of some hundred trees, loses up to as many of them: 1e-5. Worst seen over the 83 estimators that
skl2onnx writes: 1e-6."""

NEAR = 1e-4
"""Probabilities closer than this may change places in 32-bit floats."""

_BITS = 24
"""Of a 32-bit float's fraction (IEEE 754)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row whose answer differs.

    Attributes
    ----------
    row : int
        Its place, from 0.
    what : str
        How the answer differs.
    close : bool
        Whether scikit-learn's own two best labels are nearly equally good.
    """

    row: int
    what: str
    close: bool = False


@dataclass(slots=True)
class Agreement:
    """What a comparison found.

    Attributes
    ----------
    rows, refused : int
        Rows compared; rows that scikit-learn refuses, which ONNX cannot.
    labels : int
        Labels that differ.
    largest : float
        The largest difference of two numbers: of probabilities absolute; of a regression relative to the
        number or, where that is smaller, to the median of all of them.
    differences : list of Difference
        The rows that differ, in their order.
    """

    rows: int = 0
    refused: int = 0
    labels: int = 0
    largest: float = 0.0
    differences: list[Difference] = field(default_factory=list)


def agreement(wanted: Sequence[Any], found: Sequence[tuple[Any, Sequence[float] | None]]) -> Agreement:
    """Compare answers.

    Parameters
    ----------
    wanted : sequence
        scikit-learn's: value and probabilities (None where it has none), or None for a row that it refuses.
    found : sequence of (value, probabilities)
        Those of the model in ONNX.
    """
    told = Agreement()
    sizes = [abs(each[0]) for each in wanted if each is not None and isinstance(each[0], float)]
    usual = median(sizes) if sizes else 1.0
    for row, (one, other) in enumerate(zip(wanted, found, strict=True)):
        if one is None:
            told.refused += 1
            continue
        told.rows += 1
        difference = _compare(told, row, one, other, usual)
        if difference is not None:
            told.differences.append(difference)
    return told


def _compare(told: Agreement, row: int, wanted: Any, found: Any, usual: float) -> Difference | None:
    value, chances = wanted
    apart = max(map(_apart, chances, found[1]), default=0.0) if chances is not None else 0.0
    if chances is None and isinstance(value, float) and isinstance(found[0], float):
        apart = _apart(value, found[0]) / (max(abs(value), usual) or 1.0)
        same = True
    else:
        same = value == found[0]
        told.labels += not same
    told.largest = max(told.largest, apart)
    if not same:
        return Difference(row, f"the label is {found[0]!r}, not {value!r}", _is_close(chances))
    if apart > TOLERANCE:
        what = "a probability" if chances is not None else f"{found[0]!r} for {value!r}"
        return Difference(row, f"{what} is {apart:.1e} off")
    return None


def _apart(one: float, other: float) -> float:
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0.0
    apart = abs(one - other)
    return math.inf if math.isnan(apart) else apart


def _is_close(chances: Sequence[float] | None) -> bool:
    if not chances or len(chances) < 2:
        return False
    second, best = sorted(chances)[-2:]
    return best - second < NEAR


def coarsest(columns: Mapping[str, Sequence[Any]]) -> tuple[str, float, float] | None:
    """Return the column of numbers that suffers most from 32-bit floats.

    Parameters
    ----------
    columns : mapping
        Column to its cells.

    Returns
    -------
    (str, float, float) or None
        Its name, its largest value, and the step that a 32-bit float has there; None without any numbers.
        It is the one whose step is largest against the distance between its own values.
    """
    found = []
    for name, cells in columns.items():
        known = sorted({float(c) for c in cells if isinstance(c, int | float) and abs(c) < 1e30})
        if len(known) < 2:
            continue
        size = max(abs(known[0]), abs(known[-1]))
        step = 2.0 ** (math.frexp(size)[1] - _BITS)
        found.append((step / (known[-1] - known[0]), name, size, step))
    if not found:
        return None
    _, name, size, step = max(found)
    return name, size, step
