"""Score a stored model again, from its files alone."""

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl
from numpy.typing import NDArray

from mlctl.actions import environment
from mlctl.actions.own_steps import stepped
from mlctl.actions.prepare import Prepared, prepare
from mlctl.actions.recheck import Check, check, differences
from mlctl.actions.recorded import Recorded
from mlctl.data.conform import conform, conform_target
from mlctl.data.examine import types_of
from mlctl.data.read import read
from mlctl.data.sources import resolve
from mlctl.errors import DamagedError, DataError
from mlctl.ml import tasks
from mlctl.ml.model_file import load
from mlctl.ml.problem import Problem
from mlctl.params.data_section import SOURCES


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Scores of a stored model.

    Attributes
    ----------
    scores : dict
        Metric to value.
    rows : int
        Rows that were scored.
    check : Check or None
        The comparison with the recorded scores; None on new data, which has none.
    warnings : tuple of str
        What the data made necessary to say.
    """

    scores: dict[str, float]
    rows: int
    check: Check | None
    warnings: tuple[str, ...] = ()


def evaluate(recorded: Recorded, *, trust: bool = False) -> Evaluated:
    """Predict the stored held-out rows, and compare the scores with the recorded ones.

    Raises
    ------
    DamagedError
        When a file's checksum is not as it was.
    """
    model = load_model(recorded, trust=trust)
    prepared = prepare(recorded.parameters, recorded.table, recorded.rules)
    positions = held_out_positions(recorded, prepared)
    scores = _scores(prepared.problem, model, positions)
    found = check(recorded.experiment.evaluations, {"test": scores}, ("test",), _elsewhere(recorded))
    return Evaluated(scores, len(positions), found)


def evaluate_on(recorded: Recorded, path: str, base: Path, *, trust: bool = False) -> Evaluated:
    """Score the stored model on a new file with the same columns.

    Raises
    ------
    DataError
        When a column is missing or of another type, or the target is.
    """
    model = load_model(recorded, trust=trust)
    prepared = prepare(recorded.parameters, recorded.table, recorded.rules)
    settled = recorded.parameters.data
    # A code such as 007 that was text in training is text here too.
    types = types_of(prepared.problem.columns) | settled.types
    data = settled.model_copy(update={**dict.fromkeys(SOURCES), "path": (path,), "types": types})
    with recorded.store.scratch_for_reading() as scratch:
        read_in = read(resolve(data, base, scratch).members, data)
        table = stepped(recorded.parameters, read_in, recorded.rules)
    target, kept = conform_target(table.frame, data.target, prepared.problem.classes)
    if not len(kept):
        raise DataError(
            f"{path}: no row has a value of the target {data.target!r}", "score rows with answers"
        )
    frame = conform(table.frame, prepared.problem.columns, data.dates).iloc[kept]
    rows = np.arange(len(kept), dtype=np.int64)
    problem = replace(prepared.problem, frame=frame, target=target)
    scores = _scores_of_others(path, problem, model, rows)
    return Evaluated(scores, len(kept), None, table.notes)


def load_model(recorded: Recorded, *, trust: bool) -> Any:
    """Return an experiment's model; the checksums of its files are checked first.

    Raises
    ------
    DamagedError
        When it has none, or a file's checksum is not as it was.
    RefusedError
        When the file needs trust.
    """
    file = recorded.experiment.artifact_file_paths.get("model")
    if not file:
        raise DamagedError(
            f"{recorded.experiment.model_version_id} has no model: it is {recorded.experiment.status}",
            "see `mlctl compare` for those that have",
        )
    recorded.store.verify(recorded.experiment)
    # The checksum says that this is the file that this store wrote.
    return load(recorded.directory / file, trust=trust)


def _scores(problem: Problem, model: Any, rows: Any) -> dict[str, float]:
    with threadpoolctl.threadpool_limits(1):
        return tasks.scores_on(problem, model, rows)


def _scores_of_others(path: str, problem: Problem, model: Any, rows: Any) -> dict[str, float]:
    try:
        return _scores(problem, model, rows)
    except (
        ValueError,
        TypeError,
    ) as error:  # an estimator without preprocessing takes no gap and no new label
        reason = str(error).strip().partition("\n")[0]
        raise DataError(
            f"{path}: the model cannot predict these rows: {reason}",
            "give it rows like those it was trained on; `preprocess: auto` fills gaps and takes new labels",
        ) from None


def held_out_rows(recorded: Recorded) -> list[int]:
    """Return the positions, in the table as read, of the rows that the model was not trained on."""
    text = (recorded.directory / "predictions.csv").read_text(encoding="utf-8")
    return [int(row["row"]) for row in csv.DictReader(io.StringIO(text))]


def held_out_positions(recorded: Recorded, prepared: Prepared) -> NDArray[np.int64]:
    """Return the positions of the same rows in the examined frame.

    Raises
    ------
    DamagedError
        When the data does not have them.
    """
    at = {int(row): position for position, row in enumerate(prepared.examination.kept)}
    wanted = held_out_rows(recorded)
    if any(row not in at for row in wanted):
        raise DamagedError(
            f"{recorded.experiment.model_version_id}: predictions.csv names rows that its data does not have"
        )
    return np.array([at[row] for row in wanted], dtype=np.int64)


def _elsewhere(recorded: Recorded) -> tuple[str, ...]:
    return differences(recorded.experiment.environment, environment.summary(), recorded.packages)
