"""What is wrong with how a model was trained, scored or chosen: pure judgements on records and measurements.

Thresholds stand with their reasons in the docstrings; :mod:`mlctl.domain.checks` says them in words. Each
function returns a check that speaks, or None. The dummy itself is not judged.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from mlctl.domain.checks import Check, check
from mlctl.domain.choice import Difference, difference, tolerance
from mlctl.domain.ladder import simplicity
from mlctl.domain.metrics import METRICS, Metric
from mlctl.domain.records import Experiment

LOST = 0.25
"""Share of the lead over the dummy that a model may lose between its training rows and the held-out ones.
A random forest or a 1-nearest-neighbour knows its training rows by heart and may still be the best model
(Wyner et al., Explaining the success of AdaBoost and random forests as interpolating classifiers, JMLR 18,
2017), so the loss alone is no fault: it has to come with a simpler rung that loses less and is as good."""

SLOWER = 2.0
"""Times that a rung has to be slower: measured times scatter by a quarter (``choice.AS_QUICK``), and less
than half is seldom worth a change of model."""

ONCE_IN = 1000
"""Folds may scatter as much by chance once in so many experiments: a ladder has ten rungs and a store
hundreds, so that one in twenty would be a false alarm every day."""

FITS = 1.5
"""Allowance, as a factor on the variance, for the models of the folds being different ones."""

HALF_WIDTH = 0.05
"""Half of the 95 % interval of a held-out score that can tell models apart: 200 rows, the least that the gate
of a promotion asks for, give an accuracy of 0.85 just that (1.96 × sqrt(0.85 × 0.15 / 200) = 0.049)."""

ERROR_SHARE = 0.1
"""The same for an error, as a share of the dummy's."""

Z95 = 1.96

