"""Plan a ladder's rungs, and build the pipeline of one of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from mlctl.domain.columns import Column
from mlctl.domain.ladder import (
    BASE,
    COUNTERPARTS,
    KINDS,
    ORDERED_DUMMY_SEARCH,
    PROBE,
    REST,
    SLOW_ABOVE,
)
from mlctl.domain.metrics import Task
from mlctl.errors import UsageError
from mlctl.estimators.dates import TimeToNumber
from mlctl.ml.columns import names
from mlctl.ml.estimator import PlannedRung, calibrated, family, make_estimator
from mlctl.ml.points import search_points
from mlctl.ml.preprocess import CODED_LEVELS, Needs, build_preprocessor, native_categories
from mlctl.params.model import Preprocess, Rung

__all__ = ["PlannedRung", "build_pipeline", "plan"]

_SLOW = {
    "k_nearest_neighbors": "{rows:,} rows: {name} looks through them at every prediction",
}
_SLOW_FIT = "{rows:,} rows: {name}'s time grows with the square of the rows"


def plan(
    ladder: Literal["auto"] | Sequence[Rung],
    task: Task,
    *,
    rows: int,
    seed: int = 0,
    max_points: int = 12,
    time: str | None = None,
    all_rungs: bool = False,
    rules: Mapping[str, str] | None = None,
) -> tuple[PlannedRung, ...]:
    """Return the rungs in the order of climbing, the dummy first.

    Parameters
    ----------
    ladder : "auto" or sequence of params.Rung
        The default climb, or what the file spells out; the latter is taken as it is, after the dummy.
    task : {"classification", "regression"}
        The task.
    rows : int
        Training rows: some rungs are too slow for many.
    seed : int, default=0
        For the sample of a large grid.
    max_points : int, default=12
        Points of one rung's search.
    time : str or None
        The time column where rows are in time's order: the dummy then chooses among the mean (or the most
        frequent label), the last value and the seasonal last value.
    all_rungs : bool, default=False
        Whether the default climb takes its rest without asking the probe.
    rules : mapping, optional
        For each hand-written rule (``"file.py:function"``) the file's text.

    Raises
    ------
    UsageError
        For a rung of the wrong task, a class that cannot be imported, a parameter or a value that the
        estimator does not take.
    """
    wanted = _default(task) if ladder == "auto" else _with_dummy(ladder)
    if time is not None:
        wanted = [_ordered(rung, task) for rung in wanted]
    labels = _labels(rung.kind for rung in wanted)
    planned = []
    for index, (rung, label) in enumerate(zip(wanted, labels, strict=True)):
        planned.append(_planned(rung, label, index, task, max_points, seed, time, rules or {}))
    if ladder == "auto":
        planned = [_in_climb(rung, task, rows, all_rungs) for rung in planned]
    for rung in planned:
        for point in rung.points:
            make_estimator(rung, point, task, seed)
    return tuple(planned)
