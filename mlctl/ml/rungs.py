"""Plan a ladder's rungs, and build the pipeline of one of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from mlctl.domain.columns import Column
from mlctl.domain.ladder import BASE, COUNTERPARTS, KINDS, ORDERED_DUMMY_SEARCH, PROBE, REST, SLOW_ABOVE
from mlctl.domain.metrics import Task
from mlctl.errors import UsageError
from mlctl.estimators import own
from mlctl.estimators.dates import TimeToNumber
from mlctl.ml.estimator import PlannedRung, calibrated, family, make_estimator, own_family
from mlctl.ml.own import own_code
from mlctl.ml.points import search_points
from mlctl.ml.preprocess import CODED_LEVELS, Needs, build_preprocessor, native_categories
from mlctl.params.model import Preprocess
from mlctl.params.rung import Rung

__all__ = ["PlannedRung", "build_pipeline", "plan"]

_WHY_SLOW = {
    "svc": "svc's time grows with the square of the rows",
    "svr": "svr's time grows with the square of the rows",
    "k_nearest_neighbors": "k_nearest_neighbors looks through them all at every prediction",
}


def plan(
    ladder: Literal["auto"] | Sequence[Rung],
    task: Task,
    *,
    rows: int,
    seed: int = 0,
    max_points: int = 12,
    time_ordered: bool = False,
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
        Training rows: the default climb passes over what is too slow for them.
    seed : int, default=0
        For the sample of a large grid.
    max_points : int, default=12
        Points of one rung's search.
    time_ordered : bool, default=False
        Whether rows are in time's order: a dummy without parameters then chooses among the mean (the most
        frequent label), the last value and the seasonal last value.
    all_rungs : bool, default=False
        Whether the default climb takes its rest without asking the probe.
    rules : mapping, optional
        For each hand-written rule (``"file.py:function"``) the file's text, and the files of a person's own
        code as :mod:`mlctl.ml.own` names them.

    Raises
    ------
    UsageError
        For a rung of the wrong task, a class that cannot be imported, a parameter or a value that the
        estimator does not take.
    """
    wanted = _default_climb(task, rows) if ladder == "auto" else _with_dummy(ladder)
    if time_ordered:
        wanted = [_with_strategies(rung, task) for rung in wanted]
    named = zip(wanted, _labels([_short(rung.kind) for rung in wanted]), strict=True)
    planned = [
        _planned(rung, label, index, task, max_points=max_points, seed=seed, rules=rules or {})
        for index, (rung, label) in enumerate(named)
    ]
    for rung in planned:
        _check(rung, task, seed, time_ordered)
    if ladder != "auto":
        return tuple(planned)
    return tuple(_in_climb(rung, task, rows, all_rungs) for rung in planned)


def build_pipeline(
    rung: PlannedRung,
    point: Mapping[str, Any],
    columns: Sequence[Column],
    options: Preprocess,
    task: Task,
    *,
    n_classes: int = 0,
    seed: int = 0,
    need_probabilities: bool = False,
    time: str | None = None,
    transformer: tuple[str, str] | None = None,
) -> Pipeline:
    """Return the unfitted pipeline of one point of a rung.

    Parameters
    ----------
    rung : PlannedRung
        The rung.
    point : mapping
        One of its points.
    columns : sequence of Column
        The features.
    options : params.Preprocess
        What the parameters file says about preprocessing.
    task : {"classification", "regression"}
        The task.
    n_classes : int, default=0
        Number of classes of the data.
    seed : int, default=0
        For whatever in the pipeline takes one.
    need_probabilities : bool, default=False
        Whether a classifier without probabilities has to be calibrated.
    time : str or None
        The time column. A dummy that forecasts from it takes nothing else, so the frame has to hold it.
    transformer : tuple of (str, str) or None
        Source and name of a person's own transformer, which stands in the place of the options.

    Returns
    -------
    Pipeline
        Steps ``preprocess`` and ``estimator``; takes the raw frame and needs nothing else.

    Raises
    ------
    UsageError
        For a value that scikit-learn's own validation refuses, and where the options leave columns that the
        estimator cannot take.
    """
    estimator = make_estimator(rung, point, task, seed)
    if rung.rule is not None:
        return Pipeline([("preprocess", "passthrough"), ("estimator", estimator)])
    if rung.kind == "dummy":
        return Pipeline([("preprocess", _dummy_table(rung, point, time)), ("estimator", estimator)])
    if transformer is not None:
        last = calibrated(estimator) if need_probabilities and task == "classification" else estimator
        return Pipeline([("preprocess", own.transformer(*transformer)), ("estimator", last)])
    needs = _needs(rung, estimator, point, task, n_classes, seed)
    coded = native_categories(columns, options, needs)
    if coded:
        estimator.set_params(categorical_features=list(range(coded)))
    if need_probabilities and task == "classification":
        estimator = calibrated(estimator)
    return Pipeline([("preprocess", build_preprocessor(columns, options, needs)), ("estimator", estimator)])


def _default_climb(task: Task, rows: int) -> list[Rung]:
    climb = [
        Rung(kind=name, search=dict(KINDS[name].search.get(task, {}))) for name in (*BASE[task], *REST[task])
    ]
    return [_with_fewer_neighbors(rung, rows) for rung in climb]


