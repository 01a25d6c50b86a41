"""A person's own estimator or transformer, held with the source that makes it.

What a person's function returns is used as it is where it is made of installed classes alone. Only what is of
a class of their own is wrapped: pickle keeps a class by its name, and nobody who loads the model has theirs.
"""

import inspect
import pickle
from copy import deepcopy
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from mlctl.errors import MlctlError, UsageError
from mlctl.estimators.own_code import code_of, required

_MISSING = ("fit", "predict"), ("fit", "transform")


def is_of_rows(source: str, name: str) -> bool:
    """Tell whether ``module:attribute`` is a function of a table, and no transformer nor a maker of one."""
    found = code_of(source).find(name)
    return inspect.isroutine(found) and bool(required(found))


def made(source: str, name: str, settings: dict[str, Any], seed: int | None = None) -> Any:
    """Return what ``module:attribute`` makes: a class or function is called, an object is copied.

    Parameters
    ----------
    source : str
        As :func:`mlctl.estimators.own_code.packed` writes it.
    settings : dict
        Given by name.
    seed : int or None
        Given as ``random_state`` where the object takes one and leaves it open.

    Raises
    ------
    UsageError
        When it takes no such settings.
    MlctlError
        When the code raises; with file and line.
    """
    code = code_of(source)
    found = code.find(name)
    if not callable(found) or (hasattr(found, "fit") and not inspect.isclass(found)):
        _refuse_settings(name, settings)
        result = deepcopy(found)
    else:
        _check_call(found, name, settings)
        with code.active(), code.telling(name):
            result = found(**settings)
    return _seeded(result, settings, seed)


def _refuse_settings(name: str, settings: dict[str, Any]) -> None:
    if settings:
        raise UsageError(
            f"{_word(name)} is an object, and takes no {next(iter(settings))!r}", "name a function"
        )


def _check_call(found: Any, name: str, settings: dict[str, Any]) -> None:
    lacking = [word for word in required(found) if word not in settings]
    if lacking:
        raise UsageError(
            f"{_word(name)} needs {', '.join(lacking)}",
            f"give them: {_word(name)}: {{{lacking[0]}: …}}, or let it do without",
        )
    try:
        inspect.signature(found).bind(**settings)
    except TypeError as error:
        raise UsageError(f"{_word(name)}: {error}", "see what it takes") from None
    except ValueError:  # a class of C may not tell
        return


def _seeded(result: Any, settings: dict[str, Any], seed: int | None) -> Any:
    if seed is None or "random_state" in settings or not hasattr(result, "get_params"):
        return result
    if result.get_params(deep=False).get("random_state", 0) is None:
        result.set_params(random_state=seed)
    return result


def _word(name: str) -> str:
    return name.rpartition(":")[2]


def estimator(source: str, name: str, settings: dict[str, Any], task: str, seed: int) -> Any:
    """Return the unfitted estimator of a rung; see :func:`made` for the parameters.

    Raises
    ------
    UsageError
        When it makes no estimator.
    """
    result = made(source, name, settings, seed)
    _check(result, name, _MISSING[0], "an estimator")
    if _is_installed(result):
        return result
    of_task = OwnClassifier if task == "classification" else OwnRegressor
    return of_task(source, name, settings or None, seed)


def transformer(source: str, name: str) -> Any:
    """Return the unfitted transformer that ``module:attribute`` is, or makes.

    Raises
    ------
    UsageError
        When it is none.
    """
    result = made(source, name, {})
    _check(result, name, _MISSING[1], "a transformer, nor a function of a table")
    return OwnTransformer(source, name)


def kind_of(result: Any) -> Literal["classifier", "regressor", ""]:
    """Return what a foreign estimator says it is; empty where it does not speak scikit-learn's tags."""
    if isinstance(result, OwnClassifier | OwnRegressor):
        result = made(result.source, result.name, result.settings or {})
    try:
        found = get_tags(result).estimator_type
    except Exception:  # a foreign class may not speak scikit-learn's tags
        return ""
    return found if found in ("classifier", "regressor") else ""


def _check(result: Any, name: str, verbs: tuple[str, ...], wanted: str) -> None:
    lacking = [verb for verb in verbs if not callable(getattr(result, verb, None))]
    if lacking:
        raise UsageError(
            f"{_word(name)} gives a value of type {type(result).__name__}, which is not {wanted}: "
            f"it has no {' and no '.join(lacking)}",
            f"return an object with {' and '.join(verbs)}",
        )


