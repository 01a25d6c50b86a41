"""``mlctl monitor``."""

from typing import Annotated

import typer

from mlctl.cli import data_views as views
from mlctl.cli import out
from mlctl.cli.data import TableArgument
from mlctl.cli.options import JsonOption, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.errors import RefusedError


def drift(
    what: TableArgument,
    against: Annotated[
        str,
        typer.Option(
            "--against",
            help="What training saw: a dataset, a file, or an experiment, whose model then tells which "
            "columns matter and whether its predictions drift.",
            metavar="REF|FILE",
        ),
    ],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 4 where the table drifts.")] = False,
    trust: TrustOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether new rows come from elsewhere: effect and significance must both say so."""
    from mlctl.actions.check_data import drifted

    found = drifted(here(store), what, against, trust=trust)
    if as_json:
        out.document(views.plain(found))
    else:
        views.show_drift(found)
    if exit_code and found.drifted:
        raise typer.Exit(RefusedError.exit_code)


COMMANDS = {"drift": drift}
