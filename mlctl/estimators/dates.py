"""Dates and times as numbers."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from mlctl.estimators.cells import as_datetimes, columns_of

_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000
_MONDAY = 3  # 1970-01-01, day 0, was a Thursday
_YEAR_DAYS = 365.25


class DateFeatures(TransformerMixin, BaseEstimator):
    """Turn each column of dates into numbers that a model can use.

    For each column: ``days`` since 1970-01-01 with its fraction, ``month`` (1 to 12), ``day`` (1 to 31),
    ``weekday`` (Monday is 0) and, where the training rows had times of day, ``hour`` (0 to 24, with its
    fraction). A missing date is NaN in all of them.

    Parameters
    ----------
    cyclic : bool, default=False
        Add the sine and cosine of the position within the year, the week and the day: a linear model sees
        December beside January only so. Trees need them not.
    indicator : bool, default=False
        Add ``missing``, 0 or 1, for a column that had a missing date in the training rows.

    Attributes
    ----------
    has_times_, has_missing_ : ndarray of bool, shape (n_columns,)
        Whether a training row had a time of day, or no date.
    n_features_in_ : int
        Number of columns seen by fit.
    """

    def __init__(self, cyclic: bool = False, indicator: bool = False) -> None:
        self.cyclic = cyclic
        self.indicator = indicator

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn which columns have times of day, and which have gaps.

        Parameters
        ----------
        X : data frame or array of shape (n_rows, n_columns)
            datetime64, datetime objects or ISO 8601 texts.
        """
        validate_data(self, X, skip_check_array=True)
        columns = [as_datetimes(column) for column in columns_of(X)]
        self.has_times_ = np.array([_has_times(times) for times in columns])
        self.has_missing_ = np.array([bool(np.isnat(times).any()) for times in columns])
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the numbers, in the order of :meth:`get_feature_names_out`."""
        check_is_fitted(self, "has_times_")
        validate_data(self, X, reset=False, skip_check_array=True)
        columns = [as_datetimes(column) for column in columns_of(X)]
        return np.column_stack(
            [part for j, times in enumerate(columns) for part in self._parts(j, times).values()]
        )

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return ``<column>_<part>`` for each number."""
        check_is_fitted(self, "has_times_")
        nothing = np.array([], dtype="datetime64[us]")
        names = _check_feature_names_in(self, input_features)
        parts = [f"{name}_{part}" for j, name in enumerate(names) for part in self._parts(j, nothing)]
        return np.array(parts, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    def _parts(self, j: int, times: NDArray[np.datetime64]) -> dict[str, NDArray[np.float64]]:
        parts = _calendar(times)
        if self.cyclic:
            parts |= _circles(times)
        if not self.has_times_[j]:
            parts = {name: part for name, part in parts.items() if not name.startswith("hour")}
        if self.indicator and self.has_missing_[j]:
            parts["missing"] = np.isnat(times).astype(np.float64)
        return parts


class TimeToNumber(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Turn columns of times into days since 1970-01-01; columns of numbers stay as they are.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns seen by fit.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Remember the number of columns; nothing is learned."""
        validate_data(self, X, skip_check_array=True)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return days or the numbers themselves, of shape (n_rows, n_columns)."""
        check_is_fitted(self, "n_features_in_")
        validate_data(self, X, reset=False, skip_check_array=True)
        return np.column_stack([_days_or_numbers(column) for column in columns_of(X)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _days_or_numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    if column.dtype.kind in "iuf":
        return column.astype(np.float64)
    return _days(as_datetimes(column))


def _days(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    return np.where(np.isnat(times), np.nan, times.astype(np.int64) / _DAY_US)


def _hours(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    # From whole microseconds: taken from the days' fraction, half past six would miss 18.5 by a little.
    return np.where(np.isnat(times), np.nan, times.astype(np.int64) % _DAY_US / _HOUR_US)


def _has_times(times: NDArray[np.datetime64]) -> bool:
    known = times[~np.isnat(times)].astype(np.int64)
    return bool(np.any(known % _DAY_US))


def _calendar(times: NDArray[np.datetime64]) -> dict[str, NDArray[np.float64]]:
    dates = times.astype("datetime64[D]")
    months = times.astype("datetime64[M]")
    days = _days(times)
    return {
        "days": days,
        "month": _number(months, months.astype(np.int64) % 12 + 1),
        "day": _number(dates, (dates - months.astype("datetime64[D]")).astype(np.int64) + 1),
        "weekday": _number(dates, (dates.astype(np.int64) + _MONDAY) % 7),
        "hour": _hours(times),
    }


def _circles(times: NDArray[np.datetime64]) -> dict[str, NDArray[np.float64]]:
    dates = times.astype("datetime64[D]")
    new_year = times.astype("datetime64[Y]").astype("datetime64[D]")
    days = _days(times)
    in_year = _number(dates, (dates - new_year).astype(np.int64))
    turns = {"year": in_year / _YEAR_DAYS, "week": np.mod(days + _MONDAY, 7) / 7, "hour": _hours(times) / 24}
    waves = {"sin": np.sin, "cos": np.cos}
    return {
        f"{name}_{wave}": of(2 * np.pi * turn) for name, turn in turns.items() for wave, of in waves.items()
    }


def _number(times: NDArray[np.datetime64], values: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(np.isnat(times), np.nan, values)
