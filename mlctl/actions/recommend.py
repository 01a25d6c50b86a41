"""The recommendation of a ladder, from the records that its climb left."""

import math
from collections import Counter
from collections.abc import Sequence

from mlctl.domain.choice import Candidate, Recommendation, recommend
from mlctl.domain.ladder import simplicity
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment
from mlctl.domain.refs import latest_ladder
from mlctl.domain.version_id import VersionId


def candidate(experiment: Experiment, *, label: str) -> Candidate:
    """Return what the recommendation knows of a finished experiment."""
    eligible = experiment.eligible
    latency = experiment.evaluations.get("latency", {}).get("single_row_us")
    return Candidate(
        experiment.model_version_id,
        label,
        simplicity(experiment.rung, experiment.rung_index),
        tuple(experiment.folds(experiment.metric)),
        math.inf if latency is None else float(latency),
        () if eligible.get("ok", True) else tuple(eligible.get("reasons", ())),
        experiment.rung == "dummy",
    )


def recommend_from(rungs: Sequence[Experiment]) -> Recommendation:
    """Return the recommendation among the rungs of one ladder.

    Parameters
    ----------
    rungs : sequence of Experiment
        They share a comparison key; unfinished ones and those without folds are passed over.
    """
    usable = [e for e in rungs if e.status == "finished" and e.metric in METRICS and e.folds(e.metric)]
    if not usable:
        return Recommendation(None, reasons=("no rung finished",))
    last = usable[-1]
    folds = len(last.folds(last.metric))  # a record that was edited by hand may have others
    same = [
        e for e in usable if e.comparison_key == last.comparison_key and len(e.folds(last.metric)) == folds
    ]
    times = Counter(e.rung for e in same)
    candidates = [candidate(e, label=_label(e, times[e.rung])) for e in same]
    return recommend(METRICS[last.metric], candidates, last.validation_dataset.get("test_to_train", 0.25))


def _label(experiment: Experiment, namesakes: int) -> str:
    number = VersionId.parse(experiment.model_version_id)
    return f"{experiment.rung} ({number.number})" if namesakes > 1 and number else experiment.rung


def recommended_name(experiments: Sequence[Experiment]) -> str | None:
    """Return the version id that the latest ladder recommends, or None."""
    return recommend_from(latest_ladder(experiments)).name
