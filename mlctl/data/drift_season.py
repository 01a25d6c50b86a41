"""The rows of the reference that are of the same season as the new ones.

Without it every winter drifts. A reference of at least a year holds the season of the new rows: the stretch
of the year from the first of them to the last, widened to thirty days where it is shorter. Of a reference of
several years all rows of that stretch count.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_numbers import as_numbers
from mlctl.data.frames import family

YEAR_DAYS = 365.2425
LEAST_DAYS = 30.0
LEAST_ROWS = 100
"""A season of fewer rows is no reference; all rows are then taken."""

_DAY = 86_400e6
"""Microseconds."""


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
    before, now = as_numbers(reference) / _DAY, as_numbers(current) / _DAY
    if np.isnan(before).all() or np.isnan(now).all():
        return Season(None, f"{reference.name!r} holds no value: seasons are not told apart")
    if np.nanmax(before) - np.nanmin(before) < np.floor(YEAR_DAYS):
        return Season(None, "the reference is shorter than a year: seasons are not told apart")
    start, days = _stretch(now)
    if days > YEAR_DAYS - LEAST_DAYS:
        return Season(None, "the new rows span all seasons")
    rows = np.flatnonzero((before - start) % YEAR_DAYS <= days)
    if len(rows) < LEAST_ROWS:
        return Season(None, f"the reference has {len(rows):,} rows of that season, too few: all are compared")
    first, last = (pd.Timestamp(day, unit="D").strftime("%d %b") for day in (start, start + days))
    return Season(
        rows, f"compared with the {len(rows):,} of {len(before):,} reference rows from {first} to {last}"
    )


def _stretch(now: Any) -> tuple[float, float]:
    """Return the first day of the new rows and how many days they span, widened where they are few."""
    first, last = float(np.nanmin(now)), float(np.nanmax(now))
    wider = max(0.0, LEAST_DAYS - (last - first)) / 2
    return first - wider, last - first + 2 * wider
