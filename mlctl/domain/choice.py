"""Which rung to recommend, and whether climbing on is worth the time.

Every comparison is made on the same folds. Scores of overlapping training sets are correlated, so the
plain standard error over folds is too small; it is corrected for the overlap after Nadeau & Bengio (2003).

References
----------
C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning 52, 2003, pp. 239-281.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.domain.metrics import Metric

BOUNDED_TOLERANCE = 0.005
"""A difference in a metric bounded by 1 that is not worth a more complicated model."""

ERROR_TOLERANCE_SHARE = 0.005
"""The same for an error in the target's units, as a share of the dummy's error."""

AS_QUICK = 1.25
"""Prediction times within this ratio are one: below it the measurement's noise would decide."""


def corrected_standard_error(differences: Sequence[float], test_to_train: float) -> float:
    """Return the standard error of the mean difference over resampled folds.

    Parameters
    ----------
    differences : sequence of float
        One paired difference for each fold.
    test_to_train : float
        Rows scored over rows fitted in one fold; 0.25 for five folds.

    Returns
    -------
    float
        ``sqrt((1/J + test_to_train) * s²)`` with ``J`` folds and the sample variance ``s²`` (Nadeau & Bengio
        2003, eq. 9); infinite for fewer than two folds.

    Examples
    --------
    >>> round(corrected_standard_error([0.01, 0.03, 0.02, 0.04, 0.0], 0.25), 6)
    0.010607
    """
    count = len(differences)
    if count < 2:
        return math.inf
    mean = math.fsum(differences) / count
    variance = math.fsum((d - mean) ** 2 for d in differences) / (count - 1)
    return math.sqrt((1 / count + test_to_train) * variance)


