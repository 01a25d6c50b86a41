"""``mlctl push``."""

from typing import Annotated, Any

import typer

from mlctl.cli import out
from mlctl.cli.export import RefsArgument, counted
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here, who


def mlflow(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="The tracking server, as in http://HOST:PORT.", show_default=False
        ),
    ],
    refs: RefsArgument = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    trust: TrustOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send experiments to an MLflow tracking server: what it lacks; credentials from MLFLOW_TRACKING_*."""
    from mlctl.actions import as_mlflow, push_mlflow
    from mlctl.interop.mlflow.client_open import check_url

    check_url(url)
    opened = here(store).open()
    chosen, damaged = as_mlflow.choose(opened, refs or [], project, model)
    user = who().partition("@")[0]
    done = push_mlflow.push(opened, chosen, url, user=user, trust=trust, told=_told)
    warnings = [*out.unreadable(damaged), *done.warnings]
    if as_json:
        out.document({"push": {**done.to_dict(), "warnings": warnings}})
        return
    for name, number in done.experiments.items():
        out.text(f"{name}\t{done.url}/#/experiments/{number}")
    for line in warnings:
        out.warn(line)
    _tell(done)


def _told(version: str, state: str) -> None:
    if state != "there":
        out.say(f"{version} {'sent' if state == 'new' else 'brought up to date'}")


def _tell(done: Any) -> None:
    for line in done.moved:
        out.say(line)
    if not done.changed:
        out.say(f"nothing new: {counted(len(done.there), 'run')} there already")
        return
    out.say(
        f"{counted(len(done.new), 'run')} sent, {len(done.completed):,} brought up to date, "
        f"{len(done.there):,} there already; {counted(done.versions, 'new registered version')}"
    )
    out.hint("after the next training or promotion, the same command sends what is new")


COMMANDS = {"mlflow": mlflow}