def _is_installed(result: Any) -> bool:
    """Tell whether whoever unpickles it needs nothing but installed packages."""
    if not hasattr(result, "get_params"):
        return False
    try:
        pickle.dumps(result)
    except Exception:  # pickle raises many kinds for a class that cannot be found by its name
        return False
    return True


class _Own(BaseEstimator):
    """What a person's code makes, with the source of it.

    Parameters
    ----------
    source : str
        As :func:`mlctl.estimators.own_code.packed` writes it.
    name : str
        ``module:attribute``.
    settings : dict or None
        Given to it by name.
    seed : int or None
        See :func:`made`.

    Attributes
    ----------
    fitted_ : object
        The fitted one.
    """

    def __init__(
        self,
        source: str = "",
        name: str = "",
        settings: dict[str, Any] | None = None,
        seed: int | None = None,
    ) -> None:
        self.source = source
        self.name = name
        self.settings = settings
        self.seed = seed

    def _made(self) -> Any:
        return made(self.source, self.name, self.settings or {}, self.seed)

    def _fit(self, X: Any, y: Any) -> None:
        inner, code = self._made(), code_of(self.source)
        only_table = required(inner.fit) and len(inspect.signature(inner.fit).parameters) == 1
        with code.active(), code.telling(self.name):
            inner.fit(*((X,) if only_table else (X, y)))
        self.fitted_ = inner

    def _ask(self, verb: str, X: Any) -> Any:
        code = code_of(self.source)
        with code.active(), code.telling(self.name):
            return getattr(self.fitted_, verb)(X)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if "fitted_" in state:
            code = code_of(self.source)
            with code.active():
                state["fitted_"] = pickle.dumps(self.fitted_, protocol=5)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "fitted_" in state:
            code = code_of(self.source)
            with code.active(), code.telling(self.name):
                self.fitted_ = pickle.loads(bytes(state["fitted_"]))  # noqa: S301 - loaded only with trust

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "fitted_")


def _gives_probabilities(wrapped: _Own) -> bool:
    inner = wrapped.fitted_ if hasattr(wrapped, "fitted_") else wrapped._made()
    return hasattr(inner, "predict_proba")


class OwnRegressor(RegressorMixin, _Own):
    """Predict numbers by a person's own estimator; see :class:`_Own`."""

    def fit(self, X: Any, y: Any) -> Self:
        """Make the estimator and fit it."""
        self._fit(X, y)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return its numbers, one a row."""
        return np.asarray(self._ask("predict", X), dtype=np.float64)


class OwnClassifier(ClassifierMixin, _Own):
    """Predict labels by a person's own estimator; see :class:`_Own`.

    Attributes
    ----------
    classes_ : ndarray
        The labels, in the order of the probabilities.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Make the estimator and fit it."""
        self._fit(X, y)
        self.classes_ = np.asarray(getattr(self.fitted_, "classes_", np.unique(np.asarray(y))))
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return its labels, one a row."""
        return np.asarray(self._ask("predict", X))

    @available_if(_gives_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return its probabilities, of shape (rows, classes); there only where it gives them."""
        return np.asarray(self._ask("predict_proba", X), dtype=np.float64)


class OwnTransformer(TransformerMixin, _Own):
    """Hand rows on as a person's own transformer makes them; see :class:`_Own`."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Make the transformer and fit it on these rows."""
        self._fit(X, y)
        return self

    def transform(self, X: Any) -> Any:
        """Return its numbers, of shape (rows, columns); a sparse matrix stays one.

        Raises
        ------
        MlctlError
            When it gives anything but numbers, or another number of rows.
        """
        found = self._ask("transform", X)
        if not sparse.issparse(found):
            found = self._numbers(found)
        if found.shape[0] != len(X):
            raise MlctlError(
                f"{_word(self.name)}: transform gave {found.shape[0]} rows for {len(X)}", "give one for each"
            )
        return found

    def _numbers(self, found: Any) -> NDArray[np.float64]:
        try:
            table = np.asarray(found, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise MlctlError(
                f"{_word(self.name)}: transform gave what is no number: {error}",
                "encode text and dates in it",
            ) from None
        return table.reshape(-1, 1) if table.ndim == 1 else table
