"""The target: what kind of question it asks, and the answers as an array.

The task, where the parameters file does not name it:

- true and false, or text: classification. Text with more than 100 distinct values, or with more than 20 that
  are also over 20 % of the rows, is refused as free text.
- Numbers with a fraction: regression.
- Whole numbers: classification when there are at most 5 distinct ones, or at most 20 that stand for 10 rows
  or more each on average; else regression. (A count and a rating may look alike: ``task`` settles it.)
"""

from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.answers import Target, constant, whole
from mlctl.data.classes import settle_classes
from mlctl.data.findings import Finding, Problem, warn
from mlctl.data.frames import family
from mlctl.domain.metrics import Task

FEW, MANY, ROWS_EACH = 5, 20, 10
SKEWED = 2.0
"""Skewness from which a target is called skewed; an exponential distribution has 2."""


def settle(series: pd.Series, *, task: Task | None, positive: Any, folds: int, accuracy: bool) -> Target:
    """Settle task, labels and classes.

    Parameters
    ----------
    series : pandas.Series
        The target; missing values are passed over.
    task : {"classification", "regression"} or None
        As the parameters file names it.
    positive : str, int, bool or None
        ``data.positive``; compared as text, too.
    folds : int
        Each class needs a row in every fold.
    accuracy : bool
        Whether accuracy is the metric.
    """
    series = series.dropna()
    if series.empty:
        chosen, reason = task or "classification", "there is no value"
        values = np.array([], dtype=object)
        problem = Problem(
            f"data.target: column {series.name!r} holds no value", "name another column in data.target"
        )
        return Target(chosen, reason, values, problems=[problem])
    chosen, reason = (task, "the parameters file says so") if task else infer_task(series)
    if chosen == "regression":
        return _regression(series, reason, positive)
    return settle_classes(series, reason, positive, folds=folds, accuracy=accuracy, inferred=task is None)


def infer_task(series: pd.Series) -> tuple[Task, str]:
    """Infer the task from the target's values, and say why.

    Parameters
    ----------
    series : pandas.Series
        The target, without missing values.
    """
    name, kind = series.name, family(series)
    if kind == "boolean":
        return "classification", f"{name} is true or false"
    if kind == "date":  # which settle refuses: a regression needs numbers
        return "regression", f"{name} is a date"
    distinct = series.nunique()
    if kind == "text":
        return "classification", f"{name} is text with {distinct:,} distinct values"
    if not whole(series):
        return "regression", f"{name} has fractional numbers"
    few = distinct <= FEW or (distinct <= MANY and distinct * ROWS_EACH <= len(series))
    what = f"{name} has {distinct:,} distinct whole numbers in {len(series):,} rows"
    return ("classification", what) if few else ("regression", what)


def _regression(series: pd.Series, reason: str, positive: Any) -> Target:
    target = Target("regression", reason, np.array([], dtype="float64"))
    if positive is not None:
        target.problems.append(Problem("data.positive: a regression has no positive class", "leave it out"))
    if family(series) not in {"number", "boolean"}:
        target.problems.append(
            Problem(
                f"data.target: column {series.name!r} is {family(series)}, and a regression needs numbers "
                f"(first value {str(series.iloc[0])!r})",
                "set task: classification, or name another column in data.target",
            )
        )
        return target
    values = series.to_numpy(dtype="float64")
    infinite = int(np.isinf(values).sum())
    if infinite:
        target.problems.append(_infinite_target(str(series.name), infinite))
    elif (values == values[0]).all():
        target.problems.append(constant(series))
    else:
        target.findings.extend(_skew(str(series.name), values))
    return Target("regression", reason, values, problems=target.problems, findings=target.findings)


def _infinite_target(name: str, count: int) -> Problem:
    return Problem(
        f"data.target: column {name!r} has {count:,} infinite values",
        "mend the data, or set data.missing: [inf, -inf] to leave those rows out",
    )


def _skew(name: str, values: Any) -> list[Finding]:
    scaled = values / np.abs(values).max()  # or the cubes may overflow
    centred = scaled - scaled.mean()
    skewness = float((centred**3).mean() / max(float((centred**2).mean()) ** 1.5, np.finfo(float).tiny))
    if abs(skewness) < SKEWED:
        return []
    few = "large" if skewness > 0 else "small"
    return [
        warn(
            "MLC009",
            f"target {name!r} is skewed (skewness {skewness:.1f}): a few {few} values decide squared errors",
            "set metric: mean_absolute_error if they should not",
            (name,),
        )
    ]
