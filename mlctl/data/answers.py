"""The settled target, as both tasks return it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.findings import Finding, Problem
from mlctl.data.frames import EXACT
from mlctl.domain.metrics import Task


@dataclass(frozen=True, slots=True)
class Target:
    """The settled target.

    Attributes
    ----------
    values : numpy.ndarray
        Labels for classification (objects that are str, int64 or bool); float64 for regression.
    classes : tuple
        The labels, sorted, as Python's own values; empty for regression.
    positive : str, int, bool or None
        The positive of two classes.
    """

    task: Task
    reason: str
    values: Any
    classes: tuple[Any, ...] = ()
    positive: Any = None
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def constant(series: pd.Series) -> Problem:
    """Say that the target has one value."""
    return Problem(
        f"data.target: column {series.name!r} is {str(series.iloc[0])!r} in every row",
        "name another column in data.target, or bring rows with other values",
    )


def whole(series: pd.Series) -> bool:
    """Tell whether all of its numbers are whole, and exact if they are float64."""
    values = series.to_numpy()
    return bool(values.dtype.kind == "i" or ((np.abs(values) <= EXACT) & (values == np.round(values))).all())
