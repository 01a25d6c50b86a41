"""``mlctl show``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import facts, forms, out, table
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, RefArgument, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.errors import UsageError


def show(
    ref: RefArgument,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Where --html writes; the version id and .html by default."),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Write one page with everything, plots too.")] = False,
    plots: Annotated[
        bool, typer.Option("--plots", help="Draw the plots as PNG into the experiment's reports/plots/.")
    ] = False,
    max_minutes: Annotated[
        float,
        typer.Option(
            "--max-minutes",
            min=0.0,
            help="For what plots need measured first: importance of the columns, learning curve.",
        ),
    ] = 2.0,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one experiment in full: scores, checks, facts; its plots and its page on request."""
    from mlctl.actions import checks, locate
    from mlctl.actions import show as action
    from mlctl.actions.shortlist import related

    if file and not html:
        raise UsageError(f"what is {str(file)!r} for?", f"mlctl show {ref} --html {file}")
    opened = here(store).open()
    found = locate.experiment(opened, ref, project, model)
    champion = opened.champion(found)
    peers = related(opened, found)
    made: tuple[Path, ...] = ()
    if html or plots:
        from mlctl.cli import show_plots

        page = (file or Path(f"{found.model_version_id}.html")) if html else None
        wanted = show_plots.Wanted(page, plots, max_minutes * 60, trust)
        found, made = show_plots.make(opened, found, peers, champion, wanted)
    shown = action.describe(found, peers, champion, checks.checked(opened, found, peers))
    directory = opened.relative(opened.experiment_directory(found))
    if as_json:
        out.document({"experiments": [_document(shown, directory)], "files": [str(path) for path in made]})
        return
    if made:
        for path in made:
            out.text(str(path))
        return
    _head(shown)
    _scores(shown)
    _checks(shown)
    facts.show(_facts(shown, directory))


def _document(shown: Any, directory: Any) -> dict[str, Any]:
    e = shown.experiment
    document: dict[str, Any] = e.to_dict()
    return document | {
        "project_name": e.project_name,
        "model_name": e.model_name,
        "directory": str(directory),
        "champion": shown.champion,
        "recommended": shown.recommended,
        "checks": [one.to_dict() for one in shown.checked.found],
        "checks_muted": [one.code for one in shown.checked.muted],
    }


def _head(shown: Any) -> None:
    e = shown.experiment
    standing = [
        *(["champion"] if shown.champion else []),
        *(["recommended"] if shown.recommended else []),
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
            "dummy": line.dummy,
            "logged": line.logged,
        }
        for line in shown.scores
    )
    columns = (
        table.Column("metric", "metric", keep=True),
        table.Column("direction", "", keep=True),
        table.Column("train", "train", "score", keep=True),
        table.Column("cross_validation", "cross-validation", "score", keep=True, spread="std"),
        table.Column("held_out", "held out", "score", keep=True),
        table.Column("dummy", "dummy, folds", "score"),
        table.Column("logged", "logged", "score", keep=True),
    )
    logged = any(line.logged is not None for line in shown.scores)
    ours = any(value is not None for line in shown.scores for value in (line.mean, line.test, line.dummy))
    hidden = {"cross_validation", "held_out", "dummy"} if logged and not ours else set[str]()
    hidden |= set() if logged else {"logged"}
    table.show(table.Table(tuple(c for c in columns if c.key not in hidden), rows))
    out.text()


def _checks(shown: Any) -> None:
    """Write each check that speaks: its code and name, what was measured, why it matters, what to do."""
    said = shown.checked
    for one in said.found:
        out.text(f"{one.code} {one.name}")
        facts.show([("  found", one.figure), ("  why", one.reason), ("  remedy", one.remedy)])
    if said.muted:
        codes = ", ".join(dict.fromkeys(one.code for one in said.muted))
        out.text(f"{len(said.muted)} muted by checks.mute: {codes}")
    if said.found or said.muted:
        out.text()
    for line in said.unread:
        out.warn(f"not looked at: {line}")


def _facts(shown: Any, directory: Any) -> list[facts.Fact]:
    e = shown.experiment
    return [
        ("parameters", _pairs(e.parameters)),
        ("data", _data(e)),
        ("time", _time(e)),
        ("model", _model(e)),
        ("code", _code(e.git)),
        ("environment", _pairs(e.environment)),
        ("seed", str(e.seed) if e.comparison_key or e.seed else ""),
        ("tags", ", ".join(e.tags)),
        *[("note", f"{note.get('time', '')} {note.get('text', '')}") for note in e.notes],
        *[("warning", warning) for warning in shown.checked.warnings],
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
    given = train.get("said", "")
    told = [
        f"{train['dataset']}: {train.get('rows')} rows trained on" if train.get("dataset") else str(given),
        f"{folds['folds']} folds × {folds.get('repeats', 1)}" if folds.get("folds") else "",
        str(test.get("said", "")),
    ]
    return ", ".join(part for part in told if part)


def _time(experiment: Any) -> str:
    times, latency = experiment.timings, experiment.evaluations.get("latency", {})
    told = [
        ("cross-validation", forms.seconds(times.get("cross_validation_s"))),
        ("fit", forms.seconds(times.get("fit_s"))),
        ("total", "" if times.get("cross_validation_s") else forms.seconds(times.get("total_s"))),
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
