"""The levels of categories: text throughout, missing a level of its own, rare and unseen ones merged."""

from collections import Counter
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from mlctl.estimators.cells import as_level, columns_of

MISSING = "<missing>"
RARE = "<rare>"


class CategoryLevels(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Name the level of each cell, and keep no more levels than a model can learn from.

    Encoders of scikit-learn group rare levels too, but keep every level they saw: a column of a million
    names would be a million texts in the stored model.

    Parameters
    ----------
    max_levels : int or None, default=None
        The most frequent levels to keep; None keeps all that are frequent enough.
    min_rows : int, default=10
        Rows that a level needs to be kept.
    min_share : float, default=0.01
        Share of the rows that is enough where it is less than ``min_rows``: small tables keep their levels.

    Attributes
    ----------
    levels_ : list of ndarray of str
        The levels kept for each column, sorted. Any other is ``<rare>``; a cell without a value is
        ``<missing>``, which is kept or rare as any level.
    n_features_in_ : int
        Number of columns seen by fit.

    Examples
    --------
    >>> colours = np.array([["red"], ["red"], ["blue"], ["blue"], ["green"], [None]], dtype=object)
    >>> CategoryLevels(max_levels=2).fit(colours).transform([["red"], ["mauve"], [None]]).ravel().tolist()
    ['red', '<rare>', '<rare>']
    """

    def __init__(self, max_levels: int | None = None, min_rows: int = 10, min_share: float = 0.01) -> None:
        self.max_levels = max_levels
        self.min_rows = min_rows
        self.min_share = min_share

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Count the levels and keep the frequent ones.

        Parameters
        ----------
        X : data frame or array of shape (n_rows, n_columns)
        """
        validate_data(self, X, skip_check_array=True)
        self.levels_ = [self._kept(_levels(column)) for column in columns_of(X)]
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return texts in an object array of shape (n_rows, n_columns)."""
        check_is_fitted(self, "levels_")
        validate_data(self, X, reset=False, skip_check_array=True)
        columns = columns_of(X)
        named = np.empty((len(columns[0]), len(columns)), dtype=object)
        for j, (column, levels) in enumerate(zip(columns, self.levels_, strict=True)):
            kept = set(levels.tolist())
            named[:, j] = [level if level in kept else RARE for level in _levels(column)]
        return named

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def _kept(self, levels: list[str]) -> NDArray[np.str_]:
        enough = min(self.min_rows, self.min_share * len(levels))
        frequent = [(-rows, level) for level, rows in Counter(levels).items() if rows >= enough]
        return np.array(sorted(level for _, level in sorted(frequent)[: self.max_levels]), dtype=np.str_)


def _levels(column: NDArray[Any]) -> list[str]:
    if column.dtype.kind == "M":
        column = column.astype("datetime64[us]")  # finer ones would come out of tolist as whole numbers
    if column.dtype.kind in "biufM":
        distinct, codes = np.unique(column, return_inverse=True)
        named = [as_level(value, MISSING) for value in distinct.tolist()]
        return [named[code] for code in codes.tolist()]
    return [value if type(value) is str else as_level(value, MISSING) for value in column]
