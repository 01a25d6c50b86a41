"""Experiments as tests need them."""

from typing import Any

from mlctl.domain.records import Experiment


def experiment(number: int, rung: str, folds: list[float] | None = None, **more: Any) -> Experiment:
    """Return a finished experiment of iris/species with accuracy over five folds."""
    scores = {} if folds is None else {"accuracy_score": scored(folds)}
    given: dict[str, Any] = {
        "experiment_id": f"{number:032x}",
        "model_id": "m",
        "model_version_id": f"iris_3f9a1c_{number}",
        "created_datetime": "2026-01-09T00:00:00.000000Z",
        "status": "finished",
        "rung": rung,
        "rung_index": number - 1,
        "task": "classification",
        "metric": "accuracy_score",
        "ladder_id": "ladder",
        "comparison_key": "same",
        "evaluations": {"cross_validation": scores},
        "validation_dataset": {"test_to_train": 0.25, "folds": 5, "repeats": 1},
        "project_name": "iris",
        "model_name": "species",
    }
    return Experiment(**{**given, **more})


def scored(folds: list[float]) -> dict[str, Any]:
    """Return a cross-validation score as records hold it."""
    mean = sum(folds) / len(folds)
    return {"mean": mean, "std": (sum((f - mean) ** 2 for f in folds) / len(folds)) ** 0.5, "folds": folds}


DUMMY = experiment(1, "dummy", [0.33, 0.33, 0.34, 0.33, 0.33])
LINEAR = experiment(
    2, "logistic_regression", [0.95, 0.96, 0.94, 0.95, 0.95], parameters={"C": 1.0, "tol": 0.1}
)
TREE = experiment(3, "decision_tree", [0.90, 0.91, 0.89, 0.90, 0.90], parameters={"max_depth": 3, "tol": 0.1})
BOOSTING = experiment(
    4, "hist_gradient_boosting", [0.951, 0.958, 0.942, 0.951, 0.951], parameters={"tol": 0.1}
)