def tolerance(metric: Metric, dummy_mean: float | None) -> float:
    """Return the difference that is too small to matter.

    Parameters
    ----------
    metric : Metric
        The metric that decides.
    dummy_mean : float or None
        The dummy's cross-validation mean, in the metric's units.
    """
    if metric.bounded:
        return BOUNDED_TOLERANCE
    return ERROR_TOLERANCE_SHARE * abs(dummy_mean or 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far one rung is ahead of another on the same folds; more is better.

    Attributes
    ----------
    gain : float
        Mean of the paired differences.
    standard_error : float
        Corrected for the overlap of the folds.
    beyond : bool
        Whether the gain exceeds the tolerance by more than one standard error.
    """

    gain: float
    standard_error: float
    beyond: bool


def difference(
    metric: Metric,
    folds: Sequence[float],
    reference: Sequence[float],
    test_to_train: float,
    tolerated: float,
) -> Difference:
    """Compare two rungs fold by fold.

    Raises
    ------
    ValueError
        When they were not scored on the same number of folds.
    """
    gains = [metric.gain(one, other) for one, other in zip(folds, reference, strict=True)]
    gain = math.fsum(gains) / len(gains)
    error = corrected_standard_error(gains, test_to_train)
    return Difference(gain, error, gain > tolerated + error)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the recommendation knows of a finished rung.

    Attributes
    ----------
    simplicity : int
        Smaller is simpler.
    folds : tuple of float
        Scores in the primary metric.
    single_row_us : float
        Time to predict one row, in microseconds; infinite where it was not measured.
    refused : tuple of str
        Why limits rule it out; empty where they do not.
    """

    name: str
    rung: str
    simplicity: int
    folds: tuple[float, ...]
    single_row_us: float = math.inf
    refused: tuple[str, ...] = ()
    is_dummy: bool = False

    @property
    def mean(self) -> float:
        """The mean over the folds."""
        return math.fsum(self.folds) / len(self.folds)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The rung to take, or none, and why.

    Attributes
    ----------
    name : str or None
        The chosen candidate's name.
    best : str or None
        The candidate with the best mean among those that limits allow.
    not_separable : tuple of str
        Candidates that cannot be told from the best, the best included.
    reasons : tuple of str
        Sentences for a person: why this one.
    forgoes : tuple of str
        What taking it gives up.
    """

    name: str | None
    best: str | None = None
    not_separable: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    forgoes: tuple[str, ...] = ()


def recommend(metric: Metric, candidates: Sequence[Candidate], test_to_train: float) -> Recommendation:
    """Choose the simplest rung that cannot be told from the best, then the quickest.

    Parameters
    ----------
    metric : Metric
        The metric that decides.
    candidates : sequence of Candidate
        The finished rungs of one ladder, all scored on the same folds, the dummy among them.
    test_to_train : float
        Rows scored over rows fitted in one fold.
    """
    dummy = next((c for c in candidates if c.is_dummy), None)
    refused = tuple(f"{c.rung} is out: {', '.join(c.refused)}" for c in candidates if c.refused)
    allowed = [c for c in candidates if not c.refused and not c.is_dummy]
    if not allowed:
        return Recommendation(None, reasons=(*refused, "no rung is left to recommend"))
    tolerated = tolerance(metric, dummy.mean if dummy else None)
    best = _best(metric, allowed)
    if dummy and not _beats(metric, best, dummy, test_to_train):
        told = _nothing_beats(metric, best, dummy, test_to_train)
        return Recommendation(None, best.name, reasons=(*refused, told))
    # One fold in which a rung fails badly makes its differences so uncertain that nothing can be told apart;
    # what is taken has to beat the dummy itself.
    tied = [
        c
        for c in allowed
        if (dummy is None or _beats(metric, c, dummy, test_to_train))
        and not difference(metric, best.folds, c.folds, test_to_train, tolerated).beyond
    ]
    chosen = _quickest(metric, [c for c in tied if c.simplicity == min(t.simplicity for t in tied)])
    return Recommendation(
        chosen.name,
        best.name,
        tuple(c.name for c in tied),
        (*refused, _why(chosen, best, tied)),
        _forgoes(metric, chosen, tied, test_to_train),
    )


def _best(metric: Metric, candidates: Sequence[Candidate]) -> Candidate:
    return max(candidates, key=lambda c: metric.gain(c.mean, 0.0))


def _beats(metric: Metric, candidate: Candidate, dummy: Candidate, test_to_train: float) -> bool:
    ahead = difference(metric, candidate.folds, dummy.folds, test_to_train, 0.0)
    return ahead.gain > 0 and ahead.beyond


def _quickest(metric: Metric, candidates: Sequence[Candidate]) -> Candidate:
    quickest = min(c.single_row_us for c in candidates)
    return _best(metric, [c for c in candidates if c.single_row_us <= AS_QUICK * quickest])


def _nothing_beats(metric: Metric, best: Candidate, dummy: Candidate, test_to_train: float) -> str:
    ahead = difference(metric, best.folds, dummy.folds, test_to_train, 0.0)
    scores = f"{best.rung} has {metric.name} {best.mean:.4g}, the dummy {dummy.mean:.4g}"
    told = f"no rung beats the dummy: {scores}, a lead of {ahead.gain:.3g} ± {ahead.standard_error:.2g}; "
    if ahead.gain > 0:
        return told + "the folds cannot tell it from chance: more rows, or a steadier split, would"
    return told + "the question may not be one for machine learning, or the columns do not tell"


def _why(chosen: Candidate, best: Candidate, tied: Sequence[Candidate]) -> str:
    if len(tied) == 1:
        return f"{chosen.rung} is ahead of every other rung by more than the folds' uncertainty"
    if chosen.name == best.name:
        return f"{chosen.rung} has the best mean, and no simpler rung is as good"
    return f"{chosen.rung} is the simplest rung that the folds cannot tell from the best ({best.rung})"


def _forgoes(
    metric: Metric, chosen: Candidate, tied: Sequence[Candidate], test_to_train: float
) -> tuple[str, ...]:
    ahead = sorted(
        (c for c in tied if metric.gain(c.mean, chosen.mean) > 0),
        key=lambda c: metric.gain(c.mean, 0.0),
        reverse=True,
    )
    return tuple(_one_forgone(metric, c, chosen, test_to_train) for c in ahead[:2])


def _one_forgone(metric: Metric, other: Candidate, chosen: Candidate, test_to_train: float) -> str:
    ahead = difference(metric, other.folds, chosen.folds, test_to_train, 0.0)
    return f"{other.rung} +{ahead.gain:.3g} ± {ahead.standard_error:.2g}{_speed(other, chosen)}"


def _speed(other: Candidate, chosen: Candidate) -> str:
    if not (math.isfinite(other.single_row_us) and 0 < chosen.single_row_us < math.inf):
        return ""
    ratio = other.single_row_us / chosen.single_row_us
    if ratio >= AS_QUICK:
        return f", {ratio:.2g} times slower"
    return f", {1 / ratio:.2g} times quicker" if ratio <= 1 / AS_QUICK else ", as quick"
