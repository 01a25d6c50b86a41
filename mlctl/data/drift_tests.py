"""What comparing a column of two tables gives."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mlctl.stats.shares import homogeneity_p_value, total_variation


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison with a size and a probability.

    Attributes
    ----------
    of : {"values", "missing", "type"}
        What was compared.
    effect : float
        The larger of the measures that decide.
    p_value : float
        Probability of so large a difference by chance.
    q_value : float or None
        The same, corrected for the number of comparisons.
    drifted : bool or None
        Whether both say drift; None where there is no verdict.
    """

    # pytest takes every class of this name that it sees for one of its own.
    __test__ = False

    of: Literal["values", "missing", "type"]
    effect: float
    p_value: float
    q_value: float | None = None
    drifted: bool | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The measures of a column, as :class:`mlctl.data.drift_columns.ColumnDrift` tells them; else None."""

    missing: tuple[float, float]
    ks: float | None = None
    wasserstein: float | None = None
    jensen_shannon: float | None = None
    total_variation: float | None = None
    psi: float | None = None
    change: str = ""
    tests: tuple[Test, ...] = ()


def missing_test(one: Any, other: Any) -> tuple[Test, ...]:
    """Compare the shares of missing values; nothing where none is missing, or all are.

    Parameters
    ----------
    one, other : numpy.ndarray of int, shape (2,)
        Rows with and without a value, before and now.
    """
    if not (one[1] or other[1]) or not (one[0] or other[0]):
        return ()
    return (Test("missing", total_variation(one, other), homogeneity_p_value(one, other)),)


def moved(what: str, before: float, now: float) -> str:
    """Spell the change of a share."""
    return f"{what} {before:.1%} → {now:.1%}"


def rows_of(known: int, rows: int) -> Any:
    """Return the rows with and without a value as counts."""
    return np.array([known, rows - known])
