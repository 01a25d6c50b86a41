"""``mlctl monitor``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from mlctl.cli import data_views as views
from mlctl.cli import out
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.errors import NotFoundError, RefusedError, UsageError


def drift(
    what: Annotated[
        str,
        typer.Argument(
            metavar="REF|FILE|LOG",
            help="A file, a glob, sklearn:iris, a dataset, an experiment's data; or the directory of a "
            "served log (serve --log-dir): what the server was asked.",
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="What training saw: a dataset, a file, or an experiment, whose model then tells which "
            "columns matter and whether its predictions drift. Of a served log the default is the version "
            "that answered last.",
            metavar="REF|FILE",
        ),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 4 where the table drifts.")] = False,
    trust: TrustOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether new rows come from elsewhere: effect and significance must both say so."""
    from mlctl.actions.check_data import drifted

    reference = against or _last_version(what)
    found = drifted(here(store), what, reference, trust=trust)
    if not against:
        out.say(f"against {reference}, which answered last")
    if as_json:
        out.document(views.plain(found))
    else:
        views.show_drift(found)
    if exit_code and found.drifted:
        raise typer.Exit(RefusedError.exit_code)


def _last_version(what: str) -> str:
    from mlctl.actions.served_log import is_log
    from mlctl.actions.served_log_table import last_version

    if not is_log(Path(what)):
        if not Path(what).exists():
            raise NotFoundError(
                f"there is no file and no served log {what!r}",
                "a dataset or an experiment needs --against REF",
            )
        raise UsageError(
            "drift of these rows against what?", "name a dataset, a file or an experiment: --against REF"
        )
    return last_version(Path(what))


def performance(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="LOG|FILE",
            help="The directory of a served log (serve --log-dir), or a file that mlctl predict wrote.",
        ),
    ],
    actuals: Annotated[
        Path | None,
        typer.Option(
            "--actuals",
            help="A file of actual values. Default: those that were sent to the server's /feedback.",
            metavar="FILE",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            help="The column by which a prediction and its actual value are known; of a served log also "
            "prediction_id.",
            metavar="COLUMN",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            help="The column of the actual values. Default: the model's target, `actual`, or the only one "
            "left.",
            metavar="COLUMN",
        ),
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", help="The column of the time, in either file.", metavar="COLUMN")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", help="A further metric; the model's own always comes first."),
    ] = None,
    by: Annotated[
        Literal["hour", "day", "week", "month"], typer.Option("--by", help="The periods shown, in UTC.")
    ] = "day",
    last: Annotated[
        int, typer.Option("--last", help="The newest rows that the verdict rests on.", min=1)
    ] = 2000,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            help="How far below the held-out score is no fall, in the metric's units. Default: as in "
            "comparisons.",
            min=0.0,
        ),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="Only what this version predicted.", metavar="REF")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 4 where a version in use has fallen.")
    ] = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether a model does worse in use than it did held out: predictions joined with what came true."""
    from mlctl.actions import locate
    from mlctl.actions.performance import performance as find
    from mlctl.actions.performance_sources import Asked
    from mlctl.cli import performance_view as view

    opened = here(store).open()
    locate.check_names(opened, project, model)
    experiment = locate.experiment(opened, version, project, model) if version else None
    asked = Asked(
        source,
        actuals,
        key,
        target,
        time,
        tuple(metric or ()),
        by,
        last,
        tolerance,
        experiment,
        project,
        model,
    )
    found = find(opened, asked)
    if as_json:
        out.document(view.document(found, by))
    else:
        view.show(found, by)
    if exit_code and found.fallen:
        raise typer.Exit(RefusedError.exit_code)


COMMANDS = {"drift": drift, "performance": performance}
