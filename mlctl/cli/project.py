"""``mlctl project``."""

import shlex
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mlctl.cli import completing, facts, out, table, upkeep
from mlctl.cli.options import DescriptionOption, JsonOption, StoreOption
from mlctl.cli.place import here

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The project.", autocompletion=completing.project)
]


def add(
    name: NameArgument,
    description: DescriptionOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a project, or name the one that is there."""
    record, created = here(store).open().add_project(name, description, datetime.now(UTC))
    if as_json:
        out.document({"projects": [record.to_dict()], "created": created})
        return
    out.text(record.project_name)
    out.say("added" if created else "was there already; nothing was changed")
    out.hint(f"mlctl model add {shlex.quote(record.project_name + '/MODEL')}")


def list_(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the projects."""
    opened = here(store).open()
    listing = opened.projects()
    models = opened.models().records
    rows = tuple(
        p.to_dict() | {"models": sum(m.project_name == p.project_name for m in models)}
        for p in listing.records
    )
    if as_json:
        warnings = out.unreadable(listing.damaged)
        out.document({"projects": list(rows), "warnings": warnings})
        return
    out.damaged(listing.damaged)
    table.show(table.Table(COLUMNS, rows))


COLUMNS = (
    table.Column("project_name", "project", keep=True),
    table.Column("models", "models", "int", keep=True),
    table.Column("created_datetime", "age", "age"),
    table.Column("tags", "tags"),
    table.Column("description", "description"),
)


def show(name: NameArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Show a project and its models."""
    opened = here(store).open()
    record = opened.project(name)
    models = opened.models(record.project_name).records
    if as_json:
        out.document({"projects": [record.to_dict() | {"models": [m.to_dict() for m in models]}]})
        return
    facts.show(
        [
            ("project", record.project_name),
            ("description", record.description),
            ("models", ", ".join(m.model_name for m in models) or "none yet"),
            *common(record),
        ]
    )


def common(record: Any) -> list[facts.Fact]:
    """Return the facts that every record has."""
    return [
        ("created", record.created_datetime),
        ("tags", ", ".join(record.tags)),
        *(("note", f"{note.get('time', '')} {note.get('text', '')}") for note in record.notes),
    ]


COMMANDS = {
    "add": add,
    "list": list_,
    "show": show,
    **upkeep.commands("project", "NAME", lambda store, name: store.project(name)),
}
