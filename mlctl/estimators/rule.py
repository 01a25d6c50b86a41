"""A rule that a person wrote, as an estimator.

Whoever trains with a rule, or loads one, runs the code that it holds: such a model is never loaded as if it
were data.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin


@lru_cache(maxsize=32)
def compile_rule(source: str, function: str) -> Callable[[dict[str, Any]], Any]:
    """Return a function out of Python source text.

    Parameters
    ----------
    source : str
        The whole file's text; it is run.
    function : str
        The function's name. It takes a row as a mapping of column to value and returns the prediction.

    Raises
    ------
    ValueError
        When the file has no such function.
    """
    names: dict[str, Any] = {"__name__": "rule"}
    exec(compile(source, "<rule>", "exec"), names)  # noqa: S102 - running the user's own rule is what this is for
    found = names.get(function)
    if not callable(found):
        raise ValueError(f"the file defines no function {function!r}")
    rule: Callable[[dict[str, Any]], Any] = found
    return rule


class _Rule(BaseEstimator):
    """A function from one row to one prediction, kept as source text.

    Parameters
    ----------
    source : str
        The file's text.
    function : str
        Name of the function in it.
    """

    def __init__(self, source: str = "", function: str = "") -> None:
        self.source = source
        self.function = function

    def _apply(self, X: Any) -> list[Any]:
        rule = compile_rule(self.source, self.function)
        return [rule(row) for row in X.to_dict("records")]

    def __sklearn_is_fitted__(self) -> bool:
        return True


class RuleRegressor(RegressorMixin, _Rule):
    """Predict numbers by a rule; see :class:`_Rule` for the parameters."""

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Check that the rule can be compiled; nothing is learned."""
        compile_rule(self.source, self.function)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the rule's number for each row of a data frame."""
        return np.array(self._apply(X), dtype=np.float64)


class RuleClassifier(ClassifierMixin, _Rule):
    """Predict labels by a rule; see :class:`_Rule` for the parameters.

    Attributes
    ----------
    classes_ : ndarray
        The labels of the training rows, sorted.
    """

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Check that the rule can be compiled, and remember the labels."""
        compile_rule(self.source, self.function)
        self.classes_ = np.unique(np.asarray(y))
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the rule's label for each row of a data frame."""
        # As objects where labels are texts: a text longer than those of the training rows would be cut.
        kind = self.classes_.dtype
        return np.array(self._apply(X), dtype=object if kind.kind == "U" else kind)
