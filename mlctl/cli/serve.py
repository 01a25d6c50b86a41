"""``mlctl serve``."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mlctl.cli import out
from mlctl.cli.options import ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here

TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF|BUNDLE",
        help="An experiment ([PROJECT/MODEL:]REF; `champion` follows each new one), or a bundle's file.",
    ),
]


def serve(
    target: TargetArgument,
    host: Annotated[str, typer.Option("--host", help="Address to listen at; 0.0.0.0: all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.", min=0, max=65_535)] = 8080,
    workers: Annotated[int, typer.Option("--workers", help="Processes.", min=1, max=256)] = 1,
    log_dir: Annotated[
        Path | None,
        typer.Option("--log-dir", help="Write down inputs, outputs and feedback there.", metavar="DIR"),
    ] = None,
    log_sample: Annotated[
        float,
        typer.Option("--log-sample", help="Share of the predictions that is logged.", min=0.0001, max=1.0),
    ] = 1.0,
    log_redact: Annotated[
        list[str] | None,
        typer.Option("--log-redact", help="Leave this column out of the log.", metavar="COLUMN"),
    ] = None,
    log_mb: Annotated[int, typer.Option("--log-mb", help="Size of one log file.", min=1)] = 64,
    log_files: Annotated[
        int, typer.Option("--log-files", help="Log files kept for each worker.", min=1)
    ] = 16,
    max_body_mb: Annotated[int, typer.Option("--max-body-mb", help="Largest body.", min=1)] = 16,
    max_connections: Annotated[int, typer.Option("--max-connections", help="Of one worker.", min=1)] = 4000,
    max_waiting: Annotated[
        int, typer.Option("--max-waiting", help="Requests of one worker that may wait.", min=1)
    ] = 1000,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds for a request to arrive.", min=0.001)
    ] = 30.0,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
) -> None:
    """Answer predictions over HTTP until Ctrl-C or SIGTERM; what was asked by then is answered."""
    from mlctl.actions import locate
    from mlctl.actions import serve as action
    from mlctl.domain.refs import Reference

    if log_redact and not log_dir:
        raise typer.BadParameter("there is nothing to redact without --log-dir")
    options = [
        *("--host", host, "--port", str(port), "--workers", str(workers), "--timeout", f"{timeout:g}"),
        *("--max-body-mb", str(max_body_mb), "--max-connections", str(max_connections)),
        *("--max-waiting", str(max_waiting)),
        *(("--log-dir", str(log_dir), "--log-sample", f"{log_sample:g}") if log_dir else ()),
        *("--log-mb", str(log_mb), "--log-files", str(log_files)),
        *(f"--log-redact={column}" for column in log_redact or ()),
    ]
    if action.is_bundle(target):
        become(action.of_bundle(target, options, trust=trust).command)
        return
    opened = here(store).open()
    experiment = locate.experiment(opened, target, project, model)
    follow = Reference.parse(target).name == "champion"
    serving = action.of_experiment(opened, experiment, options, follow=follow, trust=trust)
    if serving.offer and serving.offer.reason:
        out.warn(f"{serving.offer.version} is served by scikit-learn: {serving.offer.reason}")
    out.say(f"{experiment.model_version_id} {experiment.rung}; try: curl {_address(host, port)}/schema")
    become(serving.command)


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port or 'PORT'}"


def become(command: tuple[str, ...]) -> None:
    """Let the server take this process's place: it then needs no more memory than a server does."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)  # noqa: S606 - its own Python, with words and no shell
