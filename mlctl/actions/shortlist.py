"""The few experiments that a comparison or a reference needs of the many: the index ranks them.

What is chosen here goes through the same rules as all of them would, and gives the same answer: a comparison
of the shortlist shows the rows, the marks and the differences that a comparison of everything would.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.actions.fields import fields_of
from mlctl.domain.choice import difference, tolerance
from mlctl.domain.metrics import Metric, find_metric
from mlctl.domain.records import Experiment
from mlctl.domain.refs import best_first, latest_first
from mlctl.store.index_places import Among, Near
from mlctl.store.index_view import View
from mlctl.store.store import Store

CROSS_VALIDATION = "cross_validation"

_SLACK = 1e-9
"""More than rounding can move a sum of folds, as a share of it: who is that near is looked at exactly."""


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What a comparison of the best few needs.

    Attributes
    ----------
    experiments : tuple of Experiment
        By number.
    shown : tuple of str
        The names of those that are shown, the best first.
    count : int
        How many experiments the model has.
    shapes : tuple of Experiment
        One without values for each set of names that the parameters and scores have.
    """

    experiments: tuple[Experiment, ...]
    shown: tuple[str, ...]
    count: int
    shapes: tuple[Experiment, ...]

    def fields(self, metric: Metric) -> frozenset[str]:
        """Return everything that some experiment of the model has."""
        own = {"delta_baseline", "delta_champion"}
        return frozenset(own.union(*(fields_of(shape, metric) for shape in self.shapes)))


def shortlist(view: View, *, top: int, wanted: str | None, champion: str | None) -> Shortlist | None:
    """Return what a comparison of the ``top`` best of a model needs, or None where only all of them will do.

    Parameters
    ----------
    view : View
        Of one model.
    top : int
        How many are shown.
    wanted : str or None
        The metric to rank by; the newest experiment's where None.
    champion : str or None
        The version id in use.
    """
    newest = [*view.newest_with_metric(), *view.newest_finished(), *view.newest_allowed()]
    metric = _metric(wanted, newest)
    shapes = tuple(_shape(tree) for tree in view.shapes())
    if metric is None or view.has_odd_scores():
        return None
    rows = view.ranked(metric.name, top, descending=metric.greater_is_better)
    shown = list(view.read(rows))
    if not shown or shown[0].score(CROSS_VALIDATION, metric.name) is None:
        return None  # what scripts logged is ranked by other rules
    chosen = [*newest, *shown, *peers(view, shown, champion), *_to_compare_with(view, metric, newest)]
    return Shortlist(_by_number(chosen), tuple(e.model_version_id for e in shown), view.count(), shapes)


def peers(view: View, shown: Sequence[Experiment], champion: str | None) -> tuple[Experiment, ...]:
    """Return those by which the shown ones are told: the latest ladder, their dummies, the champion."""
    chosen = [*view.latest_ladder(), *view.named([champion] if champion else [])]
    for comparison in dict.fromkeys(e.comparison_key for e in shown):
        chosen += view.dummy(comparison)
    return _by_number(chosen)


def related(store: Store, experiment: Experiment) -> tuple[Experiment, ...]:
    """Return the peers that tell of an experiment: its ladder, and all on the same rows and folds."""
    return tuple(
        store.ask(
            lambda view, _: view.related(experiment.comparison_key, experiment.ladder_id),
            experiment.project_name,
            experiment.model_name,
        )
    )


def _metric(wanted: str | None, newest: Sequence[Experiment]) -> Metric | None:
    name = wanted or next((e.metric for e in latest_first(newest) if e.metric), "")
    return find_metric(name)


def _shape(tree: dict[str, Any]) -> Experiment:
    return Experiment("", "", "", "", parameters=tree["parameters"], evaluations=tree["evaluations"])


def _by_number(chosen: Sequence[Experiment]) -> tuple[Experiment, ...]:
    unique = {e.model_version_id: e for e in chosen}
    return tuple(unique[name] for name in sorted(unique, key=lambda n: (int(n.rpartition("_")[2]), n)))


def _to_compare_with(view: View, metric: Metric, newest: Sequence[Experiment]) -> Iterator[Experiment]:
    """Yield by whom it is told who cannot be told from the best: the best, the dummy, and one who is not."""
    finished = [e for e in latest_first(newest) if e.status == "finished"]
    key = finished[0].comparison_key if finished else ""
    dummies = list(view.first_scored_dummy(metric.name, key))
    allowed = list(view.newest_scored(metric.name, key))
    yield from (*dummies, *allowed)
    own = find_metric(allowed[0].metric) if allowed else None
    if own is None:
        return
    among = Among(metric.name, own.name, key, metric.greater_is_better, own.greater_is_better)
    best = next(view.rivals(among), None)
    if best is None:
        return
    yield best
    dummy = dummies[0].score(CROSS_VALIDATION, metric.name) if dummies else None
    yield from _tied(view, among, metric, best, tolerance(metric, dummy))


def _tied(
    view: View, among: Among, metric: Metric, best: Experiment, tolerated: float
) -> Iterator[Experiment]:
    """Yield the first who cannot be told from the best."""
    folds = best.folds(metric.name)
    ratio = best.validation_dataset.get("test_to_train", 0.25)
    for rival in view.rivals(among, near(metric, folds, ratio, tolerated)):
        is_other = rival.model_version_id != best.model_version_id
        if is_other and not difference(metric, folds, rival.folds(metric.name), ratio, tolerated).beyond:
            yield rival
            return


def near(metric: Metric, folds: Sequence[float], ratio: float, tolerated: float) -> Near | None:
    """Return who may be too near to the best to be told from it, from means and deviations alone.

    The deviation of paired differences is at most the sum of both deviations, so that whoever lies further
    behind than the tolerance and the standard error that this gives is beyond doubt. None where a mean over
    the folds tells nothing.
    """
    count = len(folds)
    mean = math.fsum(folds) / count
    factor = math.sqrt(1 / count + ratio) * (1 + _SLACK)
    deviation = math.sqrt(math.fsum((fold - mean) ** 2 for fold in folds) / max(count - 1, 1))
    width = tolerated + factor * deviation + _SLACK * (1 + abs(mean))
    if count < 2 or not math.isfinite(mean + width):
        return None
    return Near(count, mean, width, factor, 1 if metric.greater_is_better else -1)


def front(view: View, champion: str | None) -> tuple[Experiment, ...] | None:
    """Return what the words of references mean: latest, best, baseline, recommended, champion.

    None where the best cannot be told by the index alone.

    Parameters
    ----------
    view : View
        Of one model.
    champion : str or None
        The version id in use.
    """
    allowed = list(view.newest_allowed())
    chosen = [*view.newest_finished(), *allowed, *view.latest_ladder()]
    chosen += view.named([champion] if champion else [])
    metric = find_metric(allowed[0].metric) if allowed else None
    if allowed:
        if metric is None or view.has_odd_scores():
            return None
        best = list(view.best(metric.name, descending=metric.greater_is_better))
        if not best:
            return None
        chosen += best
    found = _by_number(chosen)
    return found if not allowed or best_first(found) else None
