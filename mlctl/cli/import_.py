"""``mlctl import``."""

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import out, table
from mlctl.cli.clock import NowOption, moment
from mlctl.cli.import_posml import posml
from mlctl.cli.options import JsonOption, StoreOption
from mlctl.cli.place import here, who

_SHOWN, _EVERY = 20, 25


def mlflow(
    where: Annotated[
        str,
        typer.Argument(
            metavar="DIR|URL",
            help="The directory of a file store (mlruns), sqlite:///mlflow.db, or http://HOST:PORT.",
        ),
    ],
    project: Annotated[
        str | None,
        typer.Option("--project", "-p", help="The project of all models; default: named after the place."),
    ] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Take deleted runs as well, into the trash of the store.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read everything and say what would come in; write nothing.")
    ] = False,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="Load models without a signature, to see their columns; this runs their code."
        ),
    ] = False,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in what MLflow kept: each experiment a model, each run an experiment; twice is once."""
    from mlctl.actions import import_mlflow as action
    from mlctl.actions.import_mlflow_order import Order
    from mlctl.actions.import_mlflow_source import open_source

    opened = here(store).open()
    with open_source(where, Path.cwd()) as (source, default), _progress() as progress:
        order = Order(project, default, deleted=deleted, dry_run=dry_run, trust=trust)
        found = action.import_mlflow(opened, source, order, now=moment(now), who=who(), progress=progress)
    if as_json:
        out.document({"import": found.to_dict()})
        return
    _show(found)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    if not out.is_live(sys.stderr):
        yield lambda _: None
        return
    counted = 0

    def progress(runs: int) -> None:
        nonlocal counted
        counted = runs
        if runs % _EVERY == 0:
            sys.stderr.write(f"\r{runs:,} runs")

    try:
        yield progress
    finally:
        if counted >= _EVERY:
            sys.stderr.write(f"\r{counted:,} runs\n")


def _show(found: Any) -> None:
    if found.models:
        table.show(_table(found))
    for old, new in found.renamed:
        out.say(f"{old!a} is called {new} here")
    _some([f"{one.path}: {one.reason}" for one in found.skipped], "skipped ")
    _some([*found.warnings, *found.champions.notes], "")
    for one in found.champions.made:
        out.say(f"champion of {one.model}: {one.version} ({one.why})")
    out.say(_sum(found))
    _next(found)


def _some(lines: list[str], before: str) -> None:
    for line in lines[:_SHOWN]:
        out.warn(f"{before}{line}")
    if len(lines) > _SHOWN:
        out.warn(f"{len(lines) - _SHOWN:,} more of these; all of them: --json")


def _sum(found: Any) -> str:
    counts = {what: found.total(what) for what in ("new", "there", "updated", "deleted")}
    told = [
        f"{counts['new']:,} {'would be new' if found.dry_run else 'new'}",
        f"{counts['there']:,} there already",
    ]
    if counts["updated"]:
        told.append(f"{counts['updated']:,} brought in again")
    if found.skipped:
        told.append(f"{len(found.skipped):,} skipped")
    if counts["deleted"]:
        told.append(f"{counts['deleted']:,} deleted in MLflow and left out (--deleted takes them)")
    return ", ".join(told)


def _next(found: Any) -> None:
    if found.dry_run:
        out.hint("the same command without --dry-run")
        return
    models = [f"{one.project}/{one.model}" for one in found.models]
    if not models:
        out.hint("mlctl status")
        return
    first = found.models[0]
    only = len(models) == 1
    place = shlex.join(["--project", first.project, "--model", first.model])
    out.hint("mlctl compare" if only else f"mlctl compare {place}")


def _table(found: Any) -> table.Table:
    rows = tuple(
        {
            "experiment": one.name,
            "model": f"{one.project}/{one.model}",
            "new": one.new,
            "there": one.there,
            "updated": one.updated,
            "skipped": one.skipped,
            "deleted": one.deleted,
        }
        for one in found.models
    )
    wanted = [
        table.Column("experiment", "MLflow experiment", keep=True),
        table.Column("model", "model", keep=True),
        table.Column("new", "new", "int", keep=True),
        table.Column("there", "there already", "int", keep=True),
        *(table.Column(name, name, "int") for name in ("updated", "skipped", "deleted")),
    ]
    shown = [column for column in wanted if column.keep or any(row[column.key] for row in rows)]
    return table.Table(tuple(shown), rows)


COMMANDS = {"mlflow": mlflow, "posml": posml}
