"""``mlctl model``."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mlctl.cli import completing, facts, out, table, upkeep
from mlctl.cli.options import DescriptionOption, JsonOption, ProjectOption, StoreOption
from mlctl.cli.place import here
from mlctl.cli.project import common
from mlctl.errors import UsageError

NameArgument = Annotated[
    str, typer.Argument(metavar="PROJECT/MODEL", help="The model.", autocompletion=completing.label)
]


def add(
    name: NameArgument,
    description: DescriptionOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a model, or name the one that is there."""
    project, slash, model = name.partition("/")
    if not slash:
        raise UsageError(f"{name!r} names no project", f"write PROJECT/{name}")
    opened = here(store).open()
    record, created = opened.add_model(project, model, description, datetime.now(UTC))
    if as_json:
        out.document({"models": [record.to_dict()], "created": created})
        return
    out.text(upkeep.label(record))
    out.say("added" if created else "was there already; nothing was changed")
    out.hint("mlctl params init DATA --target COLUMN")


def list_(project: ProjectOption = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the models."""
    from mlctl.actions.locate import check_names

    opened = here(store).open()
    check_names(opened, project, None)
    listing = opened.models(project)
    rows = tuple(m.to_dict() | {"project_name": m.project_name} for m in listing.records)
    if as_json:
        warnings = out.unreadable(listing.damaged)
        out.document({"models": list(rows), "warnings": warnings})
        return
    out.damaged(listing.damaged)
    table.show(table.Table(COLUMNS, rows))


COLUMNS = (
    table.Column("project_name", "project", keep=True),
    table.Column("model_name", "model", keep=True),
    table.Column("task", "task"),
    table.Column("target", "target"),
    table.Column("metric", "metric"),
    table.Column("created_datetime", "age", "age"),
    table.Column("tags", "tags"),
    table.Column("description", "description"),
)


def show(name: NameArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Show a model."""
    opened = here(store).open()
    record = find(opened, name)
    champion = opened.champion(record)
    count = opened.ask(lambda view, _: view.count(), record.project_name, record.model_name)
    if as_json:
        out.document({"models": [record.to_dict() | {"champion": champion, "experiments": count}]})
        return
    facts.show(
        [
            ("model", upkeep.label(record)),
            ("description", record.description),
            ("task", record.task),
            ("target", record.target),
            ("metric", record.metric),
            ("experiments", str(count)),
            ("champion", champion or "none yet"),
            *common(record),
        ]
    )
    out.hint(f"mlctl compare --project {record.project_name} --model {record.model_name}")


def find(store: Any, name: str) -> Any:
    """Return the model that ``PROJECT/MODEL`` means, or ``MODEL`` where only one has that name."""
    from mlctl.actions.locate import only_model

    project, slash, model = name.partition("/")
    return only_model(store, project, model) if slash else only_model(store, None, name)


COMMANDS = {
    "add": add,
    "list": list_,
    "show": show,
    **upkeep.commands("model", "PROJECT/MODEL", find),
}
