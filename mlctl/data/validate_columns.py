"""What is wrong, or odd, with one column of new rows by the schema."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_numbers import as_numbers
from mlctl.data.drift_tests import moved
from mlctl.data.findings import names
from mlctl.data.frames import family
from mlctl.data.validate_fields import ColumnSchema
from mlctl.errors import DataError
from mlctl.params.words import shown
from mlctl.stats.shares import rise_p_value

STRETCH = 1.5
"""The span of the 0.1 to the 99.9 % quantile is stretched so much about its middle."""

BEYOND = 0.005
"""Share of rows beyond it that is worth a word."""

NEW = 0.01
"""Share of rows with categories that were never seen that is worth a word."""

RISE = 0.05
"""A share of missing values that rose by so much is worth a word, if it is no chance."""

GONE = 0.5
"""A share of missing values that rose by more is refused."""

_EPS = 1e-12
_AHEAD = pd.Timedelta(hours=14)
"""The clocks that are furthest ahead of UTC; a file in local time is not of the future."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong or odd.

    Attributes
    ----------
    code : str
        One word that stays: ``no-rows``, ``column-gone``, ``type-changed``, ``target-missing``,
        ``target-one-class``, ``newly-missing``; ``beyond``, ``new-category``, ``missing-up``, ``duplicates``,
        ``future``; ``pandera`` for what a schema of pandera's says.
    column : str or None
        Where; None for the table.
    message, hint : str
        What was found, and how to mend it.
    """

    code: str
    column: str | None
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Rise:
    """A share of missing values that rose enough for a word.

    Attributes
    ----------
    p_value : float
        Of such a rise by chance.
    """

    column: str
    before: float
    now: float
    p_value: float


def type_changed(series: pd.Series, wanted: ColumnSchema) -> Issue | None:
    """Return the issue of a column that holds another family of values. One without a value may be any."""
    found = family(series)
    if wanted.type in (None, found) or wanted.missing == 1 or not series.notna().any():
        return None
    first = shown(str(series.dropna().iloc[0]))
    return Issue(
        "type-changed",
        wanted.column,
        f"column {wanted.column!r} holds {found} (first value {first}), and {wanted.type} is wanted",
        "give its kind in data.types, or the marks for missing values in data.missing"
        if found == "text"
        else "give its kind in data.types",
    )


def rise_of(series: pd.Series, wanted: ColumnSchema, rows_before: int | None) -> Rise | None:
    """Return how the share of missing values rose; None where it did not by so much."""
    if wanted.missing is None:
        return None
    lost = int(series.isna().sum())
    now = lost / len(series)
    if now - wanted.missing < RISE - _EPS:
        return None
    before = wanted.missing if rows_before is None else wanted.missing * rows_before
    return Rise(wanted.column, wanted.missing, now, rise_p_value(lost, len(series), before, rows_before))


def newly_missing(rise: Rise) -> Issue | None:
    """Return the issue of a column of which more than half is newly missing."""
    if rise.now - rise.before <= GONE:
        return None
    said = moved(f"column {rise.column!r}: missing values", rise.before, rise.now)
    return Issue("newly-missing", rise.column, said, "check what wrote the column")


def missing_up(rise: Rise, test: str) -> Issue:
    """Return the issue of a share that rose, and not by chance."""
    said = moved(f"column {rise.column!r}: missing values", rise.before, rise.now)
    return Issue("missing-up", rise.column, f"{said} ({test}, p = {rise.p_value:.2g})", "check what wrote it")


def oddities(series: pd.Series, wanted: ColumnSchema, now: datetime) -> list[Issue]:
    """Return what is odd about the values, by what the schema knows of them."""
    kind = family(series)
    found = []
    # Keys, groups and times move on by nature.
    if wanted.role in {"feature", "target"}:
        if kind == "number" and wanted.quantiles is not None:
            found.append(_beyond(as_numbers(series), wanted.column, wanted.quantiles))
        if kind in {"text", "boolean"} and wanted.categories is not None:
            found.append(_new_categories(series, wanted.column, wanted.categories))
    if kind == "date" and wanted.last is not None:
        found.append(_future(series, wanted, now))
    return [issue for issue in found if issue]


def _beyond(values: Any, column: str, quantiles: tuple[float, ...]) -> Issue | None:
    low, high = quantiles[1], quantiles[-2]
    more = (STRETCH - 1) / 2 * (high - low)
    low, high = low - more, high + more
    out = (values < low) | (values > high)
    share = float(out.mean())
    if share <= BEYOND:
        return None
    known = values[out]
    return Issue(
        "beyond",
        column,
        f"column {column!r}: {share:.1%} of the rows lie beyond {low:.4g} to {high:.4g} "
        f"({np.min(known):.4g} to {np.max(known):.4g})",
        "check the unit; if the values are right, train on them",
    )


def _new_categories(series: pd.Series, column: str, categories: frozenset[str]) -> Issue | None:
    try:
        codes, levels = pd.factorize(series)
    except TypeError as error:
        raise DataError(f"column {column!r} holds lists or mappings", "take it apart") from error
    counts = np.bincount(codes + 1, minlength=len(levels) + 1)[1:]
    new = [at for at, level in enumerate(levels) if str(level) not in categories]
    share = float(counts[new].sum()) / len(series)
    if share <= NEW:
        return None
    commonest = sorted(new, key=lambda at: -counts[at])
    return Issue(
        "new-category",
        column,
        f"column {column!r}: {share:.1%} of the rows have categories never seen before: "
        f"{names([str(levels[at]) for at in commonest])}",
        "check the spelling; if they are right, train on them",
    )


def after(series: pd.Series, now: datetime) -> Any:
    """Tell of each date whether it lies in the future wherever it was written down.

    Parameters
    ----------
    series : pandas.Series
        Dates.
    now : datetime
        In UTC where it has no zone. A local clock may be fourteen hours ahead of UTC.
    """
    return series > _latest(now)


def _latest(now: datetime) -> Any:
    moment = pd.Timestamp(now)
    return (moment.tz_convert(None) if moment.tzinfo else moment) + _AHEAD


def _future(series: pd.Series, wanted: ColumnSchema, now: datetime) -> Issue | None:
    late = int(after(series, now).sum())
    if not late or wanted.last > _latest(now):
        return None
    return Issue(
        "future",
        wanted.column,
        f"column {wanted.column!r}: {late:,} dates lie in the future, up to {series.max().isoformat()}",
        "check the clock, and the order of day and month",
    )
