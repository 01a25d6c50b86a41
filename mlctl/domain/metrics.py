"""The metrics by name: their task, their direction, their range. The arithmetic is in ``mlctl.ml.metrics``.

Names are scikit-learn's function names; the scorer spellings (``accuracy``, ``neg_log_loss``) are accepted.
"""

import math
from dataclasses import dataclass
from typing import Literal

Task = Literal["classification", "regression"]
TASKS: tuple[Task, ...] = ("classification", "regression")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes
    ----------
    greater_is_better : bool
        The direction.
    bounded : bool
        True where a perfect model scores 1 (or 0 to 1): differences are then read against a fixed tolerance
        of 0.005; otherwise against 0.5 % of the dummy's score.
    needs : {"labels", "scores", "probabilities"}
        What the estimator has to give: ``scores`` is met by a decision function for two classes, and needs
        probabilities for more.
    classes : {"any", "two"}
        Whether the metric is defined for more than two classes.
    spellings : tuple of str
        Other names that users know it by.
    """

    name: str
    task: Task
    greater_is_better: bool = True
    bounded: bool = True
    needs: Literal["labels", "scores", "probabilities"] = "labels"
    classes: Literal["any", "two"] = "any"
    spellings: tuple[str, ...] = ()

    @property
    def arrow(self) -> str:
        """The direction as one character."""
        return "↑" if self.greater_is_better else "↓"

    @property
    def span(self) -> float:
        """The most by which two of its scores can differ; infinite where nothing bounds them."""
        if self.task == "regression" or not (self.bounded or self.name == "brier_score_loss"):
            return math.inf
        return 2.0 if self.name in ("matthews_corrcoef", "brier_score_loss") else 1.0

    def gain(self, value: float, reference: float) -> float:
        """Return the difference, oriented so that more is better."""
        return value - reference if self.greater_is_better else reference - value


def _classification(name: str, *spellings: str, **traits: object) -> Metric:
    return Metric(name, "classification", spellings=spellings, **traits)  # type: ignore[arg-type]  # passed on


def _error(name: str, *spellings: str) -> Metric:
    return Metric(name, "regression", greater_is_better=False, bounded=False, spellings=spellings)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _classification("accuracy_score", "accuracy"),
        _classification("balanced_accuracy_score", "balanced_accuracy"),
        _classification("f1_score", "f1", "f1_weighted"),
        _classification("precision_score", "precision", "precision_weighted"),
        _classification("recall_score", "recall", "recall_weighted"),
        _classification("roc_auc", "roc_auc_score", "roc_auc_ovr_weighted", "auc", needs="scores"),
        _classification(
            "average_precision_score",
            "average_precision",
            "precision_recall_auc",
            needs="scores",
            classes="two",
        ),
        _classification("matthews_corrcoef", "mcc"),
        _classification(
            "log_loss", "neg_log_loss", greater_is_better=False, bounded=False, needs="probabilities"
        ),
        _classification(
            "brier_score_loss",
            "neg_brier_score",
            "brier",
            greater_is_better=False,
            bounded=False,
            needs="probabilities",
            classes="two",
        ),
        Metric("r2_score", "regression", spellings=("r2",)),
        Metric("explained_variance_score", "regression", spellings=("explained_variance",)),
        _error("root_mean_squared_error", "rmse", "neg_root_mean_squared_error"),
        _error("mean_squared_error", "mse", "neg_mean_squared_error"),
        _error("mean_absolute_error", "mae", "neg_mean_absolute_error"),
        _error("median_absolute_error", "neg_median_absolute_error"),
        _error("mean_absolute_percentage_error", "mape", "neg_mean_absolute_percentage_error"),
        _error("max_error", "neg_max_error"),
    )
}

_SPELLINGS = {spelling: metric.name for metric in METRICS.values() for spelling in metric.spellings}


def find_metric(text: str) -> Metric | None:
    """Return the metric that a name or a spelling means, or None."""
    name = text.strip().lower()
    return METRICS.get(_SPELLINGS.get(name, name))


def metrics_of(task: str, *, classes: int = 0) -> tuple[Metric, ...]:
    """Return the metrics of a task, in the order in which they are shown.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    classes : int, default=0
        The number of classes; more than two leaves out the metrics that two classes define.
    """
    return tuple(m for m in METRICS.values() if m.task == task and (m.classes == "any" or classes <= 2))