def _with_fewer_neighbors(rung: Rung, rows: int) -> Rung:
    """Leave out what a fold of a small table could not fit: more neighbours than it has rows."""
    wanted = rung.search.get("n_neighbors")
    if not isinstance(wanted, list):
        return rung
    fewer = [count for count in wanted if count <= rows // 2]
    return Rung(kind=rung.kind, search={**rung.search, "n_neighbors": fewer or wanted[:1]})


def _with_dummy(ladder: Sequence[Rung]) -> list[Rung]:
    first = next((rung for rung in ladder if rung.kind == "dummy"), Rung(kind="dummy"))
    return [first, *(rung for rung in ladder if rung is not first)]


def _with_strategies(rung: Rung, task: Task) -> Rung:
    if rung.kind != "dummy" or rung.fixed or rung.search:
        return rung
    return Rung(kind="dummy", search={"strategy": list(ORDERED_DUMMY_SEARCH[task])})


def _short(kind: str) -> str:
    """Return what a rung is called: of ``src/modeling.py:build_knn`` the function."""
    return kind.rpartition(":")[2]


def _labels(kinds: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    labels = []
    for kind in kinds:
        seen[kind] += 1
        labels.append(kind if seen[kind] == 1 else f"{kind}_{seen[kind]}")
    return labels


def _planned(
    rung: Rung, label: str, index: int, task: Task, *, max_points: int, seed: int, rules: Mapping[str, str]
) -> PlannedRung:
    if rung.rule is not None:
        function = rung.rule.rpartition(":")[2]
        source = (rules[rung.rule], function)
        return PlannedRung(label, label, "rule", index, "rule", "", ({"rule": rung.rule},), rule=source)
    code = None if rung.kind in KINDS else own_code(rung.kind, rules)
    if code is not None:
        points = search_points(rung.fixed, rung.search, most=max_points, seed=f"{seed} {label}")
        suited = own_family(code, points[0], task, seed)
        return PlannedRung(label, label, rung.kind, index, suited, "", points, code=code)
    class_path = _class_path(rung.kind, task)
    defaults = KINDS[rung.kind].defaults.get(task, {}) if rung.kind in KINDS else {}
    points = search_points({**defaults, **rung.fixed}, rung.search, most=max_points, seed=f"{seed} {label}")
    return PlannedRung(label, label, rung.kind, index, family(rung.kind, class_path), class_path, points)


def _class_path(kind: str, task: Task) -> str:
    if kind not in KINDS:
        return kind
    classes = KINDS[kind].classes
    if task not in classes:
        like = COUNTERPARTS.get(kind)
        hint = f"did you mean {like}?" if like else "leave it out"
        raise UsageError(f"ladder: {kind} is for {KINDS[kind].tasks[0]}, and the task is {task}", hint)
    return classes[task]


def _check(rung: PlannedRung, task: Task, seed: int, time_ordered: bool) -> None:
    for point in rung.points:
        make_estimator(rung, point, task, seed)
        if rung.is_ordered(point) and not time_ordered:
            raise UsageError(
                f"ladder: dummy: strategy: {point['strategy']} needs rows in time's order",
                "name the column in data.time, and use split.method: time",
            )


def _in_climb(rung: PlannedRung, task: Task, rows: int, all_rungs: bool) -> PlannedRung:
    if rung.kind in BASE[task] or all_rungs:
        return replace(rung, probe=rung.kind == PROBE)
    skip = ""
    if rows > SLOW_ABOVE.get(rung.kind, rows):
        skip = f"{rows:,} rows: {_WHY_SLOW[rung.kind]}; name it in ladder or use --all-rungs"
    return replace(rung, conditional=True, skip=skip)


def _dummy_table(rung: PlannedRung, point: Mapping[str, Any], time: str | None) -> ColumnTransformer:
    """Hand over the time to a dummy that forecasts from it, and no column at all to any other."""
    if not rung.is_ordered(point):
        return ColumnTransformer([])
    if time is None:
        raise ValueError(f"a dummy with strategy {point['strategy']} needs the time column's name")
    return ColumnTransformer([("time", TimeToNumber(), [time])])


def _needs(
    rung: PlannedRung, estimator: Any, point: Mapping[str, Any], task: Task, n_classes: int, seed: int
) -> Needs:
    # Foreign classes may not have scikit-learn's tags; then nothing special is asked for them.
    tags = get_tags(estimator).input_tags if hasattr(estimator, "__sklearn_tags__") else None
    # A file that sets categorical_features itself is taken at its word.
    takes_codes = "categorical_features" in estimator.get_params(deep=False) and rung.family == "boosting"
    levels = min(point.get("max_bins", CODED_LEVELS + 1) - 1, CODED_LEVELS)
    classes = "binary" if n_classes == 2 else "multiclass"
    return Needs(
        name=rung.name,
        family=rung.family,
        missing=bool(tags and tags.allow_nan),
        sparse=bool(tags and tags.sparse),
        native_levels=levels if takes_codes and "categorical_features" not in point else 0,
        target_type="continuous" if task == "regression" else classes,
        seed=seed,
    )
