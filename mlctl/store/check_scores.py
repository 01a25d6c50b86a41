"""The evaluations of a record against ``scores.csv``, which is under the checksums and never changes."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.findings import Finding
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError, NotFoundError

_LARGEST = 64_000_000
_COLUMNS = ["fold", "split", "metric", "value"]
_PARTS = {"validation": "cross_validation"}
_CLOSE = 1e-9
FOLDS = "cross_validation"

Scores = dict[str, dict[str, list[float]]]
"""Part to metric to values: one, or one for each fold."""


def read(path: Path) -> Scores:
    """Return what a ``scores.csv`` holds; rows of another form are passed over.

    Raises
    ------
    MlctlError
        When it cannot be read.
    """
    text = files.read_bytes_limited(path, _LARGEST).decode(errors="replace")
    found: Scores = {}
    try:
        for row in csv.DictReader(io.StringIO(text, newline="")):
            if all(isinstance(row.get(name), str) for name in _COLUMNS):
                part = _PARTS.get(row["split"], row["split"])
                found.setdefault(part, {}).setdefault(row["metric"], []).append(float(row["value"]))
    except (csv.Error, ValueError) as error:
        raise MlctlError(f"{path.name} holds no scores: {error}") from None
    return found


def check(directory: Path, shown: str, experiment: Experiment) -> Iterator[Finding]:
    """Yield a finding where a record's evaluations are not the scores that were written down.

    What only one of the two has is passed over: a person may add evaluations, and an experiment that was
    recorded by hand has no scores.
    """
    place = experiment.artifact_file_paths.get("scores")
    if not place:
        return
    try:
        scores = read(directory / place)
    except NotFoundError:
        return  # named already, as a file that is missing
    except MlctlError as error:
        yield Finding("scores", shown, error.message, "person")
        return
    for part, metrics in scores.items():
        for metric, values in metrics.items():
            if told := differs(experiment.evaluations, part, metric, values):
                said = f"evaluations.{part}.{metric} is {told}, and {place} says otherwise"
                yield Finding("evaluations", shown, said, "repair")


def differs(evaluations: Mapping[str, Any], part: str, metric: str, values: list[float]) -> str:
    """Say what a record has instead of the scores that were written down, or return the empty string."""
    known = evaluations.get(part)
    told = known.get(metric) if isinstance(known, Mapping) else None
    if told is None:
        return ""
    if part != FOLDS:
        return "" if _same([told], values[-1:]) else f"{told!a:.40}"
    if not isinstance(told, Mapping):
        return f"{told!a:.40}"
    if not _same(told.get("folds", ()), values):
        return f"another list of {len(told.get('folds', ()))} folds"
    mean = told.get("mean")
    right = mean is None or _same([mean], [math.fsum(values) / len(values)])
    return "" if right else f"mean {mean!a:.40}"


def _same(told: Any, values: list[float]) -> bool:
    return len(told) == len(values) and all(map(_equal, told, values))


def _equal(told: float | None, value: float) -> bool:
    if told is None or math.isnan(told):
        return math.isnan(value)
    return told == value or math.isclose(told, value, rel_tol=_CLOSE)
