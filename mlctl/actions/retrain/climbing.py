"""The step ``train``: climb the ladder on what was fetched."""

import sys
import time
from typing import Any

from mlctl.actions import git
from mlctl.actions.retrain.child import Bench
from mlctl.actions.retrain.fetching import read_fetched
from mlctl.actions.train import Beginning, Order, train
from mlctl.domain.records import Experiment
from mlctl.ml.outcome import Progress
from mlctl.ml.rungs import PlannedRung
from mlctl.store.journal import read_result

BEGUN = "climbing"
"""Left in the run's directory before the first rung: done again, the step goes on with the rungs there."""


class Log:
    """Writes the course of a climb to the run's log, which is this process's output."""

    def began(self, beginning: Beginning) -> None:
        """Tell of the data and the split."""
        self._say(beginning.prepared.split.said)
        for warning in beginning.prepared.warnings:
            self._say(f"warning: {warning}")
        if beginning.resumed:
            self._say(f"{len(beginning.resumed)} rungs were done before")

    def rung_began(self, rung: PlannedRung) -> None:
        """Tell nothing: the end of a rung is told."""

    def progressed(self, rung: PlannedRung, progress: Progress) -> None:
        """Tell nothing: a log is read afterwards."""

    def rung_ended(self, experiment: Experiment) -> None:
        """Tell how a rung came out."""
        score = experiment.score("cross_validation", experiment.metric)
        told = f"{experiment.metric} {score:.4g} over the folds" if score is not None else experiment.status
        self._say(f"{experiment.model_version_id} {experiment.rung}: {told}")

    def _say(self, line: str) -> None:
        sys.stdout.write(f"  {line}\n")
        sys.stdout.flush()


def step(bench: Bench) -> dict[str, Any]:
    """Train, and say what is recommended."""
    again = read_result(bench.directory, BEGUN) is not None
    bench.leave(BEGUN, {})
    order = Order(
        bench.loaded,
        bench.base,
        git.state(bench.base, ignore=bench.store.root),
        bench.order.now,
        time.monotonic,
        resume=again,
        description=f"retrain {bench.order.run}",
        fetched=read_fetched(bench, bench.found("fetch")),
    )
    trained = train(bench.store, order, Log())
    finished = [e for e in trained.rungs if e.status == "finished"]
    return {
        "challenger": trained.recommendation.name,
        "reasons": list(trained.recommendation.reasons),
        "rungs": [e.model_version_id for e in trained.rungs],
        "failed": [e.model_version_id for e in trained.rungs if e.status != "finished"],
        "dataset": finished[0].training_dataset.get("dataset") if finished else None,
    }
