"""Scores of a fitted estimator on rows with answers, under scikit-learn's names."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlctl.actions.logging_model import task_of
from mlctl.domain.metrics import Task
from mlctl.ml.metrics import align, score

LOGGED = {
    "classification": (
        "accuracy_score",
        "f1_score",
        "precision_score",
        "recall_score",
        "log_loss",
        "roc_auc",
    ),
    "regression": ("mean_absolute_error", "mean_squared_error", "r2_score", "root_mean_squared_error"),
}
"""What MLflow's autologging logs for each task."""

DECIDING = {"classification": "accuracy_score", "regression": "r2_score"}
"""By which fits are listed where the script logged no metric of its own."""


def scores_of(model: Any, X: Any, y: Any) -> dict[str, float]:
    """Return every score of a classifier or regressor; of other estimators none.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : frame or array of shape (n_rows, n_columns)
        The rows.
    y : array of shape (n_rows,)
        Their answers.

    Notes
    -----
    The averages are mlctl's everywhere: of two classes the last one is the positive; of more, the mean
    weighted by the rows of each class. (MLflow's ``training_`` scores are weighted means for two as well.)
    """
    task = task_of(model)
    answers = np.asarray(y)
    if task == "regression" and answers.ndim == 1:
        return score("regression", answers, model.predict(X))
    if task != "classification" or answers.ndim != 1:
        return {}
    classes = sorted(set(np.asarray(model.classes_).tolist()) | set(answers.tolist()))
    return score(
        "classification",
        answers,
        model.predict(X),
        scores=_decisions(model, X),
        probabilities=_probabilities(model, X, classes),
        classes=classes,
    )


def logged_scores(model: Any, X: Any, y: Any, prefix: str) -> dict[str, float]:
    """Return the scores that autologging keeps, with a prefix, and the estimator's own ``score``."""
    found = scores_of(model, X, y)
    kept: Mapping[str, float] = {name: found[name] for name in _names(model) if name in found}
    own = {f"{prefix}score": float(model.score(X, y))} if hasattr(model, "score") and found else {}
    return {f"{prefix}{name}": value for name, value in kept.items()} | own


def _names(model: Any) -> tuple[str, ...]:
    return LOGGED.get(task_of(model), ())


def _probabilities(model: Any, X: Any, classes: list[Any]) -> Any:
    if not hasattr(model, "predict_proba"):
        return None
    return align(np.asarray(model.predict_proba(X)), np.asarray(model.classes_).tolist(), classes)


def _decisions(model: Any, X: Any) -> Any:
    if hasattr(model, "predict_proba") or not hasattr(model, "decision_function"):
        return None
    found = np.asarray(model.decision_function(X))
    return found if found.ndim == 1 else None


__all__ = ["DECIDING", "LOGGED", "Task", "logged_scores", "scores_of"]
