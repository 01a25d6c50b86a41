"""The figures of a regression's held-out predictions, with their words and tables."""

from collections.abc import Sequence

import numpy as np

from mlctl.domain.figures import Chart, Drawable, Pairs, Series
from mlctl.ml.metrics import Floats
from mlctl.ml.plots import pairs_of

MOST_DOTS = 400
"""Dots of a cloud: more hide one another."""

PARTS = 5


def regression(truth: Floats, predicted: Floats) -> tuple[Drawable, ...]:
    """Return the figures of a regression.

    Parameters
    ----------
    truth, predicted : ndarray of shape (rows,)
        Finite; at least one row.
    """
    return predicted_actual(truth, predicted), residuals(truth, predicted)


def predicted_actual(truth: Floats, predicted: Floats) -> Chart:
    """Return the true value over the predicted one."""
    low, high = float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))
    misses = np.abs(truth - predicted)
    head, rows = _by_fifth(predicted, truth, ("true, median", "true, 10 % to 90 %"))
    return Chart(
        "predicted_actual",
        "Predicted and true",
        f"Each dot is a held-out row{_sampled(len(truth))}. On the dashed line the prediction is right.",
        f"Of {len(truth):,} held-out rows half are predicted within {np.median(misses):.4g}, nine tenths "
        f"within {np.quantile(misses, 0.9):.4g}.",
        head,
        rows,
        "predicted",
        "true",
        (Series("", _cloud(predicted, truth), "points"),),
        reference=((low, low), (high, high)),
    )


def residuals(truth: Floats, predicted: Floats) -> Chart:
    """Return the true value less the predicted one, over the predicted one."""
    left = truth - predicted
    head, rows = _by_fifth(predicted, left, ("residual, median", "residual, 10 % to 90 %"))
    return Chart(
        "residuals",
        "Residuals",
        f"True less predicted, over predicted{_sampled(len(truth))}. A cloud that leans or bends says that "
        "the model misses something; one that widens, that large predictions are less certain.",
        f"The residuals have the mean {left.mean():.4g} and the standard deviation {left.std():.4g}.",
        head,
        rows,
        "predicted",
        "true less predicted",
        (Series("", _cloud(predicted, left), "points"),),
        reference=((float(predicted.min()), 0.0), (float(predicted.max()), 0.0)),
    )


def _sampled(rows: int) -> str:
    return f" ({MOST_DOTS} of {rows:,}, drawn at random)" if rows > MOST_DOTS else ""


def _cloud(x: Floats, y: Floats) -> Pairs:
    chosen = np.sort(np.random.default_rng(0).permutation(len(x))[:MOST_DOTS])
    return pairs_of(x[chosen], y[chosen])


def _by_fifth(
    predicted: Floats, values: Floats, titles: Sequence[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return a table of values by fifths of the predictions."""
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, PARTS) if len(part)]
    rows = []
    for part in parts:
        low, middle, high = np.quantile(values[part], [0.1, 0.5, 0.9])
        said = predicted[part]
        rows.append(
            (
                f"{said.min():.4g} to {said.max():.4g}",
                f"{middle:.4g}",
                f"{low:.4g} to {high:.4g}",
                f"{len(part):,}",
            )
        )
    return ("predicted", *titles, "rows"), tuple(rows)
