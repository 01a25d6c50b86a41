"""``mlctl reproduce``."""

import sys
import time
from typing import Annotated, Any

import typer

from mlctl.cli import out, table
from mlctl.cli.evaluate import check_document, verdict
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, RefArgument, StoreOption, TrustOption
from mlctl.cli.place import here


def reproduce(
    ref: RefArgument,
    check: Annotated[  # noqa: ARG001 - the one thing it does; issue and scripts say it
        bool, typer.Option("--check", help="Say equal, or what differs; nothing is recorded (always so).")
    ] = True,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train an experiment again from its record."""
    from mlctl.actions import locate
    from mlctl.actions import reproduce as action
    from mlctl.actions.recorded import recorded

    opened = here(store).open()
    experiment = locate.experiment(opened, ref, project, model)
    with recorded(opened, experiment, trust=trust) as record:
        _, found = action.reproduce(record, clock=time.monotonic, on_progress=_progress())
    if as_json:
        out.document({"experiment": experiment.model_version_id, **check_document(found)})
    else:
        _show(experiment, found)
    if not found.equal:
        raise typer.Exit(1)


def _progress() -> Any:
    """Return what shows the fits on a terminal, on one line that is written over."""
    if not out.is_live(sys.stderr):
        return lambda _: None

    def show(progress: Any) -> None:
        end = "\r" if progress.done < progress.total else "\n"
        sys.stderr.write(f"\r{progress.done}/{progress.total} fits{end}")
        sys.stderr.flush()

    return show


def _show(experiment: Any, found: Any) -> None:
    different = [s for s in found.scores if not s.equal]
    if different:
        columns = (
            table.Column("part", "part", keep=True),
            table.Column("metric", "metric", keep=True),
            table.Column("recorded", "recorded", "score", keep=True),
            table.Column("now", "now", "score", keep=True),
        )
        rows = tuple(
            {"part": s.part, "metric": s.metric, "recorded": s.recorded, "now": s.now} for s in different
        )
        table.show(table.Table(columns, rows))
    out.text(f"{experiment.model_version_id} {experiment.rung}: {verdict(found)}")
