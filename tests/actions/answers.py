"""A version that only pretends to be kept, and its answers."""

from dataclasses import dataclass, replace

from mlctl.actions.performance_answers import Held, answered
from mlctl.actions.performance_join import Pair
from mlctl.domain.records import Experiment
from mlctl.store.store import Listing
from tests.actions.logged import moment

EXPERIMENT = Experiment(
    "0" * 32,
    "1" * 32,
    "shop_nogit_3",
    "2026-01-01T00:00:00.000000Z",
    rung="tree",
    ladder_id="l",
    task="classification",
    metric="accuracy_score",
    evaluations={"test": {"accuracy_score": 0.9, "roc_auc": 0.95, "mean_absolute_error": 1.0}},
)


@dataclass(frozen=True)
class Kept:
    """A store that holds one experiment and no dummy."""

    def experiments(self, project, model):
        return Listing((EXPERIMENT,), ())


def known(classes=("no", "yes"), *, task="classification", timed=False, **fields):
    return Held(replace(EXPERIMENT, task=task, **fields), classes, None, timed, Kept())


def told(pairs, held=None, *, strict=False):
    return answered(
        [Pair(moment(at), *pair) for at, pair in enumerate(pairs)], held or known(), strict=strict
    )


def rows(right, wrong, held=None):
    chances = {"no": 0.2, "yes": 0.8}
    return told([("yes", chances, "yes")] * right + [("yes", chances, "no")] * wrong, held)
