"""What was found out about a model before, read back from its reports."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from mlctl.domain.insight import Importance, LearningCurve
from mlctl.domain.json_text import parsed
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.files import read_bytes_limited
from mlctl.store.store import Store

IMPORTANCE, CURVE = "importance", "learning_curve"
"""Names of the reports in ``artifact_file_paths``."""

LARGEST = 50_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Insight:
    """What was found out, or why not.

    Attributes
    ----------
    importance : Importance or None
        What each column is worth.
    curve : LearningCurve or None
        What rows are worth.
    notes : tuple of str
        What is missing, and why.
    """

    importance: Importance | None = None
    curve: LearningCurve | None = None
    notes: tuple[str, ...] = ()


def kept(store: Store, experiment: Experiment) -> Insight:
    """Return what was found out before; nothing is computed, and what cannot be read counts as missing."""
    return Insight(
        _kept(store, experiment, IMPORTANCE, Importance.from_dict),
        _kept(store, experiment, CURVE, LearningCurve.from_dict),
    )


def is_wanting(experiment: Experiment, had: Insight) -> bool:
    """Tell whether a model that looks at columns has something left to find out about it."""
    has = experiment.artifact_file_paths
    fit = "model" in has and experiment.metric in METRICS and experiment.rung != "dummy"
    return fit and not (had.importance and had.curve)


def _kept(store: Store, experiment: Experiment, name: str, build: Callable[[Any], T]) -> T | None:
    file = experiment.artifact_file_paths.get(name)
    if not file:
        return None
    path = store.experiment_directory(experiment) / file
    with suppress(MlctlError, ValueError, KeyError, TypeError):
        return build(parsed(read_bytes_limited(path, LARGEST)))
    return None
