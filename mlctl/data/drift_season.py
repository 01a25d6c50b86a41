"""The rows of the reference that are of the same season as the new ones.

Without it every winter drifts. A reference of at least a year holds the season of the new rows: the stretch
of the year from the first of them to the last, widened to thirty days where it is shorter. Of a reference of
several years all rows of that stretch count.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.frames import family

YEAR_DAYS = 366.0
LEAST_DAYS = 30.0
LEAST_ROWS = 100
"""A season of fewer rows is no reference; all rows are then taken."""

_DAY = np.timedelta64(1, "D")
_LEAP = pd.Timestamp(2024, 1, 1)
_BEFORE = np.cumsum([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30])
"""Days of a leap year before each month."""


@dataclass(frozen=True, slots=True)
class Season:
    """Which rows of the reference are compared.

    Attributes
    ----------
    rows : numpy.ndarray of int64 or None
        Their positions; None for all.
    said : str
        The choice, in words.
    """

    rows: Any
    said: str


def same_season(reference: pd.Series, current: pd.Series) -> Season:
    """Choose the rows of the reference by their time.

    Parameters
    ----------
    reference, current : pandas.Series
        The time column before and now. Rows without a time are in no season.
    """
    if family(reference) != "date" or family(current) != "date":
        return Season(None, f"{reference.name!r} holds no dates: seasons are not told apart")
    before, now = (series.to_numpy(dtype="datetime64[us]") for series in (reference, current))
    if np.isnat(before).all() or np.isnat(now).all():
        return Season(None, f"{reference.name!r} holds no value: seasons are not told apart")
    if _days(before) < YEAR_DAYS - 2:
        return Season(None, "the reference is shorter than a year: seasons are not told apart")
    if _days(now) > YEAR_DAYS - LEAST_DAYS:
        return Season(None, "the new rows span all seasons")
    start, length = _stretch(now)
    rows = np.flatnonzero((_day_of_year(before) - start) % YEAR_DAYS <= length)
    if len(rows) < LEAST_ROWS:
        return Season(None, f"the reference has {len(rows):,} rows of that season, too few: all are compared")
    first, last = (_spelled(day) for day in (start, start + length))
    return Season(
        rows, f"compared with the {len(rows):,} of {len(before):,} reference rows from {first} to {last}"
    )


def _days(moments: Any) -> float:
    return float((np.nanmax(moments) - np.nanmin(moments)) / _DAY)


def _stretch(now: Any) -> tuple[float, float]:
    """Return the day of the year of the first new row, and the days up to the last, widened if few."""
    first, last = (float(day) for day in _day_of_year(np.array([np.nanmin(now), np.nanmax(now)])))
    length = (last - first) % YEAR_DAYS
    wider = max(0.0, LEAST_DAYS - length) / 2
    return first - wider, length + 2 * wider


def _day_of_year(moments: Any) -> Any:
    """Return the days since New Year, with their fraction, every year having a 29 February; NaN for none."""
    months = moments.astype("datetime64[M]")
    days = (moments - months) / _DAY
    return np.where(np.isnat(moments), np.nan, _BEFORE[months.astype("int64") % 12] + days)


def _spelled(day: float) -> str:
    return f"{_LEAP + pd.Timedelta(days=day % YEAR_DAYS):%d %b}"
