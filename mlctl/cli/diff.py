"""``mlctl diff``."""

from typing import Annotated, Any

import typer

from mlctl.cli import completing, forms, out, table
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption
from mlctl.cli.place import here


def diff(
    one: Annotated[
        str,
        typer.Argument(metavar="REF", help="The experiment to compare from.", autocompletion=completing.ref),
    ],
    other: Annotated[
        str,
        typer.Argument(
            metavar="REF", help="The experiment to compare with it.", autocompletion=completing.ref
        ),
    ],
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what differs between two experiments."""
    from mlctl.actions import diff as action
    from mlctl.actions import locate

    opened = here(store).open()
    sides = [action.side_of(opened, locate.experiment(opened, ref, project, model)) for ref in (one, other)]
    found = action.diff(*sides)
    if as_json:
        out.document(_document(found))
        return
    out.say(f"{_name(found.one)}  →  {_name(found.other)}")
    if not found.changes:
        out.say("nothing differs")
        return
    table.show(_table(found))
    out.say(_sentence(found))


def _name(experiment: Any) -> str:
    return f"{experiment.model_version_id} {experiment.rung}"


def _table(found: Any) -> table.Table:
    columns = (
        table.Column("section", "", keep=True),
        table.Column("name", "name", keep=True),
        table.Column("one", found.one.model_version_id, "parameter", keep=True),
        table.Column("other", found.other.model_version_id, "parameter", keep=True),
        table.Column("delta", "Δ (+ is better)", "delta", keep=True),
    )
    rows = [
        {"section": c.section, "name": c.name, "one": c.one, "other": c.other, "delta": c.delta}
        for c in found.changes
    ]
    return table.Table(columns, tuple(rows))


def _sentence(found: Any) -> str:
    if found.ahead is None:
        return "they saw different rows or folds: their scores cannot be set against each other fold by fold"
    gain, error = found.ahead.gain, forms.spread(found.ahead.standard_error)
    if not gain and not found.ahead.standard_error:
        return f"their folds are equal in {found.one.metric}"
    told = f"{found.other.model_version_id} is {gain:+.4g} ± {error} in {found.one.metric} on the same folds"
    return told if found.separable else f"{told}: the folds cannot tell them apart"


def _document(found: Any) -> dict[str, Any]:
    return {
        "one": found.one.model_version_id,
        "other": found.other.model_version_id,
        "differences": [
            {"section": c.section, "name": c.name, "one": c.one, "other": c.other, "gain": c.delta}
            for c in found.changes
        ],
        "same_folds": found.ahead is not None,
        "gain": found.ahead.gain if found.ahead else None,
        "standard_error": found.ahead.standard_error if found.ahead else None,
        "separable": found.separable,
    }
