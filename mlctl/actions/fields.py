"""The fields of an experiment by name, flat: what filters, sorting and columns speak of."""

from collections.abc import Collection
from typing import Any

from mlctl.domain.logged import LOGGED
from mlctl.domain.metrics import Metric, find_metric
from mlctl.domain.records import Experiment
from mlctl.domain.version_id import VersionId

PARTS = ("test", "train", LOGGED)


HEADINGS = {
    "#": "number",
    "fit": "fit_s",
    "one row": "single_row_us",
    "size": "model_bytes",
    "age": "created",
    "experiment": "name",
    "Δ dummy": "delta_baseline",
    "Δ champion": "delta_champion",
}
"""What a person reads above a column, to the name that it has for machines."""


def canonical(name: str, known: Collection[str]) -> str:
    """Return the field that a name means: itself, a logged metric, a heading, a metric's other spelling."""
    if name in known:
        return name
    if f"{LOGGED}.{name}" in known:
        return f"{LOGGED}.{name}"
    part, dot, bare = name.rpartition(".")
    metric = find_metric(bare)
    return HEADINGS.get(name) or (f"{part}{dot}{metric.name}" if metric else name)


def flat_parameters(experiment: Experiment) -> dict[str, Any]:
    """Return the estimator's parameters; nested ones joined by dots."""
    return dict(_flatten(experiment.parameters, ""))


def _flatten(tree: dict[str, Any], prefix: str) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((f"{prefix}{key}", value))
    return flat


def scores_of(experiment: Experiment) -> dict[str, float | None]:
    """Return every score: cross-validation means bare and with ``_std``, the other parts with their name."""
    scores: dict[str, float | None] = {}
    for name, value in experiment.evaluations.get("cross_validation", {}).items():
        scores[name] = experiment.score("cross_validation", name)
        scores[f"{name}_std"] = value.get("std") if isinstance(value, dict) else None
    for part in PARTS:
        for name in experiment.evaluations.get(part, {}):
            scores[f"{part}.{name}"] = experiment.score(part, name)
    return scores


def fields_of(experiment: Experiment, metric: Metric) -> dict[str, Any]:
    """Return everything that a row of a comparison can show; a parameter never hides a field."""
    version = VersionId.parse(experiment.model_version_id)
    parameters = flat_parameters(experiment)
    latency = experiment.evaluations.get("latency", {})
    own = {
        "number": version.number if version else None,
        "name": experiment.model_version_id,
        "rung": experiment.rung,
        "status": experiment.status,
        metric.name: None,
        **({} if metric.name.startswith(f"{LOGGED}.") else {f"{metric.name}_std": None}),
        **scores_of(experiment),
        "fit_s": experiment.timings.get("fit_s"),
        "total_s": experiment.timings.get("total_s"),
        "single_row_us": latency.get("single_row_us"),
        "batch_row_us": latency.get("batch_row_us"),
        "model_bytes": experiment.evaluations.get("size", {}).get("model_bytes"),
        "seed": experiment.seed,
        "dataset": experiment.training_dataset.get("dataset"),
        "commit": experiment.git.get("commit"),
        "dirty": experiment.git.get("dirty"),
        "tags": experiment.tags,
        "description": experiment.description,
        "project": experiment.project_name,
        "model": experiment.model_name,
        "ladder": experiment.ladder_id,
        "created": experiment.created_datetime,
    }
    prefixed = {f"params.{name}": value for name, value in parameters.items()}
    return {**parameters, **own, **prefixed}
