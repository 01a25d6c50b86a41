"""``mlctl evaluate``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import forms, out, table
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, RefArgument, StoreOption, TrustOption
from mlctl.cli.place import here


def evaluate(
    ref: RefArgument,
    data: Annotated[
        str | None,
        typer.Option("--data", help="Score this file instead of the stored held-out rows.", metavar="FILE"),
    ] = None,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a stored model again, in a fresh process."""
    from mlctl.actions import evaluate as action
    from mlctl.actions import locate
    from mlctl.actions.recorded import recorded

    opened = here(store).open()
    experiment = locate.experiment(opened, ref, project, model)
    with recorded(opened, experiment, trust=trust) as record:
        if data is None:
            found = action.evaluate(record, trust=trust)
        else:
            found = action.evaluate_on(record, data, Path.cwd(), trust=trust)
    if as_json:
        out.document(_document(experiment, found, data))
    else:
        _show(experiment, found, data)
    if found.check and not found.check.equal:
        raise typer.Exit(1)


def _show(experiment: Any, found: Any, data: str | None) -> None:
    for warning in found.warnings:
        out.warn(warning)
    where = data or "the held-out rows"
    out.say(f"{experiment.model_version_id} {experiment.rung} on {found.rows} rows of {where}")
    checked = {s.metric: s for s in found.check.scores} if found.check else {}
    rows = tuple(
        {
            "metric": name,
            "score": value,
            "recorded": checked[name].recorded if name in checked else None,
            "equal": ("yes" if checked[name].equal else "NO") if name in checked else None,
        }
        for name, value in found.scores.items()
    )
    columns = [
        table.Column("metric", "metric", keep=True),
        table.Column("score", "score", "score", keep=True),
    ]
    if found.check:
        columns.append(table.Column("recorded", "recorded", "score", keep=True))
        columns.append(table.Column("equal", "equal", keep=True))
    table.show(table.Table(tuple(columns), rows))
    if found.check:
        out.say(verdict(found.check))


def verdict(found: Any) -> str:
    """Return the sentence that says whether scores are as recorded."""
    how = "to the last bit" if found.exact else "to 1e-9"
    different = [s for s in found.scores if not s.equal]
    elsewhere = f" ({'; '.join(found.elsewhere)})" if found.elsewhere else ""
    scores = forms.many(len(found.scores), "score")
    if not different:
        return f"equal {how}: {scores} {'is' if len(found.scores) == 1 else 'are'} as recorded{elsewhere}"
    differ = "differs" if len(different) == 1 else "differ"
    return f"NOT equal {how}: {len(different)} of {scores} {differ}{elsewhere}"


def _document(experiment: Any, found: Any, data: str | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "experiment": experiment.model_version_id,
        "data": data,
        "rows": found.rows,
        "scores": found.scores,
        "warnings": list(found.warnings),
    }
    return document | (check_document(found.check) if found.check else {})


def check_document(found: Any) -> dict[str, Any]:
    """Return the comparison with the record as JSON shows it."""
    return {
        "equal": found.equal,
        "to_the_last_bit": found.exact,
        "elsewhere": list(found.elsewhere),
        "differences": [
            {"part": s.part, "metric": s.metric, "recorded": s.recorded, "now": s.now}
            for s in found.scores
            if not s.equal
        ],
    }
