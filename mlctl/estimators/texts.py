"""Free text, made ready for counting words."""

import re
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from mlctl.estimators.cells import as_level

NO_WORD = "__none__"
_WORD = re.compile(r"\w\w")  # what TfidfVectorizer takes for a word has two characters or more


class TextCleaner(TransformerMixin, BaseEstimator):
    """Turn one column of free text into plain texts, each with at least one word.

    A cell without a value, or without any word, becomes a word of its own: a vectorizer that meets no word
    in a whole fold would fail, and that a text is missing may tell something.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Do nothing; there is nothing to learn."""
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return an object array of texts.

        Parameters
        ----------
        X : series or array-like of shape (n_rows,)
            Text; numbers are written out.
        """
        texts = [as_level(value, NO_WORD) for value in np.asarray(X, dtype=object).ravel()]
        return np.array([text if _WORD.search(text) else NO_WORD for text in texts], dtype=object)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the column's name as it came."""
        return input_features

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.requires_fit = False
        return tags
