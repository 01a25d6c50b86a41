"""``mlctl import posml``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from mlctl.cli import out
from mlctl.cli.options import JsonOption


def posml(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that holds config.yaml and src/.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; stdout when not given.", metavar="FILE"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn the folder of a foreign template into a parameters file; its code is looked at, never run."""
    from mlctl.actions.import_posml import import_posml, write

    base = output.absolute().parent if output else Path.cwd()
    found = import_posml(folder, base, os.environ)
    if output:
        write(found, output)
    if as_json:
        told = {"file": str(output) if output else None, "notes": list(found.notes)}
        out.document({"parameters": found.tree, **told})
        return
    out.text(str(output) if output else found.text.rstrip("\n"))
    for note in found.notes:
        out.say(note)
    out.hint(f"mlctl train --params {output or 'FILE'}")
