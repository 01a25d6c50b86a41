"""MLflow's ``evaluate``: every score of a model on rows with answers, logged into the run that is open."""

from dataclasses import dataclass, field
from typing import Any

from mlctl.errors import UsageError
from mlctl.tracking import active
from mlctl.tracking.context import Experiment
from mlctl.tracking.fluent import target
from mlctl.tracking.scoring import scores_of
from mlctl.tracking.sklearn import load_model


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What was found: ``metrics`` by scikit-learn's names."""

    metrics: dict[str, float]
    artifacts: dict[str, Any] = field(default_factory=dict)


def evaluate(
    model: Any, data: Any, *, targets: Any = None, model_type: str | None = None, **_: Any
) -> EvaluationResult:
    """Score a model on rows with answers, and log every score.

    Parameters
    ----------
    model : estimator or str
        Fitted, or where it is kept: ``runs:/ID/model``.
    data : frame or array
        The rows.
    targets : str or array
        The answers, or the column of ``data`` that holds them.
    model_type : {"classifier", "regressor"}, optional
        As MLflow has it; the estimator says it itself.

    Raises
    ------
    UsageError
        When there are no answers, or the model is neither a classifier nor a regressor.
    """
    fitted = load_model(model) if isinstance(model, str) else model
    if targets is None:
        raise UsageError("evaluate needs answers", "evaluate(model, X_test, targets=y_test)")
    rows, answers = (
        (data.drop(columns=[targets]), data[targets]) if isinstance(targets, str) else (data, targets)
    )
    found = scores_of(fitted, rows, answers)
    if not found:
        kind = type(fitted).__name__
        raise UsageError(
            f"a {kind} has no scores here{f' as a {model_type}' if model_type else ''}",
            "give a fitted classifier or regressor with one answer a row",
        )
    _log(found)
    return EvaluationResult(found)


def _log(found: dict[str, float]) -> None:
    already = active.current()
    into: Experiment = already or target()
    into.log_metrics(found)
    if already is None:
        into.end()
