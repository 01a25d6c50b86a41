"""``mlctl init``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mlctl.cli import out
from mlctl.cli.options import JsonOption, StoreOption
from mlctl.cli.place import mention_mlflow


def init(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The directory to make; mlstore/ when not given.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a store in the working directory, or name the one that is there."""
    from mlctl.store.store import init as make

    target = directory or store or Path("mlstore")
    made, created = make(target, datetime.now(UTC))
    if as_json:
        out.document({"store": str(made.root), "created": created})
        return
    out.text(str(target))
    out.say(
        "made a new store; everything it will hold can be read with ls and cat"
        if created
        else "was there already"
    )
    mention_mlflow()
    out.hint("mlctl params init DATA --target COLUMN, then mlctl train --params FILE")
