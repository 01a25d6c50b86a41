"""``mlctl export``."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import out
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here, who

RefsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[REF]...",
        help="Experiments: version ids, numbers, prefixes, champion, best, …; everything when none is given.",
    ),
]


def mlflow(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="The file store: a new or empty directory, or an earlier export."),
    ],
    refs: RefsArgument = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    trust: TrustOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write experiments as a file store that MLflow reads; again into the same directory: what changed."""
    from mlctl.actions import as_mlflow, export_mlflow

    opened = here(store).open()
    chosen, damaged = as_mlflow.choose(opened, refs or [], project, model)
    done = export_mlflow.export(opened, chosen, directory, user=who().partition("@")[0], trust=trust)
    warnings = [*out.unreadable(damaged), *done.warnings]
    if as_json:
        out.document({"export": {**done.to_dict(), "warnings": warnings}})
        return
    out.text(str(done.path))
    for line in warnings:
        out.warn(line)
    _tell(done)


def _tell(done: Any) -> None:
    out.say(
        f"{counted(len(done.written), 'run')} written, {len(done.unchanged):,} there already; "
        f"{counted(done.experiments, 'experiment')}, {counted(done.models, 'model')}, "
        f"{counted(done.versions, 'registered version')}"
    )
    path = shlex.quote(str(done.path))
    out.hint(
        f"MLFLOW_ALLOW_FILE_STORE=true mlflow server --backend-store-uri {path}, "
        f"or mlflow migrate-filestore --source {path} --target sqlite:///mlflow.db"
    )


def counted(count: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


COMMANDS = {"mlflow": mlflow}
