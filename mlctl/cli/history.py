"""``mlctl history``."""

from typing import Annotated

import typer

from mlctl.cli import forms, out, table
from mlctl.cli.compare import chosen_format
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption
from mlctl.cli.place import here

COLUMNS = (
    table.Column("time", "age", "age", keep=True),
    table.Column("what", "what", keep=True),
    table.Column("challenger", "challenger", keep=True),
    table.Column("to", "champion after", keep=True),
    table.Column("why", "why", keep=True),
    table.Column("gain", "gain", "delta"),
    table.Column("lower", "at least", "delta"),
    table.Column("metric", "metric"),
    table.Column("rows", "rows", "int"),
    table.Column("who", "who"),
    table.Column("outcome", "outcome"),
    table.Column("error_rate", "risk", "parameter"),
    table.Column("look", "look", "int"),
    table.Column("from", "champion before"),
    table.Column("reasons", "further reasons"),
)


def history(
    project: ProjectOption = None,
    model: ModelOption = None,
    top: Annotated[int | None, typer.Option("--top", help="Show the newest N.", min=1)] = None,
    form: Annotated[
        str, typer.Option("--format", help="table, json, csv, md or html.", metavar="FORMAT")
    ] = "table",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who changed the champion, when, from which gate and why; the newest first."""
    from mlctl.actions import history as action
    from mlctl.actions.locate import only_model

    chosen = chosen_format(form, as_json=as_json)
    opened = here(store).open()
    owner = only_model(opened, project, model)
    known = action.history(opened, owner)
    entries = known[:top]
    if chosen == "json":
        out.document({"champion": opened.champion(owner), "events": [e.event.to_dict() for e in entries]})
        return
    name = f"{owner.project_name}/{owner.model_name}"
    if not entries:
        out.say(f"{name} has no champion yet, and nothing was tried")
        out.hint(f"mlctl promote {name}:recommended")
        return
    count = forms.many(len(known), "event")
    if len(entries) < len(known):
        count = f"{len(entries)} of {count}"
    out.say(f"{name} · {count} · champion {opened.champion(owner) or 'none'}")
    table.show(
        table.Table(COLUMNS, tuple(entry.row() for entry in entries), "--json shows all of each"), chosen
    )
