"""One experiment in full."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.actions.recommend import recommend_from
from mlctl.domain.choice import Recommendation
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One metric in its three parts; None where it was not computed."""

    metric: str
    arrow: str
    train: float | None
    mean: float | None
    std: float | None
    test: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An experiment, its scores line by line, and what its ladder says of it."""

    experiment: Experiment
    scores: tuple[ScoreLine, ...]
    recommendation: Recommendation | None
    champion: bool


def describe(experiment: Experiment, peers: Sequence[Experiment], champion: str | None) -> Shown:
    """Return one experiment in full.

    Parameters
    ----------
    experiment : Experiment
        The one to show.
    peers : sequence of Experiment
        All of its model, for its ladder's recommendation.
    champion : str or None
        The version id in use.
    """
    ladder = [e for e in peers if experiment.ladder_id and e.ladder_id == experiment.ladder_id]
    return Shown(
        experiment,
        score_lines(experiment),
        recommend_from(ladder) if ladder else None,
        experiment.model_version_id == champion,
    )


def score_lines(experiment: Experiment) -> tuple[ScoreLine, ...]:
    """Return the scores, the primary metric first, then in the order of the metrics' table."""
    parts = ("cross_validation", "test", "train")
    had = {name for part in parts for name in experiment.evaluations.get(part, {})}
    known = [name for name in METRICS if name in had]
    order = sorted(known, key=lambda name: name != experiment.metric) + sorted(had - set(known))
    return tuple(_line(experiment, name) for name in order)


def _line(experiment: Experiment, name: str) -> ScoreLine:
    folds = experiment.evaluations.get("cross_validation", {}).get(name)
    return ScoreLine(
        name,
        METRICS[name].arrow if name in METRICS else "",
        experiment.score("train", name),
        experiment.score("cross_validation", name),
        folds.get("std") if isinstance(folds, dict) else None,
        experiment.score("test", name),
    )
