"""A column of numbers or dates in two tables."""

from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_tests import Comparison, Test, missing_test, moved, rows_of
from mlctl.data.frames import family
from mlctl.stats.batch_means import independent_share
from mlctl.stats.shares import stability_index
from mlctl.stats.two_samples import distances, smirnov_p_value

_TENTHS, _QUARTERS = np.arange(1, 10) / 10, np.arange(1, 4) / 4
_WORTH_SAYING = 0.01


def as_numbers(series: pd.Series) -> Any:
    """Return a column of numbers, booleans or dates as float64, NaN where missing; dates in microseconds."""
    if family(series) != "date":
        return series.to_numpy(dtype="float64", na_value=np.nan)
    moments = series.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.view("int64"))


def compare_numbers(one: Any, other: Any, *, dates: bool, ordered: bool) -> Comparison:
    """Compare two columns of numbers.

    Parameters
    ----------
    one, other : numpy.ndarray of float64, shapes (n,) and (m,)
        Before and now, NaN where missing.
    dates : bool
        Whether they are microseconds since 1970.
    ordered : bool
        Whether the rows are in an order in which neighbours may be alike.
    """
    first, second = _known(one), _known(other)
    gaps = missing_test(rows_of(len(first), len(one)), rows_of(len(second), len(other)))
    missing = ((len(one) - len(first)) / len(one), (len(other) - len(second)) / len(other))
    said = [moved("missing", *missing)] if abs(missing[0] - missing[1]) > _WORTH_SAYING else []
    if not (len(first) and len(second)):
        return Comparison(missing=missing, tests=gaps, change=", ".join(said))
    ks, wasserstein = distances(first, second)
    sizes = [float(len(first)), float(len(second))]
    if ordered:
        sizes = [
            size * _worth(table) for size, table in zip(sizes, ((first, one), (second, other)), strict=True)
        ]
    p_value = float(smirnov_p_value(ks, *sizes))
    middles = [_spell(known[len(known) // 2], dates) for known in (first, second)]
    return Comparison(
        missing=missing,
        ks=ks,
        wasserstein=wasserstein,
        psi=stability_index(*_bins(first, second, len(one), len(other))),
        change=", ".join([f"median {middles[0]} → {middles[1]}", *said]),
        tests=(Test("values", max(ks, wasserstein), p_value), *gaps),
    )


def _known(values: Any) -> Any:
    """Return the known values, sorted."""
    ordered = np.sort(values)
    return ordered[: np.searchsorted(ordered, np.nan)]


def _worth(table: tuple[Any, Any]) -> float:
    """Return what a row is worth: the events are to lie under each quartile."""
    known, values = table
    quartiles = known[(_QUARTERS * len(known)).astype(int)]
    return independent_share(values[:, None] < quartiles)


def _bins(first: Any, second: Any, rows_first: int, rows_second: int) -> list[Any]:
    """Count the values in the reference's tenths, and the missing ones."""
    edges = np.unique(first[(_TENTHS * len(first)).astype(int)])
    return [
        np.diff(np.searchsorted(known, edges, side="left"), prepend=0, append=[len(known), rows])
        for known, rows in ((first, rows_first), (second, rows_second))
    ]


def _spell(value: Any, date: bool) -> str:
    return str(pd.Timestamp(int(value), unit="us").date()) if date else f"{value:.4g}"
