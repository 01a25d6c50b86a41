"""True and False as 1 and 0."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from mlctl.estimators.cells import columns_of, is_missing

_WORDS = {
    "true": 1.0,
    "t": 1.0,
    "yes": 1.0,
    "y": 1.0,
    "1": 1.0,
    "false": 0.0,
    "f": 0.0,
    "no": 0.0,
    "n": 0.0,
    "0": 0.0,
}


class BooleanToNumber(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Turn columns of booleans into one float64 array of 0, 1 and NaN for a missing cell.

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
        """Return zeros and ones, of shape (n_rows, n_columns).

        Raises
        ------
        ValueError
            For a cell that says neither yes nor no.
        """
        check_is_fitted(self, "n_features_in_")
        validate_data(self, X, reset=False, skip_check_array=True)
        return np.column_stack([_numbers(column) for column in columns_of(X)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    if column.dtype.kind == "b":
        return column.astype(np.float64)
    return np.array([_number(value) for value in column], dtype=np.float64)


def _number(value: Any) -> float:
    if is_missing(value):
        return np.nan
    number = _WORDS.get(value.strip().lower()) if isinstance(value, str) else float(value)
    if number not in (0.0, 1.0):
        raise ValueError(f"{value!r} is neither true nor false")
    return number
