"""Put experiments side by side, honestly.

A difference is shown only between experiments that saw the same rows in the same folds; who cannot be told
from the best is marked; what was left out is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.actions.fields import canonical, fields_of, flat_parameters
from mlctl.actions.recommend import recommend_from
from mlctl.domain.choice import difference, tolerance
from mlctl.domain.logged import LOGGED, is_only_logged, logged_metric, primary
from mlctl.domain.metrics import METRICS, Metric, find_metric
from mlctl.domain.records import Experiment
from mlctl.domain.refs import best_first, latest_first, latest_ladder
from mlctl.errors import UsageError


@dataclass(frozen=True, slots=True)
class Row:
    """One experiment in a comparison.

    Attributes
    ----------
    fields : mapping
        Everything that can be shown, filtered or sorted by, by name.
    champion, recommended, tied, other_data, dirty : bool
        The marks: in use, recommended by its ladder, not separable from the best, not comparable with the
        best, made from a working tree with changes.
    """

    experiment: Experiment
    fields: Mapping[str, Any]
    champion: bool = False
    recommended: bool = False
    tied: bool = False
    other_data: bool = False
    dirty: bool = False

    @property
    def marks(self) -> str:
        """The marks as characters that survive without colour."""
        marks = (
            (self.recommended, ">"),
            (self.champion, "*"),
            (self.tied, "="),
            (self.other_data, "!"),
            (self.dirty, "~"),
        )
        return "".join(sign for on, sign in marks if on)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Experiments side by side.

    Attributes
    ----------
    metric : Metric
        The metric that they are ranked by.
    rows : tuple of Row
        The best first; unfinished ones last.
    differing : tuple of str
        Parameters whose values differ between the rows, the most telling first; what a row lacks differs.
    same : mapping
        Parameters that are equal in every row.
    fields : frozenset of str
        Everything that some row has, whether it is shown or not.
    left_out : int
        Rows that ``top`` cut off.
    filtered_out : int
        Rows that the filter held back.
    """

    metric: Metric
    rows: tuple[Row, ...]
    differing: tuple[str, ...]
    same: Mapping[str, Any]
    fields: frozenset[str]
    left_out: int = 0
    filtered_out: int = 0


def compare(
    experiments: Sequence[Experiment],
    *,
    peers: Sequence[Experiment] | None = None,
    champion: str | None = None,
    metric: str | None = None,
    keep: str | None = None,
    sort: str | None = None,
    top: int | None = None,
) -> Comparison:
    """Rank experiments of one model.

    Parameters
    ----------
    experiments : sequence of Experiment
        At least one.
    peers : sequence of Experiment, default=None
        All of the model, among which baseline and champion are looked for; the same ones when None.
    champion : str or None
        The version id in use.
    metric : str or None
        Rank by this metric instead of the one they were trained for.
    keep : str or None
        A filter expression.
    sort : str or None
        A field to sort by instead, ``-field`` for descending.
    top : int or None
        Show this many.

    Raises
    ------
    UsageError
        For an unknown metric or field, or a filter that cannot be read.
    """
    ranking = _metric(experiments, metric)
    rows = _rows(experiments, experiments if peers is None else peers, ranking, champion)
    kept = _filtered(rows, keep)
    shown = _sorted(kept, ranking, sort)[: top or None]
    differing, same = split_parameters([row.experiment for row in shown])
    fields = frozenset(name for row in rows for name in row.fields)
    left_out, filtered_out = len(kept) - len(shown), len(rows) - len(kept)
    return Comparison(ranking, tuple(shown), differing, same, fields, left_out, filtered_out)


def _metric(experiments: Sequence[Experiment], wanted: str | None) -> Metric:
    logged = _logged(experiments, wanted)
    if logged is not None:
        return logged
    name = wanted or next((e.metric for e in latest_first(experiments) if e.metric), "accuracy_score")
    metric = find_metric(name)
    if metric is None:
        raise UsageError(f"unknown metric {name!r}", f"one of: {', '.join(METRICS)}")
    return metric


def _logged(experiments: Sequence[Experiment], wanted: str | None) -> Metric | None:
    """Return the logged metric to rank by: the one that is wanted, or the primary one of scripts alone."""
    if wanted is None:
        name = primary(experiments) if is_only_logged(experiments) else None
        return None if name is None else logged_metric(name)
    names = {name for e in experiments for name in e.evaluations.get(LOGGED, {})}
    bare, asked = wanted.removeprefix(f"{LOGGED}."), find_metric(wanted)
    if asked is not None and any(e.score("cross_validation", asked.name) is not None for e in experiments):
        return None
    same = (
        bare if bare in names else next((n for n in sorted(names) if asked and find_metric(n) == asked), None)
    )
    return None if same is None else logged_metric(same)


