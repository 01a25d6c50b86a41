"""From a planned rung to its estimator: the class is found, and each value checked, before any fit."""

import importlib
import inspect
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from sklearn.calibration import CalibratedClassifierCV

from mlctl.domain.ladder import DUMMY_STRATEGIES, family_of
from mlctl.domain.metrics import Task
from mlctl.errors import UsageError
from mlctl.estimators import own as own_estimators
from mlctl.estimators.naive import (
    LastValueClassifier,
    LastValueRegressor,
    SeasonalLastClassifier,
    SeasonalLastRegressor,
)
from mlctl.estimators.rule import RuleClassifier, RuleRegressor, compile_rule

CALIBRATION_FOLDS = 3
"""Folds to calibrate on: five would fail where the training part of a fold has four rows of a class."""

_ORDERED = {
    ("last", "classification"): LastValueClassifier,
    ("last", "regression"): LastValueRegressor,
    ("seasonal_last", "classification"): SeasonalLastClassifier,
    ("seasonal_last", "regression"): SeasonalLastRegressor,
}
_TREE_PACKAGES = frozenset({"xgboost", "lightgbm"})
_TREE_BASES = frozenset({"BaseDecisionTree", "BaseForest", "BaseGradientBoosting"})


@dataclass(frozen=True, slots=True)
class PlannedRung:
    """One rung of a ladder, ready to be climbed.

    Attributes
    ----------
    name : str
        Unique within the ladder: ``svc``, and ``svc_2`` where it is named twice; a dotted path for a class.
    label : str
        What records and tables show.
    kind : str
        The name in :mod:`mlctl.domain.ladder`, a dotted path, or ``rule``.
    index : int
        Position in the ladder; the dummy is 0.
    family : str
        Which preprocessing it gets, see :class:`mlctl.domain.kinds.Kind`.
    class_path : str
        Dotted path of the estimator; empty for a rule.
    points : tuple of mapping
        The parameter sets to try, each whole: defaults of the kind, fixed values and searched ones. At least
        one, and only one where nothing is searched.
    conditional : bool
        Whether it runs only where the probe leads: a rung of the default climb's rest.
    probe : bool
        Whether it is the default climb's headroom probe.
    skip : str
        Why it is left out even where the probe leads; empty where nothing speaks against it.
    rule : tuple of (str, str) or None
        Source text and function name of a hand-written rule.
    code : tuple of (str, str) or None
        Source and ``module:attribute`` of a person's own function or class; see :mod:`mlctl.estimators.own`.
    """

    name: str
    label: str
    kind: str
    index: int
    family: str
    class_path: str
    points: tuple[Mapping[str, Any], ...] = ({},)
    conditional: bool = False
    probe: bool = False
    skip: str = ""
    rule: tuple[str, str] | None = None
    code: tuple[str, str] | None = None

    def is_ordered(self, point: Mapping[str, Any]) -> bool:
        """Tell whether a point of a dummy forecasts from the time column alone."""
        return self.kind == "dummy" and (point.get("strategy"), "regression") in _ORDERED


def make_estimator(rung: PlannedRung, point: Mapping[str, Any], task: Task, seed: int = 0) -> Any:
    """Return the unfitted estimator of one point.

    Parameters
    ----------
    rung : PlannedRung
        The rung.
    point : mapping
        One of its points.
    task : {"classification", "regression"}
        The task.
    seed : int, default=0
        Given as ``random_state`` where the class takes it and the point does not.

    Raises
    ------
    UsageError
        Where the class cannot be imported, is none for the task, or refuses a parameter: scikit-learn's own
        validation of the values is run here.
    """
    if rung.rule is not None:
        return load_rule(*rung.rule, task)
    if rung.code is not None:
        result = own_estimators.estimator(*rung.code, dict(point), task, seed)
        _check_task(rung, task, own_estimators.kind_of(result))
        return result
    if rung.is_ordered(point):
        return _ORDERED[point["strategy"], task]()
    if rung.kind == "dummy":
        _check_strategy(point, task)
    estimator = _create(find_class(rung.class_path), point, rung)
    _check_task(rung, task, own_estimators.kind_of(estimator))
    taken = estimator.get_params(deep=False)
    own: dict[str, Any] = {"random_state": seed}
    if not type(estimator).__module__.startswith("sklearn."):
        own["n_jobs"] = 1  # scikit-learn's default is one thread, that of others may be every core
    estimator.set_params(**{name: own[name] for name in own if name in taken and name not in point})
    _validate(estimator, rung)
    return estimator


