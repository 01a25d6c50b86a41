"""A model that a script logs: its file, what it is, and example rows for `predict` and `build`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sklearn.base import is_classifier, is_regressor

from mlctl import files
from mlctl.actions import example
from mlctl.actions.logging import Log
from mlctl.ml.model_file import SavedModel, save


def keep_model(log: Log, model: Any, rows: Any = None) -> None:
    """Keep a fitted estimator in an experiment; the last one that is kept is its model.

    Parameters
    ----------
    rows : array or frame, optional
        Some rows as the model takes them: `predict`, `build` and `serve` need them to know its columns.
    """
    given = None if rows is None else example.of_rows(rows, model)
    made: list[SavedModel] = []

    def write(folder: Path) -> dict[str, str]:
        made.append(save(model, folder, sample=None if given is None else given.input()))
        names = {"model": made[0].file}
        if given is not None:
            files.write_atomic(folder / example.FILE, given.to_json())
            names["example"] = example.FILE
        return names

    log.model(write, {"rung": type(model).__name__, "task": task_of(model)})
    log.set(evaluations={"size": {"model_bytes": made[0].bytes}})
    if made[0].note:
        log.line(f"model: {made[0].note}")


def task_of(model: Any) -> str:
    """Return ``classification``, ``regression``, or nothing for an estimator of another kind."""
    if is_classifier(model):
        return "classification"
    return "regression" if is_regressor(model) else ""


def parameters_of(model: Any) -> Mapping[str, Any]:
    """Return what an estimator was built with, parts of parts by double underscores, as MLflow has them."""
    return model.get_params(deep=True)  # type: ignore[no-any-return]  # scikit-learn is untyped
