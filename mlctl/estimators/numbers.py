"""Numbers as float64, and nothing else done to them."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class ToFloat(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Turn columns of numbers into one float64 array; None becomes NaN.

    A table read for prediction may hold a column of nothing but None, or whole numbers where there were
    fractions: estimators then see what they saw when they were fitted.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns seen by fit.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Remember the number of columns; nothing is learned."""
        validate_data(self, X, dtype=np.float64, ensure_all_finite=False)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the numbers, of shape (n_rows, n_columns).

        Raises
        ------
        ValueError
            For a cell that is no number.
        """
        check_is_fitted(self, "n_features_in_")
        array: NDArray[np.float64] = validate_data(
            self, X, reset=False, dtype=np.float64, ensure_all_finite=False
        )
        return array

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
