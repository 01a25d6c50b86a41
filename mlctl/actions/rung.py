"""Put one rung on disk as an experiment."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from mlctl.actions import environment, own_trust
from mlctl.actions.git import GitState
from mlctl.actions.own_sources import artifacts, kept_rule, rule_file
from mlctl.actions.prepare import Prepared
from mlctl.domain.records import Dataset, Experiment, Model
from mlctl.errors import MlctlError
from mlctl.ml.hashing import row_hashes
from mlctl.ml.outcome import RungFailure, RungResult, RungSummary
from mlctl.ml.own import CODE
from mlctl.ml.rungs import PlannedRung
from mlctl.params.yaml_io import dump
from mlctl.store.store import OpenExperiment, Store


@dataclass(frozen=True, slots=True)
class Climber:
    """What every rung of a climb shares."""

    store: Store
    model: Model
    prepared: Prepared
    git: GitState
    ladder_id: str
    ladder_key: str
    effective: str
    description: str = ""

    def open(self, rung: PlannedRung, now: datetime) -> OpenExperiment:
        """Begin the experiment of a rung: from here on it is seen as running."""
        prepared = self.prepared
        opened = self.store.new_experiment(
            self.model,
            self.git.commit,
            now,
            rung=rung.label,
            rung_index=rung.index,
            task=prepared.problem.task,
            metric=prepared.metric.name,
            ladder_id=self.ladder_id,
            ladder_key=self.ladder_key,
            comparison_key=prepared.comparison_key,
            git=self.git.to_dict(),
            seed=prepared.problem.seed,
            environment=environment.summary(),
            description=self.description,
        )
        with ended(opened):
            opened.write("params.yaml", self.effective)
            opened.write("environment.yaml", dump({"packages": environment.packages()}))
            if self.git.dirty:
                opened.write("changes.diff", self.git.diff)
            for rule, source in prepared.rules.items():
                opened.write(rule if rule.startswith(CODE) else kept_rule(rule_file(rule)), source)
            own_trust.note(opened.directory)
        return opened


@contextmanager
def ended(opened: OpenExperiment | None) -> Iterator[None]:
    """End an experiment with its reason where the block raises; one that has ended stays as it is."""
    try:
        yield
    except MlctlError as error:
        if opened:
            with suppress(MlctlError):  # the disk that could not take the rest may not take this either
                opened.fail(error.code, error.message)
        raise
    except BaseException as error:
        if opened:
            with suppress(MlctlError):
                opened.interrupt(str(error) or type(error).__name__)  # a signal says which it was
        raise


def record_result(
    opened: OpenExperiment, climber: Climber, rung: PlannedRung, result: RungResult, dataset: Dataset
) -> Experiment:
    """Write what a climbed rung left, and finish its experiment."""
    prepared = climber.prepared
    rows = ((row.fold, row.split, row.metric, row.value) for row in result.scores)
    opened.write("scores.csv", _csv(("fold", "split", "metric", "value"), rows))
    if len(result.search) > 1:
        opened.write("search.csv", _search(prepared, result))
    opened.write("predictions.csv", _predictions(prepared, result))
    opened.write("train_rows.u32", _train_rows(prepared))
    for line in (*prepared.warnings, *result.warnings):
        opened.log(f"warning: {line}")
    opened.log(f"{rung.name}: {prepared.metric.name} {result.evaluations['cross_validation']}")
    return opened.finish(
        parameters=result.parameters,
        evaluations=result.evaluations,
        timings=result.timings,
        eligible=result.eligible,
        warnings=[*prepared.warnings, *result.warnings, *([result.model_note] if result.model_note else [])],
        artifact_file_paths=_artifacts(climber, result),
        **_parts(prepared, dataset),
    )


def record_failure(
    opened: OpenExperiment, climber: Climber, rung: PlannedRung, failure: RungFailure
) -> Experiment:
    """Write why a rung failed, and close its experiment."""
    opened.log(f"{rung.name} failed ({failure.reason}): {failure.message}")
    if failure.traceback:
        opened.log(failure.traceback)
    return opened.fail(
        failure.reason, failure.message, warnings=[*climber.prepared.warnings, *failure.warnings]
    )


def summary_of(experiment: Experiment) -> RungSummary:
    """Return what the rules of a climb need to know of a rung that is over."""
    return RungSummary(tuple(experiment.folds(experiment.metric)), bool(experiment.eligible.get("ok", True)))


def _search(prepared: Prepared, result: RungResult) -> str:
    """Return every point of the search with its mean and spread over the folds."""
    names = list(dict.fromkeys(name for point in result.search for name in point.parameters))
    metric = prepared.metric.name
    rows = (
        (*(point.parameters.get(name) for name in names), point.mean, point.std, point.failed)
        for point in result.search
    )
    return _csv((*names, metric, f"{metric}_std", "failed"), rows)


def _artifacts(climber: Climber, result: RungResult) -> dict[str, str]:
    names = {
        "model": result.model_file,
        "parameters": "params.yaml",
        "scores": "scores.csv",
        "predictions": "predictions.csv",
        "packages": "environment.yaml",
        "training_rows": "train_rows.u32",
        "log": "log.txt",
    }
    names |= {"search": "search.csv"} if len(result.search) > 1 else {}
    names |= artifacts(climber.prepared.rules)
    return names | ({"changes": "changes.diff"} if climber.git.dirty else {})


def _parts(prepared: Prepared, dataset: Dataset) -> dict[str, dict[str, Any]]:
    split, folds = prepared.split, prepared.folds
    return {
        "training_dataset": {"dataset": dataset.dataset, "part": "train", "rows": len(split.train)},
        "validation_dataset": {
            "dataset": dataset.dataset,
            "part": "cross_validation",
            "kind": folds.kind,
            "folds": len(folds.pairs) // folds.repeats,
            "repeats": folds.repeats,
            "test_to_train": folds.test_to_train,
        },
        "test_dataset": {
            "dataset": dataset.dataset,
            "part": "test",
            "rows": len(split.test),
            "said": split.said,
        },
    }


def _predictions(prepared: Prepared, result: RungResult) -> str:
    """Return the held-out predictions; ``row`` counts the data's rows from 0."""
    classes = prepared.problem.classes if result.held_out.probabilities else ()
    head = ("row", "actual", "predicted", *(f"probability_{label}" for label in classes))
    rows = ((int(prepared.examination.kept[position]), *rest) for position, *rest in result.held_out.table())
    return _csv(head, rows)


def _train_rows(prepared: Prepared) -> bytes:
    """Return the training rows' hashes, 4 bytes each, sorted: a later gate leaves these rows out."""
    frame = prepared.problem.frame.iloc[prepared.split.train]
    return np.sort(row_hashes(frame).astype("<u4")).tobytes()


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
