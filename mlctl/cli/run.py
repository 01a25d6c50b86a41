"""``mlctl run``."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import forms, out
from mlctl.cli.options import DescriptionOption, JsonOption, ModelOption, ProjectOption, StoreOption
from mlctl.cli.place import here
from mlctl.errors import ReaderGoneError


def run(
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its arguments, behind --.")
    ],
    project: ProjectOption = None,
    model: ModelOption = None,
    description: DescriptionOption = "",
    keep_mb: Annotated[
        float,
        typer.Option("--keep-mb", min=0.0, help="Files that it writes are kept up to this size each, in MB."),
    ] = 10.0,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a command and record it: arguments, output, exit code, time, code, files written."""
    from mlctl.actions import logging_place as places
    from mlctl.actions.run_command import Order, run_command

    directory = Path.cwd()
    told = places.named(None, directory, places.program_of(command))
    order = Order(
        tuple(command),
        places.Named(project or told.project, model or told.model),
        directory,
        os.environ,
        description,
        int(keep_mb * 1_000_000),
    )
    opened, made = places.open_or_make(here(store), datetime.now(UTC))
    if made:
        out.say(f"made a new store: {opened.root}")
    ran = run_command(
        opened, order, hear=_show(as_json=as_json), now=lambda: datetime.now(UTC), clock=time.monotonic
    )
    _end(ran, as_json=as_json)
    if ran.exit_code:
        raise typer.Exit(ran.exit_code)


def _show(*, as_json: bool) -> Any:
    """Return what hands output on; with ``--json`` stdout is for the document."""
    streams = {"out": sys.stderr if as_json else sys.stdout, "err": sys.stderr}

    def show(name: str, data: bytes) -> None:
        stream = streams.get(name)
        if stream is None:
            return
        try:
            stream.write(data.decode(errors="backslashreplace"))
            stream.flush()
        except (ReaderGoneError, BrokenPipeError):
            streams.pop(name)  # the command goes on, and is recorded

    return show


def _end(ran: Any, *, as_json: bool) -> None:
    e = ran.experiment
    if ran.trouble:
        out.warn(ran.trouble)
    if as_json:
        files = [
            {"path": one.path, "bytes": one.bytes, "sha256": one.sha256, "kept": one.kept}
            for one in ran.files
        ]
        out.document({"experiments": [e.to_dict()], "exit_code": ran.exit_code, "files": files})
        return
    taken = forms.seconds(e.timings.get("total_s"))
    wrote = f" · {forms.many(len(ran.files), 'file')} written" if ran.files else ""
    why = f" ({e.error['message']})" if e.error else ""
    out.say(f"{e.model_version_id} · {e.project_name}/{e.model_name} · {e.status}{why} · {taken}{wrote}")
    out.hint(f"mlctl show {e.model_version_id}")
