"""The keys of the foreign parameters file, and whether a file is one.

::

    proj_name: iris
    model_name: [{name_1: knn_model_1}, {name_2: knn_model_2}]    # or one name
    mart_id: iris_mart                                            # a dataset of the project
    time_zone: Asia/Seoul
    date_format: "%Y-%m-%d %H:%M:%S"
    train_start_date: "2026-01-09 00:00:00"
    train_schedule_interval: "@daily"
    train_trigger_start_date: "2026-01-09 00:00:00"
    train_trigger_schedule_interval: "@hourly"
    mlflow: {target_metric: accuracy_score, tracking_uri: …, experiment_name: …, register_model: true}

What stands under ``mlflow`` may also be written with a dot, ``mlflow.target_metric``, or at the top.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mlctl.params.model import Parameters
from mlctl.params.problems import Problem
from mlctl.params.words import did_you_mean

TOP = (
    "proj_name",
    "model_name",
    "mart_id",
    "time_zone",
    "date_format",
    "train_start_date",
    "train_schedule_interval",
    "train_trigger_start_date",
    "train_trigger_schedule_interval",
)
MLFLOW = ("target_metric", "tracking_uri", "experiment_name", "register_model")
KNOWN = (*TOP, *(f"mlflow.{key}" for key in MLFLOW))

OURS = {
    "proj_name": "project",
    "model_name": "model, and its rungs under ladder",
    "mart_id": "data.dataset",
    "time_zone": "retrain.time_zone",
    "date_format": "retrain.date_format",
    "train_start_date": "retrain.start_date",
    "train_schedule_interval": "retrain.schedule",
    "train_trigger_start_date": "retrain.start_date",
    "train_trigger_schedule_interval": "retrain.check_schedule, with retrain.new_data",
    "mlflow.target_metric": "metric",
    "mlflow.experiment_name": "model",
}
"""What a key is called in our own form, where it has a place there."""

_TELLING = frozenset(TOP) - {"time_zone", "date_format"}
"""Keys that no file of our own form has, at its top or where a person may look for ``retrain``'s."""


def is_foreign(tree: Any) -> bool:
    """Tell whether what a file holds has a key by which the foreign form is known."""
    return isinstance(tree, Mapping) and any(_is_telling(key) for key in tree)


def _is_telling(key: Any) -> bool:
    return isinstance(key, str) and (key in _TELLING or key == "mlflow" or key.startswith("mlflow."))


def is_foreign_key(key: str) -> bool:
    """Tell whether a dotted key, as ``--set`` has it, is one of the foreign form's."""
    return key in KNOWN or key in MLFLOW or key == "mlflow"


def mixed(tree: Mapping[Any, Any]) -> list[Problem]:
    """Return a problem for each foreign key of a file that has keys of our own form too; else none."""
    ours = [key for key in tree if key in Parameters.model_fields]
    if not ours:
        return []
    listed = ", ".join(ours[:3]) + (", …" if len(ours) > 3 else "")
    found = []
    for key in filter(_is_telling, tree):
        own = OURS.get(key)
        told = f"; here it is {own}" if own else ""
        found.append(
            Problem(
                (key,), f"a key of the foreign form in a file of mlctl's own form, which has {listed}{told}"
            )
        )
    return found


def flat(tree: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values by their full key, and what is wrong with the keys.

    Parameters
    ----------
    tree : mapping
        What the file holds: keys under ``mlflow``, with ``mlflow.`` before them, or at the top.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for place, key, value in _keys(tree):
        full = f"mlflow.{key}" if key in MLFLOW else key
        if full not in KNOWN:
            near = did_you_mean(key, (*KNOWN, *MLFLOW)) or f"known here: {', '.join(KNOWN)}"
            problems.append(Problem(place, f"not a known key; {near}"))
        elif full in found:
            problems.append(Problem(place, "stands twice, in two spellings; keep one"))
        else:
            found[full] = value
    return found, problems


def _keys(tree: Mapping[Any, Any]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for key, value in tree.items():
        if key == "mlflow" and isinstance(value, Mapping):
            yield from ((("mlflow", str(inner)), f"mlflow.{inner}", given) for inner, given in value.items())
        else:
            yield (str(key),), str(key), value
