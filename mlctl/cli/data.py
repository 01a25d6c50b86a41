"""``mlctl data``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mlctl.cli import data_views as views
from mlctl.cli import facts, forms, out, table
from mlctl.cli.options import JsonOption, ProjectOption, StoreOption
from mlctl.cli.place import here
from mlctl.errors import UsageError

RefArgument = Annotated[
    str, typer.Argument(metavar="REF", help="A dataset, PROJECT:NAME, or an experiment's reference.")
]
TableArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF|FILE", help="A file, a glob, sklearn:iris, a dataset, or an experiment's data."
    ),
]


def add(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A file, a glob, or sklearn:iris.")
    ] = None,
    project: ProjectOption = None,
    params: Annotated[
        Path | None, typer.Option("--params", help="Take its data section instead.", metavar="FILE")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="Its name in the project.")] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column to predict.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch data and keep it, once per content."""
    from mlctl.actions import datasets
    from mlctl.actions.parameters import load_file

    if (file is None) == (params is None):
        raise UsageError("name a file, or a parameters file with --params", "mlctl data add FILE --project P")
    if params and (project or target):
        raise UsageError("--project and --target stand in the parameters file", "leave them out")
    if params is None and project is None:
        raise UsageError("which project is it for?", f"mlctl data add {file} --project P")
    loaded = load_file(params) if params else datasets.loaded_for(str(file), str(project), target)
    base = params.resolve().parent if params else Path.cwd()
    opened = here(store, base).open()
    dataset, new = datasets.add(opened, loaded, base, name, datetime.now(UTC))
    if as_json:
        out.document({"datasets": [dataset.to_dict()], "created": new})
        return
    out.text(dataset.dataset)
    out.say(views.kept(dataset) if new else "this content was there already, under this name")
    out.hint(f"mlctl data profile {dataset.dataset}")


def list_(project: ProjectOption = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the datasets, and what each is used by."""
    from mlctl.actions import datasets

    listed = datasets.listing(here(store).open(), project)
    if as_json:
        rows = [item.dataset.to_dict() | {"used_by": list(item.used_by)} for item in listed]
        out.document({"datasets": rows})
        return
    table.show(table.Table(views.LISTED, tuple(views.listed(item) for item in listed)))


def show(ref: RefArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Show a dataset: where it came from, its columns, what it is used by."""
    from mlctl.actions import datasets

    opened = here(store).open()
    dataset = datasets.find(opened, ref)
    users = datasets.used_by(dataset, opened.experiments(dataset.project_name).records)
    if as_json:
        out.document({"datasets": [dataset.to_dict() | {"used_by": list(users)}]})
        return
    facts.show(views.facts_of(dataset, users))
    out.text()
    table.show(table.Table(views.SCHEMA, tuple(views.schema_row(c) for c in dataset.schema)))


def schema(
    ref: RefArgument,
    form: Annotated[
        Literal["yaml", "pandera"],
        typer.Option("--format", help="mlctl's own YAML, or a Python file for pandera."),
    ] = "yaml",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file.", metavar="FILE")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write a dataset's schema, to edit and to validate against."""
    from mlctl import files
    from mlctl.actions import check_data, datasets

    write = check_data.pandera_schema if form == "pandera" else check_data.written_schema
    text = write(datasets.find(here(store).open(), ref))
    if output is None:
        out.text(text.rstrip("\n"))
        return
    if output.exists():
        raise UsageError(f"{output} is there already", "name another file with --output")
    files.write_atomic(output, text)
    out.text(str(output))
    out.hint(f"mlctl data validate FILE --against {output}")


def profile(
    what: TableArgument,
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column to predict.")] = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a page with plots to this file.", metavar="FILE")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Describe a table: types, missing values, distributions, and what looks wrong."""
    from mlctl import files
    from mlctl.actions import tables
    from mlctl.data.profile import profile as describe
    from mlctl.data.profile_html import profile_html

    with tables.named(here(store), what) as found:
        described = describe(
            found.table.frame, target or found.target, now=datetime.now(UTC), roles=found.roles
        )
        label = found.label
        views.say_changed(found)
    if page:
        files.write_atomic(page, profile_html(described, title=label))
        out.say(f"wrote {page}")
    if as_json:
        out.document({"profile": views.plain(described)})
        return
    views.show_profile(described, label)


def validate(
    what: TableArgument,
    against: Annotated[
        str,
        typer.Option(
            "--against",
            help="A dataset, an experiment, or a schema: mlctl's YAML, or pandera's YAML or Python file. A "
            "Python file is your own code, and is run.",
            metavar="REF|FILE",
        ),
    ],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold new rows to what training saw; exit 5 where they are refused."""
    from mlctl.actions import check_data

    known, found = check_data.check(here(store), what, against, datetime.now(UTC))
    if as_json:
        out.document({"against": known.label, "valid": not found.refusals, **views.plain(found)})
    else:
        views.show_validation(found, what, known.label)
    if found.refusals:
        raise typer.Exit(5)


def diff(
    one: TableArgument, other: TableArgument, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Show what differs between two tables: rows, columns, types, categories, distributions."""
    from mlctl.actions import tables
    from mlctl.data.diff import diff as compare

    place = here(store)
    with tables.named(place, one) as before, tables.named(place, other, before.dataset) as after:
        found = compare(before.table.frame, after.table.frame)
        views.say_changed(before)
        views.say_changed(after)
    if as_json:
        out.document({"one": one, "other": other, **views.plain(found)})
        return
    views.show_diff(found, one, other)


def export(
    ref: RefArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.", metavar="DIR")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a dataset's files as they came into a new folder."""
    from mlctl.actions import datasets

    opened = here(store).open()
    written = datasets.export(opened, datasets.find(opened, ref), output)
    if as_json:
        out.document({"files": [str(path) for path in written]})
        return
    for path in written:
        out.text(str(path))


def remove(ref: RefArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Move a dataset to the trash; one that an experiment uses is refused."""
    from mlctl.actions import datasets

    opened = here(store).open()
    dataset = datasets.find(opened, ref)
    place = datasets.remove(opened, dataset, datetime.now(UTC))
    if as_json:
        out.document({"trash": [place]})
        return
    out.text(place)
    out.say(f"moved {dataset.dataset} to the trash ({forms.size(dataset.archive.get('bytes', 0))})")
    out.hint(f"to take it back: mlctl data restore {dataset.dataset}")


def restore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its name in the trash.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a dataset back from the trash."""
    from mlctl.actions import datasets

    place = datasets.restore(here(store).open(), name)
    if as_json:
        out.document({"restored": str(place)})
        return
    out.text(str(place))


COMMANDS: dict[str, Any] = {
    "add": add,
    "list": list_,
    "show": show,
    "schema": schema,
    "profile": profile,
    "validate": validate,
    "diff": diff,
    "export": export,
    "remove": remove,
    "restore": restore,
}
