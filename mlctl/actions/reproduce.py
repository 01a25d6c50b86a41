"""Train an experiment again from its record."""

from collections.abc import Callable
from dataclasses import replace

from mlctl.actions import environment
from mlctl.actions.prepare import Prepared, prepare
from mlctl.actions.recheck import Check, check, differences
from mlctl.actions.recorded import Recorded
from mlctl.errors import MlctlError
from mlctl.ml.climb import Climb
from mlctl.ml.outcome import Progress, RungFailure, RungResult
from mlctl.ml.pool import start_server
from mlctl.ml.rungs import PlannedRung

PARTS = ("train", "cross_validation", "test")


def reproduce(
    recorded: Recorded, *, clock: Callable[[], float], on_progress: Callable[[Progress], None]
) -> tuple[RungResult, Check]:
    """Train the experiment's rung again on its own data, and compare every score.

    Raises
    ------
    MlctlError
        When it cannot be trained at all.
    """
    start_server()
    prepared = prepare(recorded.parameters, recorded.table, recorded.rules)
    rung = _rung(recorded, prepared)
    with recorded.store.scratch_for_reading() as scratch:
        problem = replace(
            prepared.problem, stop=prepared.problem.stop.model_copy(update={"max_minutes": None})
        )
        with Climb(problem, (rung,), scratch=scratch, clock=clock) as climb:
            result = climb.run(rung, scratch, on_progress)
    if isinstance(result, RungFailure):
        raise MlctlError(
            f"{recorded.experiment.model_version_id} could not be trained again: {result.message}",
            "; ".join(_elsewhere(recorded)),
        )
    return result, _check(recorded, prepared, result)


def _rung(recorded: Recorded, prepared: Prepared) -> PlannedRung:
    wanted = recorded.experiment.rung_index
    return next(rung for rung in prepared.rungs if rung.index == wanted)


def _check(recorded: Recorded, prepared: Prepared, result: RungResult) -> Check:
    elsewhere = (*_elsewhere(recorded), *recorded.changed)
    if prepared.comparison_key != recorded.experiment.comparison_key:
        elsewhere = (*elsewhere, "the rows were dealt out otherwise: the split or the folds differ")
    return check(recorded.experiment.evaluations, result.evaluations, PARTS, elsewhere)


def _elsewhere(recorded: Recorded) -> tuple[str, ...]:
    return differences(recorded.experiment.environment, environment.summary(), recorded.packages)
