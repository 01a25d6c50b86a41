"""Forecasts that need no model: the last value, and the value one season ago.

On time-ordered data these are what a model has to beat. Both take one column: the time as a number (days, or
any unit that rises evenly).
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

SEASONS_DAYS = (1.0, 7.0, 364.0)
"""A day, a week and a year. The year is 52 weeks, so that weekdays and hours stay aligned."""

_LEAST_SEASONS = 2


class _Naive(BaseEstimator):
    """What the forecasts share: the training rows in time's order."""

    def _learn(self, X: Any, y: NDArray[Any]) -> None:
        times = validate_data(self, X, dtype=np.float64, ensure_all_finite=False)[:, 0]
        # NaN sorts last; rows without a time come after all that have one, and are left out.
        order = np.argsort(times, kind="stable")[: np.isfinite(times).sum()]
        if not len(order):
            raise ValueError("no row has a time")
        times = times[order]
        # Of rows at one time, the last one stands.
        last = np.append(times[1:] != times[:-1], True)
        self.times_ = times[last]
        self.values_ = y[order][last]

    def _now(self, X: Any) -> NDArray[np.float64]:
        check_is_fitted(self, "times_")
        table = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite=False)
        times: NDArray[np.float64] = table[:, 0]
        return times

    def _value(self, X: Any) -> NDArray[Any]:
        return np.full(len(self._now(X)), self.values_[-1])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class _Seasonal(_Naive):
    """The value at the same point of the latest season that is known."""

    def _learn(self, X: Any, y: NDArray[Any]) -> None:
        super()._learn(X, y)
        errors = {season: self._error(season) for season in self._candidates()}
        self.season_ = min(errors, key=errors.__getitem__, default=0.0)

    def _candidates(self) -> list[float]:
        span = self.times_[-1] - self.times_[0]
        step = float(np.median(np.diff(self.times_))) if len(self.times_) > 1 else np.inf
        return [s for s in SEASONS_DAYS if step * _LEAST_SEASONS <= s <= span / _LEAST_SEASONS]

    def _error(self, season: float) -> float:
        late = self.times_ >= self.times_[0] + season
        forecast = self.values_[_nearest(self.times_, self.times_[late] - season)]
        return self._distance(self.values_[late], forecast)

    def _distance(self, values: NDArray[Any], forecast: NDArray[Any]) -> float:
        return float(np.mean(values != forecast))

    def _value(self, X: Any) -> NDArray[Any]:
        now = self._now(X)
        if not self.season_:
            return np.full(len(now), self.values_[-1])
        seasons = np.maximum(np.ceil((now - self.times_[-1]) / self.season_), 1)
        latest = _nearest(self.times_, now - seasons * self.season_)
        return np.take(self.values_, latest)


class _Regressor(RegressorMixin):
    """fit and predict of numbers."""

    def fit(self, X: Any, y: Any) -> Self:
        """Remember the training rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, 1)
            The time, in days where there are seasons.
        y : array-like of shape (n_rows,)
        """
        self._learn(X, np.asarray(y, dtype=np.float64))
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the forecast for each time, of shape (n_rows,)."""
        forecast: NDArray[np.float64] = self._value(X)
        return forecast


class _Classifier(ClassifierMixin):
    """fit and predict of labels."""

    def fit(self, X: Any, y: Any) -> Self:
        """Remember the training rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, 1)
            The time, in days where there are seasons.
        y : array-like of shape (n_rows,)
        """
        check_classification_targets(y)
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self._learn(X, codes)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the label for each time, of shape (n_rows,)."""
        labels: NDArray[Any] = self.classes_[self._value(X)]
        return labels

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return 1 for the label and 0 for the others, of shape (n_rows, n_classes)."""
        certain: NDArray[np.float64] = np.eye(len(self.classes_))[self._value(X)]
        return certain


class LastValueRegressor(_Regressor, _Naive):
    """Forecast the last value for ever.

    Attributes
    ----------
    times_, values_ : ndarray
        The training rows in time's order.
    """


class LastValueClassifier(_Classifier, _Naive):
    """Forecast the last label for ever; see :class:`LastValueRegressor`."""


class SeasonalLastRegressor(_Regressor, _Seasonal):
    """Forecast the value one season ago; past the end of training, that of the latest season known.

    The season is a day, a week or a year of 52 weeks: of those that hold at least two steps (the median
    distance of the training times) and fit at least twice into the training span, the one with the smallest
    mean absolute error within the training rows; the shortest of equals. Where none fits, the last value.

    Attributes
    ----------
    season_ : float
        The season in days; 0 where none fits.
    times_, values_ : ndarray
        The training rows in time's order.
    """

    def _distance(self, values: NDArray[Any], forecast: NDArray[Any]) -> float:
        return float(np.mean(np.abs(values - forecast)))


class SeasonalLastClassifier(_Classifier, _Seasonal):
    """Forecast the label one season ago, the season being that with the fewest errors.

    See :class:`SeasonalLastRegressor`.
    """


def _nearest(times: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.intp]:
    right = np.clip(np.searchsorted(times, wanted), 1, max(len(times) - 1, 1)).clip(max=len(times) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(wanted - times[left] <= times[right] - wanted, left, right)
