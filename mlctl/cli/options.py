"""Options that several commands share, declared once."""

from pathlib import Path
from typing import Annotated

import typer

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="The store's directory; found by walking up when not given.", metavar="DIR"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
ProjectOption = Annotated[
    str | None, typer.Option("--project", "-p", help="The project, where REF alone is not enough.")
]
ModelOption = Annotated[
    str | None, typer.Option("--model", "-m", help="The model, where REF alone is not enough.")
]
RefArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        help="[PROJECT/MODEL:]REF — a version id, its number, a unique prefix, latest, best, recommended "
        "(by the last climb), champion (the one in use) or baseline.",
    ),
]
DescriptionOption = Annotated[str, typer.Option("--description", "-d", help="What it is for.")]
TrustOption = Annotated[
    bool,
    typer.Option("--trust", help="Load a model whose types mlctl does not know; loading it runs its code."),
]
