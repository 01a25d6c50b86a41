"""How far a score would move on other rows of the same kind: the jackknife that leaves out a part at a time.

It needs nothing of the score but its value with each part left out, so one function serves every metric that
is smooth in its rows. It is quick and rough (numpy alone, 40 values of the score); the gate of a promotion
has better bounds.

References
----------
J. Shao, D. Tu, "The Jackknife and Bootstrap", Springer, 1995, section 2.3 (the delete-group jackknife).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = 40
"""Parts of the rows; the error of the standard error is then about 1 / sqrt(2 × 39), a ninth."""

Ints = NDArray[np.int64]


def parts_of(rows: int, seed: int = 0, parts: int = PARTS, *, in_order: bool = False) -> Ints:
    """Deal rows out into parts of equal size, give or take one.

    Parameters
    ----------
    in_order : bool, default=False
        Whether each part is a run of rows, as for rows in time's order, where neighbours depend on each other
        and only whole runs tell how far a score would move; otherwise rows are dealt at random.

    Returns
    -------
    ndarray of int64, shape (rows,)
        The part of each row; as many parts as rows where these are fewer.
    """
    count = min(parts, rows)
    if in_order:
        return np.arange(rows) * count // rows
    order = np.random.default_rng(seed).permutation(rows)
    dealt = np.empty(rows, dtype=np.int64)
    dealt[order] = np.arange(rows) % count
    return dealt


def left_out(score: Callable[[Any], float | None], parts: Ints) -> list[float]:
    """Return the score with each part left out; NaN where it is not defined then.

    Parameters
    ----------
    score : callable
        From a mask of the rows to keep, shape (rows,), to the score.
    parts : ndarray of int64, shape (rows,)
        From :func:`parts_of`.
    """
    count = int(parts.max()) + 1
    if count == 1:
        return [float("nan")]  # nothing would be left
    return [_number(score(parts != part)) for part in range(count)]


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def standard_error(values: Any) -> float | None:
    """Return the standard error of a score from its values with a part left out.

    Parameters
    ----------
    values : array-like of shape (parts,)
        In the score's units. Of two scores on the same rows and parts, the differences.

    Returns
    -------
    float or None
        ``sqrt((g - 1) / g × Σ (value - mean)²)`` with ``g`` parts; None where a value is missing or there are
        fewer than two.

    Examples
    --------
    The mean of 1, 2, 3 and 4 has the standard error sqrt(5 / 3 / 4).

    >>> round(standard_error([3.0, 8 / 3, 7 / 3, 2.0]), 6)
    0.645497
    """
    found = np.asarray(values, dtype=float)
    if len(found) < 2 or not np.isfinite(found).all():
        return None
    return float(np.sqrt((len(found) - 1) * np.mean((found - found.mean()) ** 2)))
