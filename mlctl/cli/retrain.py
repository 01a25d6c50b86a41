"""``mlctl retrain``."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import forms, out, table
from mlctl.cli.clock import NowOption, moment
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.errors import UsageError

NOT_PROMOTED = ("kept", "undecided", "nothing")
SAID_ALWAYS = ("failed", "refused", "stopped", "timeout", "crashed", "died")


def retrain(
    context: typer.Context,
    params: Annotated[
        Path | None, typer.Option("--params", help="The parameters file of the model.", metavar="FILE")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Every model of the store that is due.")] = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Train whether or not it is due, and lift a quarantine; the gate still decides."
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 75 where another run goes on, or none may begin.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 where nothing was promoted.")
    ] = False,
    trust: TrustOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what was done, off a terminal as well.")
    ] = False,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train what is due and promote what is better: what a crontab line calls; log: the runs so far."""
    if context.invoked_subcommand:
        return
    _check(params, project, model, due=due, force=force)
    done = _retrain(
        params,
        project,
        model,
        store,
        moment(now) if now else None,
        due=due,
        force=force,
        waits=not (due or strict),
        trust=trust,
    )
    codes = [_code(came, strict=strict, exit_code=exit_code, due=due) for came in done]
    code = _worst(codes) if due else codes[0]
    if as_json:
        out.document({"models": [came.to_dict() for came in done], "exit_code": code})
    else:
        for came, one in zip(done, codes, strict=True):
            _say(came, one, verbose=verbose)
    if code:
        raise typer.Exit(code)


def _check(params: Path | None, project: str | None, model: str | None, *, due: bool, force: bool) -> None:
    given = [bool(params), bool(project or model), due]
    if sum(given) != 1:
        raise UsageError(
            "which model? wanted one of --params FILE, --project P --model M, and --due",
            "mlctl retrain --params FILE, or mlctl retrain --due for all that are due",
        )
    if due and force:
        raise UsageError(
            "--due and --force exclude each other", "name the model: --project P --model M --force"
        )


def _retrain(
    params: Path | None,
    project: str | None,
    model: str | None,
    store: Path | None,
    told_now: Any,
    *,
    due: bool,
    force: bool,
    waits: bool,
    trust: bool,
) -> tuple[Any, ...]:
    from mlctl.actions.retrain import tick
    from mlctl.actions.retrain.came import Asked
    from mlctl.actions.retrain.world import World

    opened = here(store, params.resolve().parent if params else None).open()
    world = World(os.environ, time.monotonic, time.sleep, told_now=told_now)
    asked = Asked(force=force, waits=waits, trust=trust)
    if due:
        return tick.all_due(opened, world, asked)
    from mlctl.actions.retrain import each

    return (each.one(_target(opened, params, project, model, world.now()), world, asked),)


def _target(opened: Any, params: Path | None, project: str | None, model: str | None, now: Any) -> Any:
    from mlctl.actions.locate import only_model
    from mlctl.actions.parameters import load_file
    from mlctl.actions.retrain.target import of_file, of_record

    if params:
        return of_file(opened, load_file(params), params, now)
    return of_record(opened, only_model(opened, project, model))


def _code(came: Any, *, strict: bool, exit_code: bool, due: bool) -> int:
    if came.outcome == "skipped":
        return 75 if strict else 0
    if came.outcome == "quarantined" and due:
        return 0  # it was told when it happened
    if came.outcome in NOT_PROMOTED and exit_code:
        return 4
    return int(came.code)


def _worst(codes: list[int]) -> int:
    from mlctl.actions.retrain.tick import worst

    return worst(codes)


def _say(came: Any, code: int, *, verbose: bool) -> None:
    """Say what came of a model: what went wrong on stderr, and what went well where somebody looks."""
    asked_in_vain = came.outcome == "quarantined" and code != 0  # with --due it was told when it happened
    wrong = came.outcome in SAID_ALWAYS or asked_in_vain or (code == 75)
    if wrong and not came.is_known:
        for line in _lines(came):
            out.say(line)
    elif verbose or out.is_terminal(sys.stdout):
        for line in _lines(came):
            out.text(line)
    for failure in came.failures:
        out.warn(failure)


def _lines(came: Any) -> list[str]:
    first, *rest = came.reasons or ("",)
    told = f"{came.label}: {came.outcome}" + (f": {first}" if first else "")
    lines = [told, *(f"  {reason}" for reason in rest)]
    lines += [f"  trigger: {fired.trigger} ({fired.why})" for fired in came.fired]
    version = came.found.get("champion")
    if came.run and version:
        lines.append(f"  champion: {version}")
    lines += [f"  warning: {warning}" for warning in came.found.get("warnings", ())]
    if came.log:
        lines.append(f"  {forms.seconds(came.seconds)}; log: {came.log}")
    if came.hint:
        lines.append(f"  fix: {came.hint}")
    return lines


_LOG = (
    table.Column("began", "began", keep=True),
    table.Column("model", "model", keep=True),
    table.Column("triggers", "trigger", keep=True),
    table.Column("outcome", "outcome", keep=True),
    table.Column("seconds", "took", "seconds", keep=True),
    table.Column("challenger", "challenger"),
    table.Column("champion", "champion"),
    table.Column("reason", "because"),
)


def log(
    project: ProjectOption = None,
    model: ModelOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="So many, the newest.", min=1)] = 20,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that looked and found nothing to do.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs: when, what set them off, what came of them, how long they took."""
    from mlctl.actions.retrain.log import runs

    found = runs(here(store).open(), project, model)
    told = [logged for logged in found if every or logged.outcome != "nothing"]
    shown = told[:limit]
    if as_json:
        out.document({"runs": [logged.to_dict() for logged in shown], "hidden": len(found) - len(shown)})
        return
    if not shown:
        out.say("no run yet" if not found else "no run that did anything; those that looked: --all")
        out.hint("mlctl retrain --params FILE" if not found else "mlctl retrain log --all")
        return
    table.show(table.Table(_LOG, tuple(_row(logged) for logged in shown)))
    if len(shown) < len(found):
        out.say(f"{len(found) - len(shown)} more: --limit {len(found)} --all")


def _row(logged: Any) -> dict[str, Any]:
    run = logged.run
    return {
        **logged.to_dict(),
        "model": f"{logged.project}/{logged.model}",
        "triggers": ", ".join(fired.trigger for fired in run.triggers) or None,
        "seconds": run.seconds or None,
    }


CALLBACK = retrain
COMMANDS = {"log": log}
