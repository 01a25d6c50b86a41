"""What is wrong with a model by what was measured of it: its classes, probabilities, columns and rows.

Each function returns a check that speaks, or None; :mod:`mlctl.domain.checks` says the thresholds in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.domain.checks import Check, check
from mlctl.domain.insight import Importance, LearningCurve

RARE_OF_EVEN = 0.5
"""Of more classes: the part of its even share (1 / classes) under which a class is rare."""

FOUND_AS_OFTEN = 0.5
"""A rare class is missed when it is found half as often as the average row."""

LEAST_OF_A_CLASS = 10
"""Held-out rows of a class, below which it cannot be said how often it is found."""

ONCE_IN = 1000
"""As for folds: a store has hundreds of experiments, and each false alarm costs the others their credit."""

OFF = 0.03
"""Probabilities that are off by less, on average, change few decisions; with enough rows any model is beyond
chance, so that a test alone would always speak."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class ClassFound:
    """One class among the held-out rows: how many rows it has, and how many of them were found."""

    label: str
    rows: int
    found: int


def rare_class(classes: Sequence[ClassFound]) -> Check | None:
    """Judge whether accuracy hides that a rare class is missed (MLC006), of more than two classes.

    Of two the data's examination has spoken already.
    """
    total, right = sum(c.rows for c in classes), sum(c.found for c in classes)
    if len(classes) < 3 or not right:
        return None
    rare = RARE_OF_EVEN * total / len(classes)
    missed = [
        c
        for c in classes
        if LEAST_OF_A_CLASS <= c.rows < rare and c.found / c.rows <= FOUND_AS_OFTEN * right / total
    ]
    if not missed:
        return None
    worst = min(missed, key=lambda c: c.found / c.rows)
    more = f", and {len(missed) - 1} more such" if len(missed) > 1 else ""
    return check(
        "MLC006",
        f"class {worst.label!r} has {worst.rows / total:.1%} of the held-out rows, and {worst.found} of its "
        f"{worst.rows} are found{more}; accuracy {right / total:.3f} does not show it",
    )


def rare_of_two(found: Check, classes: Sequence[ClassFound]) -> Check:
    """Add to what was said of the data how often the rarer class is found."""
    rarer = min(classes, key=lambda c: c.rows)
    figure = f"{found.figure}; {rarer.found} of its {rarer.rows} held-out rows are found"
    return check(found.code, figure, found.remedy)


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How probabilities compare with what came of them; see :class:`mlctl.stats.calibration.Calibration`.

    Attributes
    ----------
    of : str
        Of what: a class, or the answer.
    """

    of: str
    said: float
    seen: float
    z: float
    p_value: float
    slope: float
    slope_lower: float
    slope_upper: float
    off: float


def uncalibrated(found: Probabilities) -> Check | None:
    """Judge probabilities (MLC027): beyond chance by Spiegelhalter's z or their mean, and far enough.

    See :data:`ONCE_IN` and :data:`OFF`.
    """
    if found.p_value >= 1 / ONCE_IN or found.off < OFF:
        return None
    return check(
        "MLC027",
        f"the probabilities of {found.of} are {_how(found)}: {found.said:.1%} on average where "
        f"{found.seen:.1%} came true, off by {found.off:.3f}; calibration slope {found.slope:.2f} "
        f"({found.slope_lower:.2f} to {found.slope_upper:.2f}, 1 is right), Spiegelhalter's z {found.z:.1f}",
    )


def _how(found: Probabilities) -> str:
    if found.slope_lower <= 1 <= found.slope_upper and abs(found.said - found.seen) >= OFF / 2:
        return "too high" if found.said > found.seen else "too low"
    return "too sure" if found.slope < 1 else "too cautious"


def useless_columns(importance: Importance, tolerated: float) -> Check | None:
    """Judge whether columns are of no use (MLC024): all shuffled at once, the score stays as good.

    At once, because of two columns that tell the same each alone can be spared, and both cannot.
    """
    found = importance.useless
    if found is None or found.standard_error is None or found.loss + 2 * found.standard_error > tolerated:
        return None
    columns = found.columns
    names = ", ".join(repr(name) for name in columns[:SHOWN])
    more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
    verb, them = ("is", "it") if len(columns) == 1 else ("are", "them all at once")
    figure = (
        f"{len(columns)} of {len(importance.each)} columns ({names}{more}) {verb} of no use to this model: "
        f"to shuffle {them} costs {found.loss + 0.0:.2g} ± {found.standard_error:.1g} of {importance.metric} "
        f"on {importance.rows:,} held-out rows"
    )
    listed = ", ".join(columns[:SHOWN]) + (", …" if more else "")
    return check("MLC024", figure, f"leave out what it does not need, data.drop: [{listed}], and train again")


def more_rows_help(curve: LearningCurve, tolerated: float) -> Check | None:
    """Judge whether the learning curve still rises (MLC029): from half of the training rows to all of them.

    Every half that was fitted has to be behind by more than the tolerance and twice the standard error, which
    is of the difference on the same held-out rows.
    """
    if len(curve.steps) < 2:
        return None
    half, whole = curve.steps[-2:]
    if not half.behind or half.rows * 3 < whole.rows:
        return None  # the half itself is missing: from a smaller part every curve rises
    gaps = [gap - 2 * error - tolerated for gap, error in half.behind if error is not None]
    if len(gaps) < len(half.behind) or min(gaps) <= 0:
        return None
    behind = sum(gap for gap, _ in half.behind) / len(half.behind)
    return check(
        "MLC029",
        f"{curve.metric} {sum(half.scores) / len(half.scores):.4g} with {half.rows:,} training rows, "
        f"{whole.scores[0]:.4g} with all {whole.rows:,}: the last doubling gained {behind:.2g}",
    )
