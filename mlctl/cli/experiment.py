"""``mlctl experiment``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import completing, forms, out, table, upkeep
from mlctl.cli.model import find as find_model
from mlctl.cli.options import (
    DescriptionOption,
    JsonOption,
    ModelOption,
    ProjectOption,
    RefArgument,
    StoreOption,
    TopOption,
)
from mlctl.cli.place import here
from mlctl.cli.show import show
from mlctl.domain.json_text import parsed
from mlctl.errors import UsageError

ParametersOption = Annotated[str, typer.Option("--parameters", help="A JSON object.", metavar="JSON")]
EvaluationsOption = Annotated[
    str,
    typer.Option("--evaluations", help='A JSON object, merged: {"test": {"f1_score": 0.9}}.', metavar="JSON"),
]
ArtifactOption = Annotated[
    list[str] | None,
    typer.Option(
        "--artifact", help="A file's path within the experiment, by a name; merged.", metavar="NAME=PATH"
    ),
]


def add(
    model: Annotated[
        str,
        typer.Argument(
            metavar="PROJECT/MODEL", help="The model that it is a try at.", autocompletion=completing.label
        ),
    ],
    rung: Annotated[str, typer.Option("--rung", help="What was tried.")] = "",
    parameters: ParametersOption = "{}",
    evaluations: EvaluationsOption = "{}",
    description: DescriptionOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a try that was made elsewhere."""
    from mlctl.actions import environment, git

    told = {
        "parameters": _object(parameters, "parameters"),
        "evaluations": _object(evaluations, "evaluations"),
    }
    opened = here(store).open()
    owner = find_model(opened, model)
    state = git.state(Path.cwd(), ignore=opened.root)
    experiment = opened.new_experiment(
        owner,
        state.commit,
        datetime.now(UTC),
        rung=rung,
        metric=owner.metric,
        task=owner.task,
        description=description,
        git=state.to_dict(),
        environment=environment.summary(),
    )
    finished = experiment.finish(**told)
    upkeep.done("experiment", finished, "recorded", as_json=as_json)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = parsed(text, parse_constant=_no_number)
    except ValueError as error:
        raise UsageError(f"--{name}: not JSON: {error}", f"--{name} '{{\"key\": 1}}'") from None
    if not isinstance(value, dict):
        raise UsageError(f"--{name}: a JSON object is wanted, not {text!r}", f"--{name} '{{\"key\": 1}}'")
    return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def list_(
    project: ProjectOption = None,
    model: ModelOption = None,
    top: TopOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the experiments, the newest first; on a terminal the newest 50, where more are not asked for."""
    from mlctl.actions.locate import check_names

    opened = here(store).open()
    check_names(opened, project, model)
    few = table.few(top, "json" if as_json else "table")

    def question(view: Any, damaged: Any) -> tuple[list[dict[str, Any]], int, Any]:
        rows = [e.to_dict() if as_json else _row(e) for e in view.newest(few)]
        return rows, view.count() - len(rows), damaged

    rows, more, damaged = opened.ask(question, project, model)
    if as_json:
        out.document({"experiments": rows, "rows_left_out": more, "warnings": out.unreadable(damaged)})
        return
    out.damaged(damaged)
    table.show(table.Table(COLUMNS, tuple(rows)))
    if more:
        how = " by --top" if top else f"; --top {len(rows) + more}, or a pipe, shows all"
        out.say(f"{forms.many(more, 'older experiment')} left out{how}")


def _row(experiment: Any) -> dict[str, Any]:
    from mlctl.domain.logged import headline

    metric, score = headline(experiment)
    return {
        "name": experiment.model_version_id,
        "model": f"{experiment.project_name}/{experiment.model_name}",
        "rung": experiment.rung,
        "status": experiment.status,
        "metric": metric,
        "score": score,
        "created": experiment.created_datetime,
        "tags": experiment.tags or None,
        "description": experiment.description,
    }


COLUMNS = (
    table.Column("name", "experiment", keep=True),
    table.Column("rung", "rung", keep=True),
    table.Column("status", "status", keep=True),
    table.Column("score", "score", "score", keep=True),
    table.Column("metric", "metric"),
    table.Column("created", "age", "age"),
    table.Column("model", "model"),
    table.Column("tags", "tags"),
    table.Column("description", "description"),
)


def _find(store: Any, ref: str) -> Any:
    from mlctl.actions.locate import experiment

    return experiment(store, ref)


def update(
    ref: RefArgument,
    description: Annotated[str | None, typer.Option("--description", "-d", help="What it is for.")] = None,
    evaluations: EvaluationsOption = "{}",
    artifact: ArtifactOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change the description; merge evaluations and artifact paths."""
    opened = here(store).open()
    changes: dict[str, Any] = {"description": description} if description is not None else {}
    scores = _object(evaluations, "evaluations")
    paths = dict(_pair(text) for text in artifact or [])
    changes |= {"evaluations": scores} if scores else {}
    changes |= {"artifact_file_paths": paths} if paths else {}
    if not changes:
        raise UsageError("nothing to update", "give --description, --evaluations or --artifact")
    upkeep.done("experiment", opened.update(_find(opened, ref), **changes), "updated", as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise UsageError(f"--artifact: {text!r} is not NAME=PATH", "--artifact plot=plots/roc.png")
    return name, path


COMMANDS = {
    **upkeep.commands("experiment", "REF", _find),
    "add": add,
    "list": list_,
    "show": show,
    "update": update,
}
