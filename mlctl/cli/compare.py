"""``mlctl compare``."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mlctl.cli import completing, forms, out, table
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption
from mlctl.cli.place import here
from mlctl.errors import UsageError

MARKS = {">": "recommended", "*": "champion", "=": "not separable from the best", "!": "other data or folds"}
MARKS["~"] = "code with changes"

MOST_BESIDE = 5
"""Logged metrics that stand beside the one that is ranked by."""

RARE_CLASS = "MLC006"
"""The finding that accuracy flatters every model, because a class is rare."""


def compare(
    refs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF]...", help="Only these experiments.", autocompletion=completing.ref),
    ] = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    metric: Annotated[str | None, typer.Option("--metric", help="Rank by this metric.")] = None,
    keep: Annotated[
        str | None,
        typer.Option("--filter", help='Only rows that pass: "accuracy_score > .9 and rung != dummy".'),
    ] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", help="Sort by a field; -FIELD sorts downwards.")
    ] = None,
    top: Annotated[int | None, typer.Option("--top", help="Show the first N rows.", min=1)] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", help="Show these fields, separated by commas.")
    ] = None,
    all_columns: Annotated[
        bool, typer.Option("--all-columns", help="Show every score, and parameters that do not differ.")
    ] = False,
    form: Annotated[
        str, typer.Option("--format", help="table, json, csv, md or html.", metavar="FORMAT")
    ] = "table",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put experiments side by side: what is better, and what cannot be told."""
    from mlctl.actions import compare_model as action
    from mlctl.actions import locate

    chosen = chosen_format(form, as_json=as_json)
    opened = here(store).open()
    few = table.few(top, chosen)
    asked = action.Question(metric, keep, sort, few)
    of_model, records = locate.named_experiments(opened, refs or [], project, model)
    found, damaged = action.compare_asked(opened, of_model, records, asked)
    if found is None:
        raise locate.nothing_trained(of_model, damaged)
    out.damaged(damaged)
    view = _table(found, columns, all_columns=all_columns)
    if chosen == "json":
        out.document(_document(found, view, damaged))
        return
    _head(of_model, found)
    if not found.rows:
        out.say("no experiment passes the filter")
        return
    table.show(view, chosen)
    _foot(found, by_top=top is not None)


def chosen_format(form: str, *, as_json: bool) -> table.Format:
    """Return the format of a listing.

    Raises
    ------
    UsageError
        For one that there is not.
    """
    chosen = "json" if as_json else form
    for known in table.FORMATS:
        if chosen == known:
            return known
    raise UsageError(f"unknown format {form!r}", f"--format takes one of {', '.join(table.FORMATS)}")


def _head(of_model: Any, found: Any) -> None:
    dealt = (row.experiment.validation_dataset for row in found.rows)
    folds: dict[str, Any] = next((part for part in dealt if part), {})
    told = (
        f" ({folds['folds']} folds × {folds.get('repeats', 1)}; ± their deviation)"
        if folds.get("folds")
        else ""
    )
    name = f"{of_model.project_name}/{of_model.model_name}"
    count = forms.many(len(found.rows), "experiment")
    told = ", logged by scripts" if _is_logged(found.metric.name) else told
    out.say(f"{name} · {count} · {_bare(found.metric.name)} {found.metric.arrow}{told}")


def _foot(found: Any, *, by_top: bool) -> None:
    used = [f"{sign} {MARKS[sign]}" for sign in MARKS if any(sign in row.marks for row in found.rows)]
    if used:
        out.say("   ".join(used))
    if found.left_out:
        how = " by --top" if by_top else "; --top N, or a pipe, shows them"
        out.say(f"{forms.many(found.left_out, 'row')} left out{how}")
    if found.filtered_out:
        out.say(f"{forms.many(found.filtered_out, 'row')} left out by --filter")
    if found.same:
        told = ", ".join(f"{name} {value}" for name, value in list(found.same.items())[:4])
        out.say(f"{forms.many(len(found.same), 'parameter')} equal in all rows ({told}): --all-columns")


def _table(found: Any, columns: str | None, *, all_columns: bool) -> table.Table:
    fields = set(found.fields)
    chosen = _named(columns, fields) if columns else _default(found, fields, all_columns=all_columns)
    more = "--columns, --all-columns or --format csv show them"
    return table.Table(chosen, tuple(_cells(row) for row in found.rows), more)


