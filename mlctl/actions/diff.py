"""What differs between two experiments: parameters, scores, packages, data, code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlctl.actions import environment
from mlctl.actions.fields import flat_parameters, scores_of
from mlctl.domain.choice import Difference, difference, tolerance
from mlctl.domain.logged import LOGGED, logged_metric
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Dataset, Experiment
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; None where a side lacks it."""

    section: str
    name: str
    one: Any
    other: Any
    delta: float | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """Two experiments and what differs.

    Attributes
    ----------
    changes : tuple of Change
        By section: parameters, settings, scores, data, code, packages.
    ahead : Difference or None
        How far the second is ahead in the primary metric, on the same folds; None where they differ.
    separable : bool
        Whether the folds tell them apart.
    """

    one: Experiment
    other: Experiment
    changes: tuple[Change, ...]
    ahead: Difference | None
    separable: bool


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared of one experiment."""

    experiment: Experiment
    settings: Mapping[str, Any]
    packages: Mapping[str, str]
    dataset: Dataset | None


def diff(one: Side, other: Side) -> Diff:
    """Return what differs between two experiments."""
    changes = [
        *_changes("parameters", flat_parameters(one.experiment), flat_parameters(other.experiment)),
        *_changes("settings", _flat(one.settings), _flat(other.settings)),
        *_score_changes(one.experiment, other.experiment),
        *_changes("data", _data(one), _data(other)),
        *_changes("code", _code(one.experiment), _code(other.experiment)),
        *_changes("packages", one.packages, other.packages),
    ]
    ahead, separable = _ahead(one.experiment, other.experiment)
    return Diff(one.experiment, other.experiment, tuple(changes), ahead, separable)


def _changes(section: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    names = dict.fromkeys([*one, *other])
    return [Change(section, n, one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n)]


def _score_changes(one: Experiment, other: Experiment) -> list[Change]:
    before = {n: v for n, v in scores_of(one).items() if not n.endswith("_std")}
    after = {n: v for n, v in scores_of(other).items() if not n.endswith("_std")}
    return [Change(c.section, c.name, c.one, c.other, _gain(c)) for c in _changes("scores", before, after)]


def _gain(change: Change) -> float | None:
    part, _, name = change.name.rpartition(".")
    metric = logged_metric(name) if part == LOGGED else METRICS.get(name)
    if metric is None or change.one is None or change.other is None:
        return None
    return metric.gain(change.other, change.one)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _data(side: Side) -> dict[str, Any]:
    if side.dataset is None:
        return {"dataset": side.experiment.training_dataset.get("dataset")}
    return {
        "fingerprint": side.dataset.fingerprint[:12],
        "rows": side.dataset.rows,
        "columns": side.dataset.columns,
        "rows trained on": side.experiment.training_dataset.get("rows"),
        "rows held out": side.experiment.test_dataset.get("rows"),
        "rows and folds": side.experiment.comparison_key,
    }


def _code(experiment: Experiment) -> dict[str, Any]:
    return {
        "commit": experiment.git.get("commit"),
        "branch": experiment.git.get("branch"),
        "with changes": experiment.git.get("dirty"),
        "python": experiment.environment.get("python"),
        "platform": experiment.environment.get("platform"),
    }


def _ahead(one: Experiment, other: Experiment) -> tuple[Difference | None, bool]:
    same = one.comparison_key and one.comparison_key == other.comparison_key and one.metric == other.metric
    metric = METRICS.get(one.metric)
    scored = one.folds(one.metric) and len(one.folds(one.metric)) == len(other.folds(one.metric))
    if not same or metric is None or not scored:
        return None, False
    ratio = one.validation_dataset.get("test_to_train", 0.25)
    folds, reference = other.folds(one.metric), one.folds(one.metric)
    ahead = difference(metric, folds, reference, ratio, 0.0)
    tolerated = tolerance(metric, None)
    back = difference(metric, reference, folds, ratio, tolerated)
    return ahead, back.beyond or difference(metric, folds, reference, ratio, tolerated).beyond


def side_of(store: Store, found: Experiment) -> Side:
    """Return what is compared of an experiment; a file that it does not have is an empty one."""
    directory = store.experiment_directory(found)
    names = found.artifact_file_paths
    dataset = found.training_dataset.get("dataset")
    return Side(
        found,
        store.read_yaml(directory / names["parameters"]) if "parameters" in names else {},
        environment.packages_in(store, directory / names["packages"]) if "packages" in names else {},
        store.dataset(found.project_name, dataset) if dataset else None,
    )
