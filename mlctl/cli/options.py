"""Options that several commands share, declared once."""

from pathlib import Path
from typing import Annotated

import typer

from mlctl.cli import completing

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="The store's directory; found by walking up when not given.", metavar="DIR"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        "--project",
        "-p",
        help="The project, where REF alone is not enough.",
        autocompletion=completing.project,
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", help="The model, where REF alone is not enough.", autocompletion=completing.model
    ),
]
RefArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        help="[PROJECT/MODEL:]REF — a version id, its number, a unique prefix, latest, best, recommended "
        "(by the last climb), champion (the one in use) or baseline.",
        autocompletion=completing.ref,
    ),
]
DescriptionOption = Annotated[str, typer.Option("--description", "-d", help="What it is for.")]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust",
        help="Run code that came with the model: types that mlctl does not know, and own code of others.",
    ),
]
TopOption = Annotated[
    int | None, typer.Option("--top", "--limit", help="Show the first N rows.", min=1, metavar="N")
]
