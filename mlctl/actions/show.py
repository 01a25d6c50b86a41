"""One experiment in full."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.actions.checks import Checked
from mlctl.actions.recommend import recommend_from
from mlctl.domain.choice import Recommendation
from mlctl.domain.logged import LOGGED, known
from mlctl.domain.method_checks import dummy_of
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment

NOTHING = Checked()
"""What the checks say where nobody asked them."""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One metric in its parts, and the dummy's mean over the same folds; None where there is none."""

    metric: str
    arrow: str
    train: float | None
    mean: float | None
    std: float | None
    test: float | None
    dummy: float | None = None
    logged: float | None = None
    dummy_test: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An experiment, its scores line by line, and what its ladder and the checks say of it."""

    experiment: Experiment
    scores: tuple[ScoreLine, ...]
    recommendation: Recommendation | None
    champion: bool
    checked: Checked = NOTHING

    @property
    def recommended(self) -> bool:
        """Whether its ladder recommends it."""
        said = self.recommendation
        return said is not None and said.name == self.experiment.model_version_id


def describe(
    experiment: Experiment, peers: Sequence[Experiment], champion: str | None, checked: Checked = NOTHING
) -> Shown:
    """Return one experiment in full.

    Parameters
    ----------
    experiment : Experiment
        The one to show.
    peers : sequence of Experiment
        All of its model, for its ladder's recommendation.
    champion : str or None
        The version id in use.
    checked : Checked
        What the checks say of it.
    """
    ladder = [e for e in peers if experiment.ladder_id and e.ladder_id == experiment.ladder_id]
    return Shown(
        experiment,
        score_lines(experiment, dummy_of(experiment, peers)),
        recommend_from(ladder) if ladder else None,
        experiment.model_version_id == champion,
        checked,
    )


def score_lines(experiment: Experiment, dummy: Experiment | None = None) -> tuple[ScoreLine, ...]:
    """Return the scores, the primary metric first, then in the order of the metrics' table.

    Parameters
    ----------
    dummy : Experiment, optional
        The one on the same rows and folds, whose scores stand beside.
    """
    parts = ("cross_validation", "test", "train", LOGGED)
    had = {name for part in parts for name in experiment.evaluations.get(part, {})}
    known = [name for name in METRICS if name in had]
    order = sorted(known, key=lambda name: name != experiment.metric) + sorted(had - set(known))
    return tuple(_line(experiment, dummy, name) for name in order)


def _line(experiment: Experiment, dummy: Experiment | None, name: str) -> ScoreLine:
    folds = experiment.evaluations.get("cross_validation", {}).get(name)
    return ScoreLine(
        name,
        METRICS[name].arrow if name in METRICS else _arrow(experiment, name),
        experiment.score("train", name),
        experiment.score("cross_validation", name),
        folds.get("std") if isinstance(folds, dict) else None,
        experiment.score("test", name),
        dummy.score("cross_validation", name) if dummy else None,
        experiment.score(LOGGED, name),
        dummy.score("test", name) if dummy else None,
    )


def _arrow(experiment: Experiment, name: str) -> str:
    """Return the direction of a logged metric, where its name is known: a guess is not drawn."""
    metric = known(name) if name in experiment.evaluations.get(LOGGED, {}) else None
    return metric.arrow if metric else ""
