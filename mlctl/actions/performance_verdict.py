"""Whether a model has become worse than it was held out: the rule that a person and retraining share."""

from mlctl.domain.gate import amount
from mlctl.domain.metrics import Metric
from mlctl.domain.records import Experiment
from mlctl.stats.paired import Interval
from mlctl.store.store import Store

TOLERANCE = 0.005
"""Of metrics bounded by 1; of errors a share of the dummy's, as in comparisons."""


def is_worse(metric: Metric, found: Interval, reference: float, tolerance: float) -> tuple[bool, str]:
    """Tell whether a score is beyond doubt worse than its reference, and the bound that says so.

    Parameters
    ----------
    found : Interval
        The model's score on new rows, with its two-sided 95 % interval.
    reference : float
        Its score on the rows held out at its training.
    tolerance : float
        In the metric's units.
    """
    if metric.greater_is_better:
        return found.upper < reference - tolerance, f"at most {found.upper:.4g}"
    return found.lower > reference + tolerance, f"at least {found.lower:.4g}"


def tolerance_of(store: Store, experiment: Experiment, metric: str) -> float:
    """Return how far below its reference a score may lie: as in comparisons, in the metric's units."""
    rungs = store.experiments(experiment.project_name, experiment.model_name).records
    dummy = next((e for e in rungs if e.ladder_id == experiment.ladder_id and e.rung == "dummy"), None)
    error = dummy.score("test", metric) if dummy else None
    return amount(metric, TOLERANCE, error if error is not None else experiment.score("test", metric))
