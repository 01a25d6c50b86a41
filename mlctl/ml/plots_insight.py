"""The figures of what was found out about a model: what its columns are worth, and what rows are."""

from mlctl.domain.figures import Bars, Chart, Series
from mlctl.domain.insight import Importance, LearningCurve, Loss

MOST_COLUMNS = 20
_Z95 = 1.96


def importance(found: Importance) -> Bars:
    """Return the loss of each column, the most important first."""
    shown = found.each[:MOST_COLUMNS]
    more = (
        f" The {len(shown)} most important of {len(found.each)} are shown."
        if len(found.each) > len(shown)
        else ""
    )
    late = f" There was no time for {len(found.left_out)} others." if found.left_out else ""
    return Bars(
        "importance",
        "Permutation importance",
        f"What {found.metric} loses on {found.rows:,} held-out rows when a column is shuffled, with 95 % "
        f"intervals. Columns that tell the same stand in for each other, and each alone looks less "
        f"important.{more}{late}",
        "Most important: " + ", ".join(f"{one.columns[0]} {one.loss:.3g}" for one in shown[:5]) + ".",
        ("column", f"loss of {found.metric}", "standard error"),
        tuple((one.columns[0], f"{one.loss:.4g}", _error(one)) for one in shown),
        f"loss of {found.metric}",
        tuple((one.columns[0], one.loss) for one in shown),
        tuple(_span(one) for one in shown),
    )


def _error(one: Loss) -> str:
    return "" if one.standard_error is None else f"{one.standard_error:.2g}"


def _span(one: Loss) -> tuple[float, float]:
    half = _Z95 * (one.standard_error or 0.0)
    return one.loss - half, one.loss + half


def learning_curve(found: LearningCurve) -> Chart:
    """Return the held-out score by training rows: each model a dot, their mean the line."""
    means = tuple((float(step.rows), sum(step.scores) / len(step.scores)) for step in found.steps)
    dots = tuple((float(step.rows), score) for step in found.steps for score in step.scores)
    which = "the latest of them" if found.order == "latest" else "drawn at random"
    first, last = means[0], means[-1]
    return Chart(
        "learning_curve",
        "Learning curve",
        f"{found.metric} on {found.held_out:,} held-out rows by training rows, {which}. A curve that still "
        "rises at the right: more rows would help.",
        f"{found.metric} {first[1]:.4g} with {first[0]:,.0f} training rows, {last[1]:.4g} with "
        f"{last[0]:,.0f}.",
        ("training rows", found.metric),
        tuple((f"{step.rows:,}", ", ".join(f"{score:.4g}" for score in step.scores)) for step in found.steps),
        "training rows",
        found.metric,
        (Series("", means, "line"), Series("", dots, "points")),
    )
