"""What a climb needs to know about the data and the rules of the game."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlctl.domain.columns import Column
from mlctl.domain.metrics import METRICS, Metric, Task
from mlctl.ml.folds import Folds
from mlctl.params.model import Limits, Preprocess, Stop

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Problem:
    """A table, its target, and how models of it are fitted, scored and limited. Picklable.

    Attributes
    ----------
    frame : DataFrame
        The feature columns, and the time column where ``time`` names one, for all rows.
    target : ndarray of shape (n_rows,)
        Labels or numbers.
    columns : tuple of Column
        What the examination found the feature columns to be.
    task : {"classification", "regression"}
        The task.
    train, test : int64 array
        Positions, in the frame, of the rows that are trained on and of those that are held out; at least one
        of each.
    folds : Folds
        Their positions count within ``train``.
    metric : str
        The metric that decides, by its canonical name.
    classes : tuple
        All labels, sorted, as plain Python values; empty for regression.
    positive : object
        The positive one of two classes.
    need_probabilities : bool
        Whether estimators without probabilities are calibrated.
    time : str or None
        Name of the time column.
    jobs : int or None
        Processes at a time; None means one for each core.
    transformer : tuple of (str, str) or None
        Source and name of a person's own transformer, which stands in the place of the preprocessing.
    """

    frame: pd.DataFrame
    target: NDArray[Any]
    columns: tuple[Column, ...]
    task: Task
    train: IntArray
    test: IntArray
    folds: Folds
    metric: str
    classes: tuple[Any, ...] = ()
    positive: Any = None
    seed: int = 0
    options: Preprocess = field(default_factory=Preprocess)
    limits: Limits = field(default_factory=Limits)
    stop: Stop = field(default_factory=Stop)
    need_probabilities: bool = False
    time: str | None = None
    jobs: int | None = None
    transformer: tuple[str, str] | None = None

    @property
    def primary(self) -> Metric:
        """The metric that decides."""
        return METRICS[self.metric]

    def how_to_build(self) -> dict[str, Any]:
        """Return what :func:`mlctl.ml.rungs.build_pipeline` wants by name."""
        return {
            "n_classes": len(self.classes),
            "seed": self.seed,
            "need_probabilities": self.need_probabilities,
            "time": self.time,
            "transformer": self.transformer,
        }
