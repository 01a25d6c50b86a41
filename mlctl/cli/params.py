"""``mlctl params``."""

from pathlib import Path
from typing import Annotated

import typer

from mlctl.cli import out
from mlctl.cli.options import JsonOption


def init(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A file, a glob, or sklearn:iris.")],
    target: Annotated[str, typer.Option("--target", "-t", help="The column to predict.", metavar="COLUMN")],
    project: Annotated[str | None, typer.Option("--project", "-p", help="The project's name.")] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="The model's name.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; stdout when not given.", metavar="FILE"),
    ] = None,
) -> None:
    """Write a short commented parameters file from what is seen in the data."""
    from mlctl import files
    from mlctl.actions.begin import starter_for
    from mlctl.errors import UsageError

    if output and output.exists():
        raise UsageError(f"{output} is there already", "name another file with --output")
    text = starter_for(data, target, project, model, Path.cwd())
    if output is None:
        out.text(text.rstrip("\n"))
        return
    files.write_atomic(output, text)
    out.text(str(output))
    out.hint(f"mlctl train --params {output}")


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The parameters file.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key.", metavar="KEY=VALUE")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a parameters file; every problem at once, nothing is trained."""
    from mlctl.actions.parameters import load_file

    loaded = load_file(file, overrides or [])
    if as_json:
        out.document({"valid": True, "parameters": loaded.effective, "warnings": list(loaded.notes)})
        return
    for note in loaded.notes:
        out.warn(note)
    out.say(f"{file}: good; the data was not looked at")
    out.hint(f"every default filled in: mlctl train --params {file} --dry-run")


def schema() -> None:
    """Print the JSON Schema of the parameters file, for editors."""
    import json

    from mlctl.params.schema import json_schema

    out.text(json.dumps(json_schema(), indent=2, ensure_ascii=False))


COMMANDS = {"init": init, "check": check, "schema": schema}
