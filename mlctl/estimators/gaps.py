"""Columns that hold hardly a value, made safe for estimators that take gaps as long as a value is there."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

LEAST_KNOWN, ROWS_EACH = 10, 2_000
"""A column is filled where it has fewer known values than the first, or than one in so many rows.

Histogram boosting of scikit-learn 1.9 cannot bin a column of nothing but gaps, and it looks at fewer rows
than it is given: a tenth is set aside to stop early, and of more than 200,000 a sample is taken. With so many
known values the chance that it sees none of them is below 1e-9.
"""


class GapFiller(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fill the gaps of columns that hold hardly a value, and leave every other column as it is.

    A gap becomes a number below all known ones, so that a tree can still tell it from them with one split.

    Attributes
    ----------
    fill_ : ndarray of float64, shape (n_columns,)
        What a gap becomes; NaN where gaps stay.
    n_features_in_ : int
        Number of columns seen by fit.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Find the columns with too few known values, and the smallest value of each."""
        array = validate_data(self, X, dtype=np.float64, ensure_all_finite=False)
        known = ~np.isnan(array)
        counts = known.sum(axis=0)
        rare = (counts < max(LEAST_KNOWN, len(array) // ROWS_EACH)) & (counts < len(array))
        self.fill_ = np.full(array.shape[1], np.nan)
        for column in np.flatnonzero(rare):
            values = array[known[:, column], column]
            self.fill_[column] = values.min() - 1.0 if len(values) else 0.0
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the columns, of shape (n_rows, n_columns), filled where that was found to be needed."""
        check_is_fitted(self)
        array: NDArray[np.float64] = validate_data(
            self, X, reset=False, dtype=np.float64, ensure_all_finite=False
        )
        columns = np.flatnonzero(~np.isnan(self.fill_))
        if len(columns):
            some = array[:, columns]
            array = array.copy()  # the caller's stays as it is
            array[:, columns] = np.where(np.isnan(some), self.fill_[columns], some)
        return array

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
