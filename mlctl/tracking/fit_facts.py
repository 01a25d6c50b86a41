"""What autologging says of one fit."""

from typing import Any

import numpy as np

from mlctl.actions.logging_model import parameters_of, task_of
from mlctl.tracking.context import Experiment
from mlctl.tracking.scoring import DECIDING, logged_scores


def log_fit(
    target: Experiment,
    estimator: Any,
    rows: Any,
    answers: Any,
    seconds: float,
    held_out: tuple[Any, Any] | None,
    *,
    keep: bool,
) -> None:
    """Log a fit.

    Parameters
    ----------
    target : Experiment
        What is logged into.
    estimator : estimator
        Fitted.
    rows, answers : array-like or None
        What it was fitted on.
    seconds : float
        What the fit took.
    held_out : (rows, answers) or None
        What it is scored on as well.
    keep : bool
        Keep the model.
    """
    kind = type(estimator)
    target.log_params(parameters_of(estimator))
    target.set_tags(
        {"estimator_name": kind.__name__, "estimator_class": f"{kind.__module__}.{kind.__qualname__}"}
    )
    task = task_of(estimator)
    asked = {"metric": DECIDING[task]} if task in DECIDING else {}
    target.do(lambda log: log.set(rung=kind.__name__, timings={"fit_s": seconds}, **asked))
    if keep:
        target.log_model(estimator, rows)
    if rows is not None:
        target.do(lambda log: log.set(training_dataset=_facts(rows)))
    if rows is not None and answers is not None:
        target.do(lambda log: log.metrics(logged_scores(estimator, rows, answers, "training_")))
    if held_out is not None:
        target.do(lambda log: log.metrics(logged_scores(estimator, *held_out, "test_")))
        target.do(lambda log: log.set(test_dataset=_facts(held_out[0])))
    _log_search(target, estimator)


def _facts(rows: Any) -> dict[str, Any]:
    """Return rows and columns; ``said`` is what a person reads."""
    shape: tuple[int, ...] = getattr(rows, "shape", None) or np.shape(rows)
    count, width = int(shape[0]), int(shape[1]) if len(shape) > 1 else 1
    return {"part": "given", "rows": count, "columns": width, "said": f"{count} rows × {width} columns"}


def _log_search(target: Experiment, estimator: Any) -> None:
    """Log what a search over parameters found, as MLflow names it."""
    best = getattr(estimator, "best_params_", None)
    if not isinstance(best, dict):
        return
    target.log_params({f"best_{name}": value for name, value in best.items()})
    if hasattr(estimator, "best_score_"):
        target.log_metric("best_cv_score", estimator.best_score_)
    if hasattr(estimator, "cv_results_"):
        # A search has read its data with pandas or without; its results are read by people.
        import pandas as pd  # noqa: PLC0415

        target.log_text(pd.DataFrame(estimator.cv_results_).to_csv(index=False), "cv_results.csv")