LATER = (
    "times differ: expect new ones to differ as much, train again often (mlctl retrain) and watch "
    "mlctl monitor drift"
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What the held-out predictions tell of the primary metric.

    Attributes
    ----------
    rows : int
        How many.
    score : float or None
        As computed from them; None where they do not allow it.
    standard_error : float or None
        Of that score on other rows of the same kind.
    """

    rows: int
    score: float | None = None
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """A rung of the same ladder, on the same rows and folds, and how far the judged one is ahead of it."""

    experiment: Experiment
    ahead: Difference


def dummy_of(experiment: Experiment, peers: Sequence[Experiment]) -> Experiment | None:
    """Return the latest dummy on the same rows and folds, or None."""
    return next((e for e in reversed(comparable(experiment, peers)) if e.rung == "dummy"), None)


def comparable(experiment: Experiment, peers: Sequence[Experiment]) -> list[Experiment]:
    """Return the finished peers that were scored on the same rows and folds, itself left out."""
    folds = len(experiment.folds(experiment.metric))
    return [
        e
        for e in peers
        if e.status == "finished"
        and e.experiment_id != experiment.experiment_id
        and experiment.comparison_key
        and e.comparison_key == experiment.comparison_key
        and folds
        and len(e.folds(experiment.metric)) == folds
    ]


def simpler_rivals(experiment: Experiment, peers: Sequence[Experiment]) -> tuple[Rival, ...]:
    """Return the comparable rungs that are simpler, the dummy left out, the simplest first."""
    metric = METRICS[experiment.metric]
    tolerated = tolerated_by(experiment, dummy_of(experiment, peers))
    own = simplicity(experiment.rung, experiment.rung_index)
    simpler = [
        e
        for e in comparable(experiment, peers)
        if e.rung != "dummy" and simplicity(e.rung, e.rung_index) < own
    ]
    return tuple(
        Rival(e, _ahead(metric, experiment, e, tolerated))
        for e in sorted(simpler, key=lambda e: simplicity(e.rung, e.rung_index))
    )


def tolerated_by(experiment: Experiment, dummy: Experiment | None) -> float:
    """Return the difference in the primary metric that is too small to matter."""
    mean = dummy.score("cross_validation", experiment.metric) if dummy else None
    return tolerance(METRICS[experiment.metric], mean)


def _ahead(metric: Metric, one: Experiment, other: Experiment, tolerated: float) -> Difference:
    ratio = one.validation_dataset.get("test_to_train", 0.25)
    return difference(metric, one.folds(metric.name), other.folds(metric.name), ratio, tolerated)


def overfit(
    experiment: Experiment, dummy: Experiment, rivals: Sequence[Rival], held_out: HeldOut
) -> Check | None:
    """Judge how far the training score is above the held-out one (MLC021); see :data:`LOST`."""
    gone = _lost(experiment, dummy)
    train, test = (experiment.score(part, experiment.metric) for part in ("train", "test"))
    if gone is None or gone < LOST or train is None or test is None:
        return None
    beyond = 2 * (held_out.standard_error or 0.0)
    if METRICS[experiment.metric].gain(train, test) <= beyond:
        return None
    steadier = [r for r in rivals if (_lost(r.experiment, dummy) or 0.0) < gone / 2]
    if steadier and all(r.ahead.beyond for r in steadier):
        return None
    share = "all" if gone >= 1 else f"{gone:.0%}"
    figure = (
        f"{experiment.metric} {train:.4g} on the training rows, {test:.4g} held out: {share} of its lead "
        "over the dummy is gone"
    )
    equal = next((r.experiment for r in steadier if not r.ahead.beyond), None)
    return check("MLC021", figure + (f"; {_named(equal)} is as good and loses less" if equal else ""))


def _lost(experiment: Experiment, dummy: Experiment) -> float | None:
    """Return the share of the lead over the dummy on training rows that is gone on the held-out ones."""
    metric = METRICS[experiment.metric]
    floor = dummy.score("test", metric.name)
    train, test = (experiment.score(part, metric.name) for part in ("train", "test"))
    if floor is None or train is None or test is None or metric.gain(train, floor) <= 0:
        return None
    return 1 - metric.gain(test, floor) / metric.gain(train, floor)


def no_better(experiment: Experiment, dummy: Experiment) -> Check | None:
    """Judge the lead over the dummy on the folds (MLC022): the rule by which a ladder recommends none.

    Above one standard error corrected for the folds' overlap (:mod:`mlctl.domain.choice`).
    """
    ahead = _ahead(METRICS[experiment.metric], experiment, dummy, 0.0)
    if ahead.beyond and ahead.gain > 0:
        return None
    mean, floor = (e.score("cross_validation", experiment.metric) for e in (experiment, dummy))
    figure = (
        f"{experiment.metric} {mean:.4g} over the folds, the dummy {floor:.4g}: a lead of {ahead.gain:.3g} ± "
        f"{ahead.standard_error:.2g}"
    )
    return check("MLC022", figure)


def slower(experiment: Experiment, rivals: Sequence[Rival]) -> Check | None:
    """Judge whether a simpler rung is as good and quicker (MLC023); see :data:`SLOWER`."""
    own = _latency(experiment)
    quick = [r for r in rivals if not r.ahead.beyond and own >= SLOWER * _latency(r.experiment) > 0]
    if not math.isfinite(own) or not quick:
        return None
    rival = min(quick, key=lambda r: _latency(r.experiment)).experiment
    scores = [e.score("cross_validation", experiment.metric) for e in (rival, experiment)]
    figure = (
        f"{_named(rival)} has {experiment.metric} {scores[0]:.4g} over the folds, this one {scores[1]:.4g}, "
        f"and the folds cannot tell them apart; it predicts a row in {_ms(rival)}, this one in "
        f"{_ms(experiment)}"
    )
    return check("MLC023", figure, f"take {rival.model_version_id}")


def _latency(experiment: Experiment) -> float:
    found = experiment.evaluations.get("latency", {}).get("single_row_us")
    return math.inf if found is None else float(found)


def _ms(experiment: Experiment) -> str:
    return f"{_latency(experiment) / 1e3:.3g} ms"


def _named(experiment: Experiment) -> str:
    return f"{experiment.rung} ({experiment.model_version_id})"


def folds_disagree(experiment: Experiment, held_out: HeldOut) -> Check | None:
    """Judge whether the folds scatter more than chance allows (MLC026).

    The scatter that chance gives is that of the held-out score, scaled to the rows of a fold; the variance
    over the folds, of each repeat apart, is compared with it by chi-square (an overdispersion test, as
    Pearson's), see :data:`ONCE_IN` and :data:`FITS`.
    """
    scores = experiment.folds(experiment.metric)
    about = experiment.validation_dataset
    count, rows = about.get("folds", 0), experiment.training_dataset.get("rows", 0)
    if count < 3 or not held_out.standard_error or not rows or len(scores) % count:
        return None
    each = rows / (count + 1 if about.get("kind") == "time" else count)
    chance = held_out.standard_error**2 * held_out.rows / each
    deals = [scores[at : at + count] for at in range(0, len(scores), count)]
    variance = sum(_variance(deal) for deal in deals) / len(deals)
    if variance <= FITS * chance * chi_square(count - 1, 1 / ONCE_IN) / (count - 1):
        return None
    worst, best = sorted((min(scores), max(scores)), key=lambda s: METRICS[experiment.metric].gain(s, 0.0))
    figure = (
        f"{experiment.metric} from {worst:.4g} to {best:.4g} over {len(scores)} folds: a scatter of "
        f"{math.sqrt(variance):.2g}, where folds of {each:,.0f} rows have {math.sqrt(chance):.2g} by chance"
    )
    return check("MLC026", figure, LATER if about.get("kind") == "time" else "")


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def chi_square(freedom: int, tail: float) -> float:
    """Return the chi-square quantile above which ``tail`` lies.

    By Wilson and Hilferty's cube root (The distribution of chi-square, PNAS 17, 1931), within 3 % for two
    degrees of freedom or more in the tails used here.

    Examples
    --------
    >>> round(chi_square(4, 0.001), 1)
    18.5
    """
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + NormalDist().inv_cdf(1 - tail) * math.sqrt(part)) ** 3)


def too_small(experiment: Experiment, dummy: Experiment | None, held_out: HeldOut) -> Check | None:
    """Judge the width of the held-out score's interval (MLC028); see :data:`HALF_WIDTH`."""
    metric = METRICS[experiment.metric]
    rows = f"{held_out.rows:,} held-out {'row' if held_out.rows == 1 else 'rows'}"
    if held_out.rows < 2:
        return check("MLC028", rows)
    floor = dummy.score("test", metric.name) if dummy else None
    allowed = HALF_WIDTH if metric.bounded else ERROR_SHARE * abs(floor) if floor is not None else None
    if held_out.standard_error is None or held_out.score is None or allowed is None:
        return None
    half = Z95 * held_out.standard_error
    if half < allowed:
        return None
    return check("MLC028", f"{rows}: {metric.name} {held_out.score:.4g} ± {half:.2g} (95 %)")


def judge(experiment: Experiment, peers: Sequence[Experiment], held_out: HeldOut | None) -> tuple[Check, ...]:
    """Return what speaks of a finished experiment, from the records and from its held-out predictions.

    Parameters
    ----------
    peers : sequence of Experiment
        All of its model.
    held_out : HeldOut or None
        None where there are no predictions to read.
    """
    if experiment.rung == "dummy" or experiment.metric not in METRICS:
        return ()
    dummy, known = dummy_of(experiment, peers), held_out or HeldOut(0)
    found = [too_small(experiment, dummy, held_out) if held_out else None]
    if experiment.folds(experiment.metric):
        rivals = simpler_rivals(experiment, peers)
        weak = no_better(experiment, dummy) if dummy else None
        found += [overfit(experiment, dummy, rivals, known)] if dummy else []
        # What is no better than the dummy has no need to hear that it is slow or unsteady, too.
        found += [weak] if weak else [folds_disagree(experiment, known), slower(experiment, rivals)]
    return tuple(one for one in found if one)
