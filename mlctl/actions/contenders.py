"""Champion and challenger as the gate needs them: each with its model, on the challenger's rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import threadpoolctl
from numpy.typing import NDArray

from mlctl.actions.evaluate import held_out_positions, load_model
from mlctl.actions.prepare import Prepared, prepare
from mlctl.actions.recorded import Recorded, dataset_table, recorded
from mlctl.data.conform import conform
from mlctl.data.examine import types_of
from mlctl.domain.records import Experiment
from mlctl.errors import (
    BusyError,
    CancelledError,
    DamagedError,
    DataError,
    GateStoppedError,
    MlctlError,
    NotFoundError,
)
from mlctl.ml import tasks
from mlctl.ml.hashing import row_hashes
from mlctl.ml.problem import Problem
from mlctl.stats.paired import Answers
from mlctl.store.store import Store

_STANDS = 'or replace it without a gate: mlctl promote REF --force --reason "…"'


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of the gate.

    Attributes
    ----------
    problem : Problem
        Its frame holds the challenger's rows in the form that this model was trained on.
    seen : ndarray of uint32
        Hashes of the rows that it was trained on, sorted.
    until : object
        The time of the last row that it was trained on; None where its data have no time.
    groups : frozenset
        The groups that it was trained on; empty where its data name none.
    notes : tuple of str
        How its data differ from what they were, where they had to be fetched again.
    """

    experiment: Experiment
    model: Any
    problem: Problem
    seen: NDArray[np.uint32]
    until: Any
    groups: frozenset[Any]
    notes: tuple[str, ...] = ()

    def hashes(self, rows: Any) -> NDArray[np.uint32]:
        """Return the hashes of rows as its training recorded them."""
        return row_hashes(self.problem.frame.iloc[rows]).astype("<u4")

    def answers(self, rows: Any) -> Answers:
        """Return what its model answers for rows, on one thread as it was scored before."""
        return answers(self.model, self.problem, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenger(Contender):
    """The challenger, and the table whose rows decide.

    Attributes
    ----------
    held_out : int64 array
        Positions, in the problem's frame, of the rows that it was not trained on.
    """

    record: Recorded
    prepared: Prepared
    held_out: NDArray[np.int64]


def answers(model: Any, problem: Problem, rows: Any) -> Answers:
    """Return what a model answers for rows of a problem, of which there may be none."""
    if not len(rows):
        return Answers(np.empty(0))
    with threadpoolctl.threadpool_limits(1), tasks.collected():
        said = tasks.predict(problem, model, rows)
    return Answers(said.labels, said.probabilities, said.scores)


@contextmanager
def challenging(store: Store, experiment: Experiment, *, trust: bool) -> Iterator[Challenger]:
    """Hand out the challenger; its unpacked data is gone at the end.

    Raises
    ------
    NotFoundError
        When it is not finished, or was recorded by hand and keeps nothing to score.
    DamagedError
        When a file is not as it was.
    RefusedError
        When its model needs trust.
    """
    check_promotable(experiment)
    store.verify(experiment)
    with recorded(store, experiment, trust=trust) as record:
        model = load_model(record, trust=trust)
        prepared = prepare(record.parameters, record.table, record.rules)
        yield Challenger(
            experiment,
            model,
            prepared.problem,
            _seen(store, experiment),
            *_reach(prepared, prepared),
            record.changed,
            record=record,
            prepared=prepared,
            held_out=held_out_positions(record, prepared),
        )


def check_promotable(experiment: Experiment) -> None:
    """Raise where an experiment has nothing that could be put to use."""
    name = experiment.model_version_id
    if experiment.status != "finished":
        raise NotFoundError(
            f"{name} is {experiment.status}: only a finished experiment can be promoted",
            "see `mlctl compare` for those that are",
        )
    if not experiment.artifact_file_paths.get("model") or not experiment.training_dataset.get("dataset"):
        raise NotFoundError(
            f"{name} was recorded by hand: it keeps no model or no data, so nothing can be scored",
            "promote one that `mlctl train` made",
        )


def champion_on(store: Store, champion: Experiment, ours: Challenger, *, trust: bool) -> Contender:
    """Return the champion, on the challenger's rows.

    Raises
    ------
    GateStoppedError
        When it cannot score them: a file is damaged, or the columns, the target or the classes differ.
    """
    name = champion.model_version_id
    try:
        store.verify(champion)
        return _same_data(store, champion, ours, trust) or _other_data(store, champion, ours, trust)
    except (BusyError, CancelledError):
        raise
    except MlctlError as error:
        raise GateStoppedError(
            f"the champion {name} cannot score the challenger's rows, and stays: {error.message}",
            f"{error.hint or f'look at it: mlctl evaluate {name}'}; {_STANDS}",
            error.details,
        ) from error


def champion_answers(champion: Contender, rows: Any) -> Answers:
    """Return the champion's answers; whatever its model raises means that it cannot score.

    Raises
    ------
    GateStoppedError
        When it cannot.
    """
    try:
        return champion.answers(rows)
    except Exception as error:  # what a model raises for rows that it was not made for cannot be foreseen
        raise GateStoppedError(
            f"the champion {champion.experiment.model_version_id} cannot score the challenger's rows, and "
            f"stays: {type(error).__name__}: {error}",
            f"look what changed: mlctl data diff; {_STANDS}",
        ) from error


def _same_data(store: Store, champion: Experiment, ours: Challenger, trust: bool) -> Contender | None:
    """Return the champion where it was trained on the very table of the challenger: it is not read again."""
    challenger = ours.experiment
    if champion.training_dataset.get("dataset") != challenger.training_dataset.get("dataset"):
        return None
    directory = store.experiment_directory(champion)
    settings = store.read_yaml(directory / "params.yaml")
    own = store.read_yaml(ours.record.directory / "params.yaml")
    if champion.comparison_key != challenger.comparison_key or settings.get("data") != own.get("data"):
        return None
    model = load_model(replace(ours.record, experiment=champion, directory=directory), trust=trust)
    seen = _seen(store, champion)
    return Contender(champion, model, ours.problem, seen, ours.until, ours.groups)


def _other_data(store: Store, champion: Experiment, ours: Challenger, trust: bool) -> Contender:
    check_promotable(champion)
    with recorded(store, champion, trust=trust) as record:
        model = load_model(record, trust=trust)
        theirs = prepare(record.parameters, record.table, record.rules)
    _check_question(ours, theirs)
    _check_order(ours, theirs)
    problem = replace(theirs.problem, frame=_as_theirs(store, ours, theirs), target=ours.problem.target)
    seen = _seen(store, champion)
    return Contender(champion, model, problem, seen, *_reach(theirs, ours.prepared), record.changed)


def _check_question(ours: Challenger, theirs: Prepared) -> None:
    """Raise where the two models answer different questions."""
    own, other = ours.prepared, theirs
    pairs = [
        ("predicts", own.parameters.data.target, other.parameters.data.target),
        ("is for", own.problem.task, other.problem.task),
        ("knows the classes", own.problem.classes, other.problem.classes),
    ]
    for verb, mine, its in pairs:
        if mine != its:
            raise GateStoppedError(
                f"the challenger {verb} {_told(mine)}, the champion {_told(its)}",
                "a model answers one question; give another one a model of its own",
            )


def _check_order(ours: Challenger, theirs: Prepared) -> None:
    """Raise where the champion was held to later rows, and the challenger keeps rows from in between."""
    if theirs.split.method == "time" and ours.prepared.split.method != "time":
        raise GateStoppedError(
            f"its rows are split in time (data.time: {theirs.parameters.data.time}), the challenger's are "
            "not: rows from between those that the challenger was trained on are easier than later ones",
            f"train the challenger with data.time: {theirs.parameters.data.time}",
        )


def _told(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return ", ".join(map(repr, value[:10])) + (" …" if len(value) > 10 else "")


def _as_theirs(store: Store, ours: Challenger, theirs: Prepared) -> Any:
    """Return the challenger's rows as the champion's training read them."""
    examined = ours.prepared.examination
    table = _read_again(store, ours, theirs).iloc[examined.kept].reset_index(drop=True)
    frame = conform(table, theirs.problem.columns, theirs.parameters.data.dates)
    time = theirs.problem.time
    if time and time not in frame:
        if ours.prepared.parameters.data.time != time:
            raise DataError(f"{time!r} is the champion's time, and not the challenger's")
        frame = frame.assign(**{time: examined.aside["time"]})
    return frame


def _read_again(store: Store, ours: Challenger, theirs: Prepared) -> pd.DataFrame:
    """Return the challenger's table; read anew where the champion takes a column for something else.

    A code 007 that was text to the champion would otherwise be the number 7 here.
    """
    record, data = ours.record, ours.record.parameters.data
    dataset = store.dataset(ours.experiment.project_name, ours.experiment.training_dataset["dataset"])
    wanted, known = types_of(theirs.problem.columns), types_of(ours.problem.columns)
    differ = {name: kind for name, kind in wanted.items() if name in known and known[name] != kind}
    if not differ or not dataset.archive:
        return record.table.frame
    with store.scratch() as scratch:
        again, _ = dataset_table(
            store, dataset, data.model_copy(update={"types": data.types | differ}), scratch
        )
    return again.frame


def _reach(prepared: Prepared, ours: Prepared) -> tuple[Any, frozenset[Any]]:
    """Return the time of the last training row, and the groups of all of them."""
    aside, train = prepared.examination.aside, prepared.split.train
    data, own = prepared.parameters.data, ours.parameters.data
    until = aside["time"].iloc[train].max() if data.time and data.time == own.time else None
    same_group = data.group and data.group == own.group
    return until, frozenset(aside["group"].iloc[train].tolist()) if same_group else frozenset()


def _seen(store: Store, experiment: Experiment) -> NDArray[np.uint32]:
    name = experiment.artifact_file_paths.get("training_rows")
    if not name:
        raise DamagedError(
            f"{experiment.model_version_id} has no list of its training rows: none can be said to be unseen",
            "train it again: mlctl reproduce",
        )
    return np.fromfile(store.experiment_directory(experiment) / name, dtype="<u4")
