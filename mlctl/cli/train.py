"""``mlctl train``."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import forms, out, signals
from mlctl.cli.options import JsonOption, StoreOption
from mlctl.cli.place import here
from mlctl.domain.names import check_text
from mlctl.errors import CancelledError


def train(
    params: Annotated[
        Path, typer.Option("--params", help="The parameters file (YAML or JSON).", metavar="FILE")
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="Override a key: --set split.random_state=7.", metavar="KEY=VALUE"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the effective file, every default filled in, and stop.")
    ] = False,
    all_rungs: Annotated[
        bool, typer.Option("--all-rungs", help="Climb every rung, whatever the headroom probe says.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a climb of the same file and data that was cut off.")
    ] = False,
    description: Annotated[
        str, typer.Option("--description", "-d", help="What this try is for; kept with each rung.")
    ] = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Climb the ladder, baseline first; every rung is an experiment."""
    from mlctl.actions.parameters import load_file

    check_text("description", description)
    said = [*(overrides or []), *(["all_rungs=true"] if all_rungs else [])]
    loaded = load_file(params, said)
    if dry_run:
        _dry_run(loaded, as_json=as_json)
        return
    again = _again(params, overrides or [], all_rungs=all_rungs, description=description)
    _train(loaded, params, again, resume=resume, description=description, store=store, as_json=as_json)


def _again(params: Path, overrides: list[str], *, all_rungs: bool, description: str) -> str:
    """Return the command line that goes on where this one was cut off."""
    import shlex

    words = ["mlctl", "train", "--params", str(params)]
    words += [word for override in overrides for word in ("--set", override)]
    words += ["--all-rungs"] if all_rungs else []
    words += ["--description", description] if description else []
    return shlex.join([*words, "--resume"])


def _dry_run(loaded: Any, *, as_json: bool) -> None:
    if as_json:
        out.document({"parameters": loaded.effective, "warnings": list(loaded.notes)})
        return
    for note in loaded.notes:
        out.warn(note)
    out.text(loaded.text.rstrip("\n"))
    out.say("nothing was trained; what is null or auto is settled when the data is read")


def _train(
    loaded: Any,
    params: Path,
    again: str,
    *,
    resume: bool,
    description: str,
    store: Path | None,
    as_json: bool,
) -> None:
    from mlctl.actions import git
    from mlctl.actions import train as action
    from mlctl.cli.train_view import view

    base = params.resolve().parent
    opened = here(store, base).open()
    order = action.Order(
        loaded,
        base,
        git.state(base, ignore=opened.root),
        lambda: datetime.now(UTC),
        time.monotonic,
        resume=resume,
        description=description,
    )
    try:
        with view() as listener:
            trained = action.train(opened, order, listener)
    except KeyboardInterrupt as error:
        raise CancelledError(
            f"{signals.words(error)}; every rung that was done is kept", f"go on with: {again}"
        ) from None
    _show(trained, as_json=as_json)
    if all(experiment.status == "failed" for experiment in trained.rungs):
        raise typer.Exit(1)  # each has said why


def _show(trained: Any, *, as_json: bool) -> None:
    said = trained.recommendation
    if as_json:
        out.document(_document(trained))
        return
    for reason in dict.fromkeys(reason for _, reason in trained.skipped):
        rungs = ", ".join(rung for rung, why in trained.skipped if why == reason)
        out.say(f"not climbed: {rungs} — {reason}")
    chosen = next((e for e in trained.rungs if e.model_version_id == said.name), None)
    if chosen:
        out.text(f"recommended: {chosen.model_version_id} {chosen.rung}{_score(chosen)}")
    else:
        out.text("recommended: none")
    for reason in said.reasons:
        out.text(f"  because {reason}" if chosen else f"  {reason}")
    for forgone in said.forgoes:
        out.text(f"  forgoes {forgone}")
    model = f"--project {trained.model.project_name} --model {trained.model.model_name}"
    out.hint(f"mlctl show {chosen.model_version_id}" if chosen else f"mlctl compare {model}")


def _score(experiment: Any) -> str:
    held_out = experiment.score("test", experiment.metric)
    mean = experiment.score("cross_validation", experiment.metric)
    told = f" · {experiment.metric} {forms.score(mean)} over the folds"
    return told + (f", {forms.score(held_out)} held out" if held_out is not None else "")


def _document(trained: Any) -> dict[str, Any]:
    said = trained.recommendation
    return {
        "project": trained.model.project_name,
        "model": trained.model.model_name,
        "experiments": [e.to_dict() for e in trained.rungs],
        "recommended": said.name,
        "reasons": list(said.reasons),
        "forgoes": list(said.forgoes),
        "not_separable_from_best": list(said.not_separable),
        "skipped": [{"rung": rung, "reason": reason} for rung, reason in trained.skipped],
        "warnings": list(trained.warnings),
    }