def _rows(
    experiments: Sequence[Experiment], peers: Sequence[Experiment], metric: Metric, champion: str | None
) -> list[Row]:
    key = next((e.comparison_key for e in latest_first(experiments) if e.status == "finished"), "")
    comparable = [e for e in experiments if e.comparison_key == key and e.folds(metric.name)]
    tied = _tied(comparable, metric)
    recommended = recommend_from(latest_ladder(peers)).name
    # The latest dummy on the same rows and folds; the dictionary keeps the last of each key.
    baselines = {e.comparison_key: e for e in reversed(latest_first(peers)) if e.rung == "dummy"}
    current = {e.comparison_key: e for e in peers if e.model_version_id == champion}
    return [
        Row(
            e,
            fields_of(e, metric)
            | {
                "delta_baseline": _delta(e, baselines.get(e.comparison_key), metric),
                "delta_champion": _delta(e, current.get(e.comparison_key), metric),
            },
            champion=e.model_version_id == champion,
            recommended=e.model_version_id == recommended,
            tied=e.model_version_id in tied,
            other_data=e.status == "finished" and e.comparison_key != key,
            dirty=bool(e.git.get("dirty")),
        )
        for e in experiments
    ]


def _tied(comparable: Sequence[Experiment], metric: Metric) -> frozenset[str]:
    """Return the names of those that cannot be told from the best, if they are more than one."""
    ranked = best_first(comparable)
    if not ranked:
        return frozenset()
    best = max(ranked, key=lambda e: metric.gain(e.score("cross_validation", metric.name) or 0.0, 0.0))
    dummy = next((e.score("cross_validation", metric.name) for e in comparable if e.rung == "dummy"), None)
    tolerated = tolerance(metric, dummy)
    ratio = best.validation_dataset.get("test_to_train", 0.25)
    names = [
        e.model_version_id
        for e in ranked
        if len(e.folds(metric.name)) == len(best.folds(metric.name))
        and not difference(metric, best.folds(metric.name), e.folds(metric.name), ratio, tolerated).beyond
    ]
    return frozenset(names) if len(names) > 1 else frozenset()


def _delta(experiment: Experiment, reference: Experiment | None, metric: Metric) -> float | None:
    """Return how far it is ahead, more is better; None for the reference itself."""
    if reference is None or reference.experiment_id == experiment.experiment_id:
        return None
    score = experiment.score("cross_validation", metric.name)
    other = reference.score("cross_validation", metric.name)
    return None if score is None or other is None else metric.gain(score, other)


def _filtered(rows: Sequence[Row], expression: str | None) -> list[Row]:
    if not expression:
        return list(rows)
    from mlctl.domain.filters import compile_filter  # noqa: PLC0415 - most listings filter nothing

    known = {name for row in rows for name in row.fields}
    keep = compile_filter(expression, known, lambda name: canonical(name, known))
    return [row for row in rows if keep(row.fields)]


def _sorted(rows: Sequence[Row], metric: Metric, sort: str | None) -> list[Row]:
    known = {field for row in rows for field in row.fields}
    name = canonical((sort or metric.name).removeprefix("-"), known)
    if rows and name not in known:
        import difflib  # noqa: PLC0415 - only a name that is not found needs it

        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        raise UsageError(
            f"cannot sort by {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""),
            "see every name: mlctl compare --all-columns --format csv | head -1",
        )
    descending = sort.startswith("-") if sort else metric.greater_is_better
    having = [row for row in rows if not _lacks(row.fields.get(name))]
    lacking = [row for row in rows if _lacks(row.fields.get(name))]
    return sorted(having, key=lambda row: _order(row.fields[name]), reverse=descending) + lacking


def _lacks(value: Any) -> bool:
    """Tell whether a value has no place in an order: there is none, or it is no number (nan)."""
    return value is None or value != value  # nan is not itself


def _order(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def split_parameters(experiments: Sequence[Experiment]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the parameters that differ, those with the most values first, and those that do not."""
    tables = [flat_parameters(e) for e in experiments]
    names = dict.fromkeys(name for table in tables for name in table)
    values = {name: {repr(table.get(name)) for table in tables} for name in names}
    differing = sorted((n for n in names if len(values[n]) > 1), key=lambda n: -len(values[n]))
    return tuple(differing), {n: tables[0][n] for n in names if len(values[n]) == 1}
