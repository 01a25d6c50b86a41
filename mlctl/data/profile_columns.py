"""What is in one column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.columns import Judged
from mlctl.data.drift_numbers import as_numbers
from mlctl.data.findings import Finding, names, warn
from mlctl.data.frames import family
from mlctl.data.validate_columns import after
from mlctl.domain.columns import ColumnKind

TOP = 10
"""So many of the commonest values are told."""

BINS = 20

_EXACT = 2.0**52
"""Below this a whole number and its half are told apart."""


@dataclass(frozen=True, slots=True)
class Bins:
    """How the values of a column of numbers or dates are spread.

    Attributes
    ----------
    low, high : float
        The ends of twenty equal bins: the 0.1 and the 99.9 % quantile, so that a single far value does not
        flatten the rest. Of whole numbers each bin holds equally many, the first from ``low`` on and the last
        up to ``high``, in at most twenty. Dates are seconds since 1970.
    counts : tuple of int
        Rows in each bin; what lies beyond an end is counted in the bin there.
    """

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column.

    Attributes
    ----------
    column, role : str
        Its name and its part, as in the schema.
    kind : {"number", "category", "text", "date", "boolean"}
        What it would be for training.
    missing, distinct, infinite, future : int
        Rows without a value, different values, infinite values, dates after now.
    faults : tuple of str
        Of ``empty``, ``constant``, ``key``, ``key-like``, ``levels``, ``infinite``, ``number-text``,
        ``date-text``.
    quantiles : tuple of float or None
        Of the finite numbers: at 0, 0.1, 1, 50, 99, 99.9 and 100 %.
    mean : float or None
        Of the finite numbers.
    range : tuple of (str, str) or None
        The first and the last date, ISO 8601.
    top : tuple of (str, int)
        The commonest values with their rows, the commonest first; of numbers those that repeat.
    bins : Bins or None
        Of numbers and dates.
    """

    column: str
    role: str
    kind: ColumnKind
    missing: int
    distinct: int
    infinite: int
    future: int
    faults: tuple[str, ...]
    quantiles: tuple[float, ...] | None
    mean: float | None
    range: tuple[str, str] | None
    top: tuple[tuple[str, int], ...]
    bins: Bins | None


def describe(
    series: pd.Series, role: str, judged: Judged, facts: Mapping[str, Any], now: datetime
) -> ColumnProfile:
    """Describe a column.

    Parameters
    ----------
    series : pandas.Series
        Named, of one of the types of :mod:`mlctl.data.frames`.
    role : str
        Its part.
    judged : Judged
        What the examination says of it.
    facts : mapping
        What the schema remembers of it; empty where it has no value.
    now : datetime
        The moment after which a date lies in the future.
    """
    found = judged.column
    kind = family(series)
    values = np.sort(as_numbers(series)) if found.distinct and kind in {"number", "date"} else np.array([])
    values = values[: np.searchsorted(values, np.nan)]
    finite = values[np.isfinite(values)]
    quantiles, ends = facts.get("quantiles"), facts.get("range")
    return ColumnProfile(
        column=str(series.name),
        role=role,
        kind=found.kind,
        missing=found.missing,
        distinct=found.distinct,
        infinite=len(values) - len(finite),
        future=int(after(series, now).sum()) if kind == "date" else 0,
        faults=tuple(sorted(judged.faults)),
        quantiles=tuple(quantiles) if quantiles else None,
        mean=_mean(finite) if kind == "number" and len(finite) else None,
        range=(ends[0], ends[1]) if ends else None,
        top=_top(series, values, kind, facts) if found.distinct else (),
        bins=_bins(finite, found.integer, 1e6 if kind == "date" else 1.0) if len(finite) else None,
    )


def late_dates(columns: Sequence[ColumnProfile]) -> list[Finding]:
    """Return the finding of the columns with dates in the future; none where there is none."""
    if not columns:
        return []
    late = tuple(column.column for column in columns)
    count = sum(column.future for column in columns)
    hint = "check the clock, and the order of day and month"
    return [warn("MLC015", f"{count:,} dates lie in the future: {names(late)}", hint, late)]


def _mean(finite: Any) -> float:
    # Divided first: the sum of large numbers may be infinite.
    return float((finite / len(finite)).sum())


def _top(series: pd.Series, values: Any, kind: str, facts: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    if "categories" in facts:
        return tuple(facts["categories"].items())[:TOP]
    if kind == "date":
        return ()
    if kind == "number":
        starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
        counts = np.diff(np.append(starts, len(values)))
        levels = values[starts]
    else:
        codes, levels = pd.factorize(series)
        counts = np.bincount(codes + 1, minlength=len(levels) + 1)[1:]
    order = np.argsort(-counts, kind="stable")[:TOP]
    spell = _number if kind == "number" else str
    return tuple((spell(levels[at]), int(counts[at])) for at in order if kind != "number" or counts[at] > 1)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"


def _bins(finite: Any, whole: bool, unit: float) -> Bins:
    low, high = finite[[int(0.001 * (len(finite) - 1)), int(np.ceil(0.999 * (len(finite) - 1)))]]
    if whole and abs(low) < _EXACT and abs(high) < _EXACT:
        return _whole_bins(finite, low, high)
    at = np.arange(1, BINS) / BINS
    # Not low + at * (high - low), which may leave the range of numbers.
    return _counted(finite, low * (1 - at) + high * at, low / unit, high / unit)


def _whole_bins(finite: Any, low: float, high: float) -> Bins:
    width = np.ceil((high - low + 1) / BINS)
    inner = np.arange(low + width, high + 1, width)
    return _counted(finite, inner - 0.5, low, low + width * (len(inner) + 1) - 1)


def _counted(finite: Any, inner: Any, low: float, high: float) -> Bins:
    counts = np.diff(np.searchsorted(finite, inner), prepend=0, append=len(finite))
    return Bins(float(low), float(high), tuple(counts.tolist()))
