"""``mlctl show``."""

from typing import Any

from mlctl.cli import facts, forms, out, table
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, RefArgument, StoreOption
from mlctl.cli.place import here


def show(
    ref: RefArgument,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one experiment in full."""
    from mlctl.actions import locate
    from mlctl.actions import show as action

    opened = here(store).open()
    found = locate.experiment(opened, ref, project, model)
    owner = opened.model(found.project_name, found.model_name)
    peers = opened.experiments(found.project_name, found.model_name).records
    shown = action.describe(found, peers, opened.champion(owner))
    directory = opened.relative(opened.experiment_directory(found))
    if as_json:
        out.document({"experiments": [_document(shown, directory)]})
        return
    _head(shown)
    _scores(shown)
    facts.show(_facts(shown, directory))


def _document(shown: Any, directory: Any) -> dict[str, Any]:
    e = shown.experiment
    said = shown.recommendation
    document: dict[str, Any] = e.to_dict()
    return document | {
        "project_name": e.project_name,
        "model_name": e.model_name,
        "directory": str(directory),
        "champion": shown.champion,
        "recommended": bool(said and said.name == e.model_version_id),
    }


def _head(shown: Any) -> None:
    e = shown.experiment
    said = shown.recommendation
    standing = [
        *(["champion"] if shown.champion else []),
        *(["recommended"] if said and said.name == e.model_version_id else []),
    ]
    when = forms.age(e.created_datetime)
    ago = when if when == "now" else f"{when} ago"
    parts = [e.model_version_id, f"{e.project_name}/{e.model_name}", e.rung, f"{e.status} {ago}", *standing]
    out.text(" · ".join(part for part in parts if part))
    if e.description:
        out.text(e.description)
    if e.error:
        out.text(f"{e.error.get('reason', 'failed')}: {e.error.get('message', '')}")
    out.text()


def _scores(shown: Any) -> None:
    if not shown.scores:
        return
    rows = tuple(
        {
            "metric": line.metric,
            "direction": line.arrow,
            "train": line.train,
            "cross_validation": line.mean,
            "std": line.std,
            "held_out": line.test,
        }
        for line in shown.scores
    )
    columns = (
        table.Column("metric", "metric", keep=True),
        table.Column("direction", "", keep=True),
        table.Column("train", "train", "score", keep=True),
        table.Column("cross_validation", "cross-validation", "score", keep=True, spread="std"),
        table.Column("held_out", "held out", "score", keep=True),
    )
    table.show(table.Table(columns, rows))
    out.text()


def _facts(shown: Any, directory: Any) -> list[facts.Fact]:
    e = shown.experiment
    return [
        ("parameters", _pairs(e.parameters)),
        ("data", _data(e)),
        ("time", _time(e)),
        ("model", _model(e)),
        ("code", _code(e.git)),
        ("environment", _pairs(e.environment)),
        ("seed", str(e.seed)),
        ("tags", ", ".join(e.tags)),
        *[("note", f"{note.get('time', '')} {note.get('text', '')}") for note in e.notes],
        *[("warning", warning) for warning in e.warnings],
        *[("limit", reason) for reason in e.eligible.get("reasons", ())],
        *[("ladder", line) for line in _ladder(shown)],
        ("files", f"{directory}: {', '.join(sorted(e.artifact_file_paths.values()))}"),
    ]


def _ladder(shown: Any) -> list[str]:
    """Return what the ladder says: why this one, or which one instead."""
    said = shown.recommendation
    if said is None:
        return []
    if said.name in (None, shown.experiment.model_version_id):
        return list(said.reasons)
    return [f"recommends {said.name}"]


def _pairs(mapping: dict[str, Any]) -> str:
    return ", ".join(f"{key} {forms.parameter(value)}" for key, value in mapping.items())


def _data(experiment: Any) -> str:
    train, folds, test = experiment.training_dataset, experiment.validation_dataset, experiment.test_dataset
    told = [
        f"{train['dataset']}: {train.get('rows')} rows trained on" if train.get("dataset") else "",
        f"{folds['folds']} folds × {folds.get('repeats', 1)}" if folds.get("folds") else "",
        str(test.get("said", "")),
    ]
    return ", ".join(part for part in told if part)


def _time(experiment: Any) -> str:
    times, latency = experiment.timings, experiment.evaluations.get("latency", {})
    told = [
        ("cross-validation", forms.seconds(times.get("cross_validation_s"))),
        ("fit", forms.seconds(times.get("fit_s"))),
        ("one row", forms.micros(latency.get("single_row_us"))),
        ("a row in a batch", forms.micros(latency.get("batch_row_us"))),
    ]
    return ", ".join(f"{name} {value}" for name, value in told if value)


def _model(experiment: Any) -> str:
    file = experiment.artifact_file_paths.get("model", "")
    size = forms.size(experiment.evaluations.get("size", {}).get("model_bytes"))
    return f"{file}, {size}" if file and size else file


def _code(git: dict[str, Any]) -> str:
    if not git.get("commit"):
        return "no git commit"
    changes = ", with changes (changes.diff)" if git.get("dirty") else ""
    return f"{str(git['commit'])[:12]} on {git.get('branch') or '?'}{changes}"
