"""``autolog()``: every fit of a scikit-learn estimator logs itself.

``fit`` is wrapped in every class that scikit-learn's base class has, those of other packages and later ones
included. Only the outermost fit logs: those inside a pipeline or a search, in this thread or in a worker's,
belong to it. Processes that were forked log nothing.
"""

import functools
import inspect
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator

from mlctl.tracking import active
from mlctl.tracking.context import Experiment, experiment
from mlctl.tracking.fit_facts import log_fit
from mlctl.tracking.guard import warn


@dataclass(frozen=True, slots=True)
class Switch:
    """What autologging does; see :func:`autolog`."""

    on: bool = False
    log_models: bool = True
    held_out: tuple[Any, Any] | None = None


class _State:
    """Of this process."""

    switch = Switch()
    pid = 0
    lock = threading.Lock()
    fitting: set[int] = set()  # noqa: RUF012 - the threads in which a fit that logs is at work
    wrapped: dict[type, Callable[..., Any]] = {}  # noqa: RUF012 - each class with its own fit


def autolog(
    *, X_test: Any = None, y_test: Any = None, log_models: bool = True, disable: bool = False
) -> None:
    """Have every fit of a scikit-learn estimator log itself, until ``disable=True``.

    Logged are the estimator's parameters and class, its scores on the training rows (``training_`` and the
    metric, as MLflow names them), rows and columns of the data, the time of the fit, the model with its first
    rows as an example, and of a search its best parameters and score. A fit logs into the experiment that is
    open, else into one of its own.

    Parameters
    ----------
    X_test, y_test : array-like, optional
        Held-out rows and their answers, on which every model that was fitted is scored as well: ``test_`` and
        the metric. What a script scores in other ways it logs itself, with ``log_metric`` or ``evaluate``:
        autologging does not guess which rows were held out.
    log_models : bool, default=True
        Keep the models.
    disable : bool, default=False
        Stop it.
    """
    held_out = None if X_test is None or y_test is None else (X_test, y_test)
    _State.switch = Switch(not disable, log_models, held_out)
    _State.pid = os.getpid()
    if disable:
        _unwrap()
    else:
        _wrap_all()


def _wrap_all() -> None:
    waiting = [BaseEstimator]
    while waiting:
        kind = waiting.pop()
        _wrap(kind)
        waiting += kind.__subclasses__()
    if "__init_subclass__" not in BaseEstimator.__dict__:
        BaseEstimator.__init_subclass__ = classmethod(_wrap_later)


def _unwrap() -> None:
    for kind, fit in _State.wrapped.items():
        kind.fit = fit  # type: ignore[attr-defined]  # it had one
    _State.wrapped.clear()
    if "__init_subclass__" in BaseEstimator.__dict__:
        del BaseEstimator.__init_subclass__


def _wrap_later(kind: type, /, **words: Any) -> None:
    """Wrap a class that is defined, or imported, after ``autolog()``."""
    super(BaseEstimator, kind).__init_subclass__(**words)
    _wrap(kind)


def _wrap(kind: type) -> None:
    fit = kind.__dict__.get("fit")
    if inspect.isfunction(fit) and kind not in _State.wrapped:
        _State.wrapped[kind] = fit
        kind.fit = _logging(fit)  # type: ignore[attr-defined]  # it has one


def _logging(fit: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fit)
    def wrapper(self: Any, *words: Any, **named: Any) -> Any:
        if not _begins(self):
            return fit(self, *words, **named)
        try:
            start = time.perf_counter()
            fitted = fit(self, *words, **named)
            _log(self, fit, words, named, time.perf_counter() - start)
            return fitted
        finally:
            _State.fitting.discard(threading.get_ident())

    return wrapper


def _begins(estimator: Any) -> bool:
    """Tell whether this fit is one that logs, and note that it is at work."""
    if os.getpid() != _State.pid or not _predicts(estimator):
        return False
    thread = threading.get_ident()
    with _State.lock:
        # A fit in a thread that has begun no experiment is a part of the one that is at work in another.
        if thread in _State.fitting or (_State.fitting and active.own() is None):
            return False
        _State.fitting.add(thread)
        return True


def _predicts(estimator: Any) -> bool:
    """Tell whether it is a model: scalers and encoders are steps on the way to one."""
    try:
        return hasattr(estimator, "predict")
    except Exception:  # a property of a foreign class may raise anything
        return False


def _log(
    estimator: Any, fit: Callable[..., Any], words: tuple[Any, ...], named: dict[str, Any], seconds: float
) -> None:
    try:
        given = inspect.signature(fit).bind(estimator, *words, **named).arguments
        rows, answers = given.get("X"), given.get("y")
        current: Experiment | None = active.current()
        target = current or experiment(name=type(estimator).__name__)
        switch = _State.switch
        log_fit(target, estimator, rows, answers, seconds, switch.held_out, keep=switch.log_models)
        if current is None:
            target.end()
    except Exception as error:  # whatever an estimator does when it is looked at, the script goes on
        warn(f"a fit was not logged: {type(error).__name__}: {error}")


__all__ = ["Switch", "autolog"]
