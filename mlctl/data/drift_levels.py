"""A column of categories in two tables.

The fifty commonest levels stand each for itself, where at least five rows are expected in both tables. The
rest are counted as *other*, and apart from those as *unseen* where no other reference row has the level: a
row of the reference counts so too when it is the only one with its level. That share of single rows is what
the share of unseen new rows is expected to be (Good 1953), so a column of many names does not drift by
itself, and one whose rare levels were all replaced does.
"""

from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_tests import Comparison, Test, moved
from mlctl.errors import DataError
from mlctl.params.words import shown
from mlctl.stats.batch_means import independent_share
from mlctl.stats.shares import (
    LEAST_EXPECTED,
    homogeneity_p_value,
    jensen_shannon,
    stability_index,
    total_variation,
)

MOST_LEVELS = 50


def code_levels(one: pd.Series, other: pd.Series) -> tuple[Any, Any, Any]:
    """Give each level of a column one number in both tables.

    Parameters
    ----------
    one, other : pandas.Series
        Before and now.

    Returns
    -------
    tuple of (numpy.ndarray of int64, numpy.ndarray of int64, pandas.Index)
        The number of each row's level, -1 where it is missing, before and now; the levels.

    Raises
    ------
    DataError
        When a value is a list or a mapping.
    """
    try:
        codes, levels = pd.factorize(_under_one_another(one, other))
    except TypeError as error:
        raise DataError(
            f"column {str(one.name)!r} holds lists or mappings, which are no table's values",
            "take the column apart into plain columns",
        ) from error
    return codes[: len(one)], codes[len(one) :], levels


def _under_one_another(one: pd.Series, other: pd.Series) -> pd.Series:
    if one.dtype == other.dtype:
        return pd.concat([one, other], ignore_index=True)
    # A column without a value may be of any type, and pandas warns of putting it under another.
    parts = [series.astype("object") for series in (one, other)]
    return pd.Series(np.concatenate([part.to_numpy() for part in parts]), dtype="object")


def compare_levels(one: Any, other: Any, levels: Any, *, ordered: bool) -> Comparison:
    """Compare two columns of categories.

    Parameters
    ----------
    one, other : numpy.ndarray of int64, shapes (n,) and (m,)
        The level of each row, before and now; -1 where it is missing.
    levels : sequence
        The levels.
    ordered : bool
        Whether the rows are in an order in which neighbours may be alike.
    """
    missing = (float((one < 0).mean()), float((other < 0).mean()))
    if min(missing) == 1:
        return Comparison(missing=missing)
    first, second, names = _binned(
        np.bincount(one + 1, minlength=len(levels) + 1),
        np.bincount(other + 1, minlength=len(levels) + 1),
        levels,
    )
    worth = [_worth(codes) if ordered else 1.0 for codes in (one, other)]
    p_value = homogeneity_p_value(
        *(_times(counts, part) for counts, part in zip((first, second), worth, strict=True))
    )
    distance, variation = jensen_shannon(first, second), total_variation(first, second)
    return Comparison(
        missing=missing,
        jensen_shannon=distance,
        total_variation=variation,
        psi=stability_index(first, second),
        change=_change(first / first.sum(), second / second.sum(), names),
        tests=(Test("values", max(distance, variation), p_value),),
    )


def common_levels(both: Any, smaller: int) -> Any:
    """Return which levels stand for themselves, the commonest first.

    Parameters
    ----------
    both : numpy.ndarray of int, shape (n_levels,)
        Their rows in both tables together.
    smaller : int
        Rows of the smaller table.
    """
    order = np.argsort(-both, kind="stable")[:MOST_LEVELS]
    return order[both[order] * smaller >= LEAST_EXPECTED * both.sum()]


def _binned(one: Any, other: Any, levels: Any) -> tuple[Any, Any, list[str]]:
    """Return the counts in common levels, other, unseen and missing, and the names of these."""
    lost = [one[0], other[0]]
    one, other = one[1:], other[1:]
    common = common_levels(one + other, int(min(one.sum() + lost[0], other.sum() + lost[1])))
    rare = np.ones(len(one), dtype=bool)
    rare[common] = False
    single = [one[rare & (one == 1)].sum(), other[rare & (one == 0)].sum()]
    counts = [
        np.array([*table[common], table[rare].sum() - alone, alone, gone])
        for table, alone, gone in zip((one, other), single, lost, strict=True)
    ]
    some = (counts[0] + counts[1]) > 0
    names = [shown(str(levels[code])) for code in common] + ["other", "unseen", "missing"]
    return counts[0][some], counts[1][some], [name for name, kept in zip(names, some, strict=True) if kept]


def _worth(codes: Any) -> float:
    """Return what a row is worth: the events are the three commonest levels."""
    common = np.argsort(-np.bincount(codes + 1), kind="stable")[:3] - 1
    return independent_share(codes[:, None] == common)


def _times(counts: Any, share: float) -> Any:
    """Take a share of the counts, at least one row of the commonest."""
    taken = np.rint(counts * share).astype("int64")
    taken[counts.argmax()] = max(1, taken[counts.argmax()])
    return taken


def _change(before: Any, now: Any, names: list[str]) -> str:
    most = int(np.abs(before - now).argmax())
    return moved(names[most], float(before[most]), float(now[most]))
