"""What held-out predictions say of an experiment: its score's error, its classes, its probabilities."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mlctl.actions.predictions import Predictions, read_predictions
from mlctl.domain.checks import Check
from mlctl.domain.measured_checks import ClassFound, Probabilities, rare_class, rare_of_two, uncalibrated
from mlctl.domain.method_checks import Z95, HeldOut
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment
from mlctl.stats.calibration import calibration
from mlctl.stats.jackknife import left_out, parts_of, standard_error
from mlctl.store.store import Store

MOST_ROWS = 20_000
"""The standard error is taken from so many rows at most, and scaled to all: a second would be noticed."""

LEAST_ROWS = 30
"""Fewer probabilities are not judged: the tests' normal distribution is one of many rows."""

NO_MISS = 3.0
"""Without a single miss the standard error reads 0; the miss rate may still be up to 3 / rows, at 95 % (J. A.
Hanley, A. Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 249, 1983)."""

ONE_ROW = ("max_error",)
"""Metrics that rest on a single row: leaving out a part tells nothing of their error."""


@dataclass(frozen=True, slots=True)
class HeldOutLook:
    """The held-out predictions, and what was made of them."""

    metric: str
    predictions: Predictions
    held_out: HeldOut

    def checks(self) -> list[Check]:
        """Return what the classes and the probabilities say."""
        found = [self._calibration()]
        if self.metric == "accuracy_score":
            found.append(rare_class(self.classes()))
        return [one for one in found if one]

    def with_recall(self, found: Sequence[Check]) -> list[Check]:
        """Return what was said of the data, with how often the rare one of two classes was found."""
        classes = self.classes() if any(one.code == "MLC006" for one in found) else []
        return [
            rare_of_two(one, classes) if one.code == "MLC006" and len(classes) == 2 else one for one in found
        ]

    def classes(self) -> list[ClassFound]:
        """Return the classes among the held-out rows, and how many rows of each were found."""
        known = self.predictions
        rows, found = (
            Counter(known.truth.tolist()),
            Counter(known.truth[known.truth == known.predicted].tolist()),
        )
        return [ClassFound(label, count, found[label]) for label, count in rows.items()]

    def _calibration(self) -> Check | None:
        found = calibration_of(self.predictions)
        return uncalibrated(found) if found and self.predictions.rows >= LEAST_ROWS else None


def look_at(store: Store, experiment: Experiment) -> HeldOutLook:
    """Read the held-out predictions, and find the standard error of the primary metric.

    Raises
    ------
    MlctlError
        When there are none, or they are damaged.
    """
    predictions = read_predictions(store, experiment)
    in_order = experiment.validation_dataset.get("kind") == "time"
    return HeldOutLook(
        experiment.metric, predictions, measured(predictions, experiment.metric, in_order=in_order)
    )


def measured(predictions: Predictions, metric: str, *, in_order: bool = False) -> HeldOut:
    """Return the score of a metric with its standard error; ``in_order`` for rows in time's order."""
    rows = predictions.rows
    score = predictions.score(metric)
    if score is None or metric in ONE_ROW:
        return HeldOut(rows, score)
    chosen = np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS])
    dealt = parts_of(len(chosen), in_order=in_order)
    error = standard_error(left_out(partial(_of_some, predictions, metric, chosen), dealt))
    if error is None:
        return HeldOut(rows, score)
    # Runs of rows stay as long as they were, however many rows of each are looked at.
    scaled = error if in_order else error * (len(chosen) / rows) ** 0.5
    perfect = METRICS[metric].bounded and score == 1
    return HeldOut(rows, score, max(scaled, NO_MISS / Z95 / rows) if perfect else scaled)


def _of_some(predictions: Predictions, metric: str, chosen: Any, keep: Any) -> float | None:
    return predictions.score(metric, chosen[keep])


def calibration_of(predictions: Predictions) -> Probabilities | None:
    """Compare probabilities with what came true: the positive class's or, of more classes, the answers'.

    Of more than two classes it is the probability of the likeliest class, and whether that was the right one
    (C. Guo et al., On calibration of modern neural networks, ICML 2017).
    """
    said, true, of = judged_probabilities(predictions)
    if said is None:
        return None
    found = calibration(said, true)
    return Probabilities(
        of,
        found.said,
        found.seen,
        found.z,
        found.p_value,
        found.slope,
        found.slope_lower,
        found.slope_upper,
        found.off,
    )


def judged_probabilities(predictions: Predictions) -> tuple[Any, Any, str]:
    """Return the judged probabilities, whether they came true, and of what; None where there are none."""
    shares, classes = predictions.probabilities, predictions.classes
    if shares is None or len(classes) < 2:
        return None, None, ""
    if len(classes) == 2:
        label = classes[predictions.place]
        return shares[:, predictions.place], predictions.truth == label, f"class {label!r}"
    likeliest = np.array(classes, dtype=object)[shares.argmax(axis=1)]
    return shares.max(axis=1), predictions.truth == likeliest, "the answers"
