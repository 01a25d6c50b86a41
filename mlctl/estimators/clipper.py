"""Clip numbers at quantiles that were learned from the training rows."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class Clipper(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Clip each column of numbers at two of its quantiles.

    One wrong cell (a day with 9,831 mm of rain) is enough to ruin a linear model: scaling by the standard
    deviation or by quartiles leaves it where it is, clipping takes it back among its neighbours.

    Parameters
    ----------
    lower, upper : float, default=0.001 and 0.999
        Quantiles in [0, 1], taken inwards: the smallest observed value at or above ``lower``, the largest at
        or below ``upper``. In a column of 3 to 1,000 values that is all but the extreme one on either side.

    Attributes
    ----------
    lower_, upper_ : ndarray of shape (n_columns,)
        The bounds; infinite for a column without any value.
    n_features_in_ : int
        Number of columns seen by fit.

    Examples
    --------
    >>> rain = np.array([[0.0], [2.0], [3.0], [1.0], [9831.0]])
    >>> Clipper().fit_transform(rain).ravel().tolist()
    [1.0, 2.0, 3.0, 1.0, 3.0]
    """

    def __init__(self, lower: float = 0.001, upper: float = 0.999) -> None:
        self.lower = lower
        self.upper = upper

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the bounds; missing and infinite cells do not count.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_columns)

        Raises
        ------
        ValueError
            Unless 0 <= lower <= upper <= 1.
        """
        if not 0 <= self.lower <= self.upper <= 1:
            raise ValueError(f"quantiles must rise within [0, 1], not lower={self.lower}, upper={self.upper}")
        array = validate_data(self, X, dtype=np.float64, ensure_all_finite=False)
        bounds = [_bounds(column[np.isfinite(column)], self.lower, self.upper) for column in array.T]
        self.lower_, self.upper_ = np.array(bounds).reshape(-1, 2).T
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the clipped numbers; missing cells stay missing."""
        check_is_fitted(self, "lower_")
        array = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite=False)
        clipped: NDArray[np.float64] = np.clip(array, self.lower_, self.upper_)
        return clipped

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _bounds(values: NDArray[np.float64], lower: float, upper: float) -> tuple[float, float]:
    if not len(values):
        return -np.inf, np.inf
    low = float(np.quantile(values, lower, method="higher"))
    high = float(np.quantile(values, upper, method="lower"))
    # Of one or two values, or for quantiles that lie close, the inward steps have crossed: no clipping then.
    return (low, high) if low <= high else (float(values.min()), float(values.max()))
