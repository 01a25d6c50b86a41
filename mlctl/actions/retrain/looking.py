"""The step ``decide``: the champion scored on rows that are newer than those it was trained on, and drift."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.actions import tables
from mlctl.actions.contenders import answers
from mlctl.actions.evaluate import load_model
from mlctl.actions.gate_rows import time_blocks
from mlctl.actions.model_drift import Model
from mlctl.actions.own_sources import rule_sources
from mlctl.actions.own_steps import stepped
from mlctl.actions.performance import of_champion
from mlctl.actions.performance_verdict import is_worse, tolerance_of
from mlctl.actions.prepare import Prepared, examined, prepare
from mlctl.actions.recorded import Recorded, recorded
from mlctl.actions.retrain.child import Bench
from mlctl.actions.retrain.fetching import champion_of, new_rows, read_fetched
from mlctl.data.conform import conform
from mlctl.data.drift import drift
from mlctl.data.examine import Examination
from mlctl.domain.gate import LEAST_ROWS
from mlctl.domain.metrics import METRICS, Metric
from mlctl.domain.records import Experiment
from mlctl.errors import DataError, MlctlError
from mlctl.ml.problem import Problem
from mlctl.stats.paired import Interval, interval


@dataclass(frozen=True, slots=True)
class NewRows:
    """The rows that the champion's data did not have.

    Attributes
    ----------
    frame : pandas.DataFrame
        All rows of the data as it is now, as read.
    positions : int64 array
        Of the new ones in ``found``, later than the champion's training where there is a time.
    problem : Problem
        The same rows in the form that the champion was trained on.
    """

    frame: Any
    found: Examination
    positions: NDArray[np.int64]
    problem: Problem


def step(bench: Bench) -> dict[str, Any]:
    """Look at what the parameters file watches.

    Raises
    ------
    DataError
        When the data cannot be scored.
    """
    champion = champion_of(bench)
    fetched = bench.found("fetch")
    if champion is None:
        return {"champion": None, "fingerprint": fetched["fingerprint"]}
    sources = rule_sources(bench.loaded.parameters, bench.base)
    frame = stepped(bench.loaded.parameters, read_fetched(bench, fetched).table, sources)
    looked: dict[str, Any] = {"champion": champion.model_version_id, "fingerprint": fetched["fingerprint"]}
    with recorded(bench.store, champion, trust=bench.order.trust) as record:
        model = load_model(record, trust=bench.order.trust)
        theirs = prepare(record.parameters, record.table, record.rules)
        new = _new(record, theirs, frame.frame, examined(bench.loaded.parameters, frame))
        if "degraded" in bench.order.watches:
            looked |= _degraded(bench, champion, model, new)
        if "drift" in bench.order.watches:
            looked |= _drift(bench, record, theirs, model, new)
    return looked


def _new(record: Recorded, theirs: Prepared, frame: Any, found: Examination) -> NewRows:
    kept = frame.iloc[found.kept].reset_index(drop=True)
    fresh = new_rows(record.table.frame, frame)[found.kept]
    columns, time = theirs.problem.columns, record.parameters.data.time
    as_theirs = conform(kept, columns, record.parameters.data.dates)
    if time and "time" in found.aside:
        until = theirs.examination.aside["time"].iloc[theirs.split.train].max()
        fresh &= (found.aside["time"] > until).to_numpy()
        if time not in as_theirs:
            as_theirs = as_theirs.assign(**{time: found.aside["time"]})
    problem = replace(theirs.problem, frame=as_theirs, target=found.target)
    return NewRows(kept, found, np.flatnonzero(fresh).astype(np.int64), problem)


def _degraded(bench: Bench, champion: Experiment, model: Any, new: NewRows) -> dict[str, Any]:
    """Judge the champion by what it answered in use, and where that tells nothing by newer rows."""
    asked = bench.loaded.parameters.retrain and bench.loaded.parameters.retrain.degraded
    tolerance = asked.tolerance if asked else None
    if not asked or not asked.served:
        return _by_new_rows(bench, champion, model, new, tolerance)
    found = _by_served(bench, champion, asked.served, tolerance)
    if found["degraded"] is not None:
        return found
    told = _by_new_rows(bench, champion, model, new, tolerance)
    return {**told, "said": f"{told['said']} ({found['said']})"}


def _by_served(bench: Bench, champion: Experiment, folder: str, tolerance: float | None) -> dict[str, Any]:
    try:
        served = of_champion(bench.store, champion, bench.base / folder, tolerance)
    except MlctlError as error:  # no log yet, or no actual value: the data are looked at instead
        return {"degraded": None, "said": error.message}
    found = served.verdict
    return {
        "degraded": found.fallen,
        "said": f"served: {found.said}",
        "score": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "reference": found.reference,
        "tolerance": found.tolerance,
        "served_rows": found.rows,
    }


def _by_new_rows(
    bench: Bench, champion: Experiment, model: Any, new: NewRows, asked: float | None
) -> dict[str, Any]:
    metric = METRICS[champion.metric]
    reference = champion.score("test", metric.name)
    if reference is None or len(new.positions) < LEAST_ROWS:
        said = f"{len(new.positions):,} new rows: under {LEAST_ROWS} nothing is said of the champion"
        return {"degraded": None, "said": said}
    tolerance = tolerance_of(bench.store, champion, metric.name) if asked is None else asked
    try:
        found = _score(metric, model, new)
    except DataError as error:
        return {"degraded": None, "said": f"{metric.name} of the new rows: {error.message}"}
    worse, bound = is_worse(metric, found, reference, tolerance)
    said = (
        f"{metric.name} {found.estimate:.4g} on {len(new.positions):,} new rows, {bound}, where it was "
        f"{reference:.4g} held out"
    )
    return {
        "degraded": worse,
        "said": said,
        "score": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "reference": reference,
        "tolerance": tolerance,
        "new_rows": len(new.positions),
    }


def _score(metric: Metric, model: Any, new: NewRows) -> Interval:
    problem, rows = new.problem, new.positions
    blocks = time_blocks(new.found.aside["time"].iloc[rows])[0] if "time" in new.found.aside else None
    return interval(
        metric,
        problem.target[rows],
        answers(model, problem, rows),
        classes=problem.classes,
        positive=problem.positive,
        blocks=blocks,
        seed=problem.seed,
    )


def _drift(bench: Bench, record: Recorded, theirs: Prepared, fitted: Any, new: NewRows) -> dict[str, Any]:
    dataset = bench.store.dataset(bench.order.project, record.experiment.training_dataset["dataset"])
    model = Model(record, dataset, tables.roles_of(dataset), fitted, theirs.examination)
    reference, rows = record.table.frame, model.held_out()
    current = new.frame.iloc[new.positions]
    if not len(current):
        return {"drifted": None, "drift": ["no new rows"]}
    said = drift(
        reference,
        current,
        roles=model.roles,
        importance=model.importance(),
        predictions=(model.answers(reference.iloc[rows]), model.answers(current)),
        predicted=rows,
        seed=record.parameters.seed,
    )
    return {"drifted": said.drifted, "drift": list(said.reasons)}