def _cells(row: Any) -> Mapping[str, Any]:
    return {**row.fields, "marks": row.marks}


def _named(columns: str, fields: set[str]) -> tuple[table.Column, ...]:
    import difflib

    from mlctl.actions.fields import canonical

    names = [canonical(name.strip(), fields) for name in columns.split(",") if name.strip()]
    for name in names:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=3, cutoff=0.4)
            raise UsageError(
                f"no column {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""),
                "see every name: mlctl compare --all-columns --format csv | head -1",
            )
    return tuple(table.Column(name, name, _form(name), keep=True) for name in names)


_FORMS = {
    "fit_s": "seconds",
    "total_s": "seconds",
    "single_row_us": "micros",
    "batch_row_us": "micros",
    "model_bytes": "size",
    "created": "age",
    "number": "int",
}


def _form(name: str) -> str:
    from mlctl.domain.metrics import METRICS

    bare = name.removeprefix("test.").removeprefix("train.").removesuffix("_std")
    return "score" if bare in METRICS or name.startswith("logged.") else _FORMS.get(name, "parameter")


def _default(found: Any, fields: set[str], *, all_columns: bool) -> tuple[table.Column, ...]:
    metric = found.metric.name
    spread = "" if _is_logged(metric) else f"{metric}_std"
    column = table.Column
    shown = [
        column("marks", "", keep=True),
        column("number", "#", "int", keep=True),
        column("rung", "rung", keep=True),
        column(metric, f"{_bare(metric)} {found.metric.arrow}", "score", keep=True, spread=spread),
        *([] if _is_logged(metric) else [column("delta_baseline", "Δ dummy", "delta", keep=True)]),
    ]
    if any(row.champion for row in found.rows):
        shown.append(column("delta_champion", "Δ champion", "delta", keep=True))
    if any(row.experiment.status != "finished" for row in found.rows):
        shown.append(column("status", "status", keep=True))
    shown += [column(name, _bare(name), "score") for name in _beside(found)]
    costs = [
        column(f"test.{metric}", "held out", "score"),
        column("fit_s", "fit", "seconds"),
        column("single_row_us", "one row", "micros"),
        column("model_bytes", "size", "size"),
    ]
    parameters = [column(name, name, "parameter") for name in found.differing]
    # Between kinds of model the costs tell more than parameters that only one of them has.
    many = len({row.experiment.rung for row in found.rows}) > 1
    shown += [*costs, *parameters] if many else [*parameters, *costs]
    shown += [column("created", "age", "age"), column("name", "name")]
    if all_columns:
        known = {c.key for c in shown} | {c.spread for c in shown}
        rest = [name for name in [*found.same, *sorted(fields)] if name not in known]
        shown += [column(n, n, _form(n)) for n in dict.fromkeys(rest) if not n.startswith("params.")]
    return tuple(c for c in shown if c.key in fields or c.key == "marks")


def _beside(found: Any) -> list[str]:
    """Return what stands beside accuracy where a rare class flatters it, and beside a logged metric."""
    if _is_logged(found.metric.name):
        return sorted(n for n in found.fields if _is_logged(n) and n != found.metric.name)[:MOST_BESIDE]
    rare = any(RARE_CLASS in warning for row in found.rows for warning in row.experiment.warnings)
    if found.metric.name != "accuracy_score" or not rare:
        return []
    return ["roc_auc", "balanced_accuracy_score"]


def _is_logged(name: str) -> bool:
    return name.startswith("logged.") and not name.endswith("_std")


def _bare(name: str) -> str:
    return name.removeprefix("logged.")


def _document(found: Any, view: table.Table, damaged: Any) -> dict[str, Any]:
    shown = set(table.machine_columns(view))
    return {
        "metric": found.metric.name,
        "greater_is_better": found.metric.greater_is_better,
        "experiments": [
            row.experiment.to_dict()
            | {
                "marks": row.marks,
                "recommended": row.recommended,
                "champion": row.champion,
                "not_separable_from_best": row.tied,
                "comparable": not row.other_data,
                "delta_baseline": row.fields.get("delta_baseline"),
                "delta_champion": row.fields.get("delta_champion"),
            }
            for row in found.rows
        ],
        "differing_parameters": list(found.differing),
        "hidden": sorted({name for row in found.rows for name in row.fields} - shown),
        "rows_left_out": found.left_out + found.filtered_out,
        "warnings": out.unreadable(damaged),
    }