def load_rule(source: str, function: str, task: Task) -> Any:
    """Return the estimator of a hand-written rule.

    Parameters
    ----------
    source : str
        Text of the Python file.
    function : str
        The function in it: from a row as a mapping to the prediction.
    task : {"classification", "regression"}
        The task.

    Raises
    ------
    UsageError
        Where the file cannot be run, or has no such function.
    """
    try:
        with redirect_stdout(sys.stderr):  # what it prints is no data of ours
            compile_rule(source, function)
    except (Exception, SystemExit) as error:  # whatever the user's file raises
        raise UsageError(
            f"rule {function!r} cannot be used: {type(error).__name__}: {error}",
            f"the file needs: def {function}(row): return …",
        ) from error
    return (RuleClassifier if task == "classification" else RuleRegressor)(source, function)


def find_class(path: str) -> type:
    """Return the class at a dotted path.

    Raises
    ------
    UsageError
        Where it cannot be imported, or is no estimator.
    """
    module, _, name = path.rpartition(".")
    try:
        with redirect_stdout(sys.stderr):  # what it prints is no data of ours
            found = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        package = (error.name or module).partition(".")[0]
        raise UsageError(
            f"ladder: {path}: there is no module {error.name!r}",
            f"check its spelling; install it (pip install {package}), or put its directory on PYTHONPATH"
            if package == error.name
            else "check its spelling",
        ) from error
    except (Exception, SystemExit) as error:  # whatever importing a foreign package raises
        told = f"{type(error).__name__}: {error}"
        raise UsageError(f"ladder: {path} cannot be imported: {told}", "check its spelling") from error
    if not (inspect.isclass(found) and all(callable(getattr(found, verb, None)) for verb in _VERBS)):
        raise UsageError(
            f"ladder: {path} is no estimator: it lacks {' or '.join(_VERBS)}",
            "name a class with scikit-learn's interface",
        )
    return found


_VERBS = ("fit", "predict", "get_params", "set_params")


def family(kind: str, class_path: str) -> str:
    """Return which preprocessing an estimator gets; trees are known by their base class."""
    known = family_of(kind)
    if known != "other":
        return known
    return _tree_or_other(find_class(class_path))


def own_family(code: tuple[str, str], point: Mapping[str, Any], task: Task, seed: int) -> str:
    """Return which preprocessing a person's own estimator gets: that of its class, where it is known."""
    found = type(own_estimators.estimator(*code, dict(point), task, seed))
    public = f"{found.__module__.partition('._')[0]}.{found.__name__}"
    known = family_of(public)
    return known if known != "other" else _tree_or_other(found)


def _tree_or_other(found: type) -> str:
    bases = {base.__name__ for base in found.__mro__}
    is_tree = bool(bases & _TREE_BASES) or found.__module__.partition(".")[0] in _TREE_PACKAGES
    return "tree" if is_tree else "other"


def calibrated(estimator: Any) -> Any:
    """Return the classifier with probabilities: wrapped in a calibration where it has none of its own."""
    if hasattr(estimator, "predict_proba"):
        return estimator
    return CalibratedClassifierCV(estimator, ensemble=False, cv=CALIBRATION_FOLDS)


def _check_strategy(point: Mapping[str, Any], task: Task) -> None:
    strategy = point.get("strategy", DUMMY_STRATEGIES[task][0])
    if strategy not in DUMMY_STRATEGIES[task]:
        raise UsageError(
            f"ladder: dummy: strategy: {strategy!r} is none for {task}",
            f"one of: {', '.join(DUMMY_STRATEGIES[task])}",
        )


def _create(found: type, point: Mapping[str, Any], rung: PlannedRung) -> Any:
    refused = [name for name in ("n_jobs",) if name in point]
    if rung.kind == "svc" and "probability" in point:
        refused.append("probability")
    if refused:
        raise UsageError(
            f"ladder: {rung.name}: {refused[0]} is not for the ladder to set",
            "rungs share the cores by themselves (jobs:), and are calibrated where a metric asks for it",
        )
    try:
        return found(**point)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"ladder: {rung.name}: {error}", f"see the parameters of {rung.class_path}"
        ) from error


def _check_task(rung: PlannedRung, task: Task, kind: str) -> None:
    of_task = {"classification": "classifier", "regression": "regressor"}[task]
    if kind and kind != of_task:
        raise UsageError(
            f"ladder: {rung.name} is a {kind}, and the task is {task}", f"name a {of_task}, or set task:"
        )


def _validate(estimator: Any, rung: PlannedRung) -> None:
    if not hasattr(estimator, "_parameter_constraints"):
        return
    try:
        estimator._validate_params()  # scikit-learn's own check, which its fit runs too
    except ValueError as error:
        raise UsageError(
            f"ladder: {rung.name}: {error}", f"see the parameters of {rung.class_path}"
        ) from error
