"""``mlctl schedule``."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mlctl.cli import out, table
from mlctl.cli.clock import NowOption, moment
from mlctl.cli.options import JsonOption, StoreOption
from mlctl.cli.place import here

BackendOption = Annotated[
    Literal["cron", "systemd"],
    typer.Option("--backend", help="What starts it: the user's crontab, or a timer of systemd."),
]
EnvFileOption = Annotated[
    Path | None,
    typer.Option(
        "--env-file",
        help="Lines NAME=value that a job's environment gets, for ${NAME} in parameters files. "
        "Default: the file that was given before.",
        metavar="FILE",
    ),
]


def add(
    params: Annotated[
        Path | None,
        typer.Option("--params", help="Keep this parameters file for retraining its model.", metavar="FILE"),
    ] = None,
    backend: BackendOption = "cron",
    env_file: EnvFileOption = None,
    store: StoreOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the store looked at every quarter of an hour, and train what is due."""
    from mlctl.actions import schedule as action
    from mlctl.actions.parameters import load_file

    loaded = load_file(params) if params else None
    for note in loaded.notes if loaded and not as_json else ():
        out.warn(note)
    opened = here(store, params.resolve().parent if params else None).open()
    machine = _machine(opened, env_file)
    kept = action.keep(opened, loaded, moment(now)) if loaded else None
    done = action.add(machine, backend)
    if as_json:
        out.document({"added": _document(done), "kept": _label(kept[0]) if kept else None})
    else:
        _said_added(done, kept)
    if done.missing:
        raise typer.Exit(1)


def _said_added(done: Any, kept: Any) -> None:
    if kept:
        out.say(f"{_label(kept[0])}: {'kept the parameters file' if kept[1] else 'kept already'}")
    for line in done.lines:
        out.text(line)
    if done.missing:
        out.warn(f"{done.missing}; give the line above to what starts jobs here")
        out.hint("mlctl schedule add --backend systemd, or a line of your own: mlctl schedule print")
        return
    where = "the crontab" if done.backend == "cron" else "systemd's folder"
    out.say(f"added to {where}" if done.changed else f"was in {where} already; nothing was changed")
    if done.env_file:
        out.say(f"variables from {done.env_file}")
    for command in done.commands:
        out.hint(command)
    out.hint("mlctl schedule next")


def list_(store: StoreOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """List the models that train by themselves, and what looks after them."""
    from mlctl.actions import schedule as action

    opened = here(store).open()
    plans, ticking = action.planned(opened), action.ticking(_machine(opened, None))
    rows = tuple(plan.to_dict(moment(now)) for plan in plans)
    problems = [f"{plan.model}: {plan.problem}" for plan in plans if plan.problem]
    if as_json:
        out.document({"schedules": list(rows), "ticking": list(ticking), "warnings": problems})
        return
    for problem in problems:
        out.warn(problem)
    if not rows:
        out.say("no model trains by itself")
        out.hint("mlctl schedule add --params FILE")
        return
    table.show(table.Table(_LISTED, tuple(row | {"next": row["next"] or row["state"]} for row in rows)))
    if ticking:
        out.say(f"looked at by {' and '.join(ticking)}")
    else:
        out.warn("nothing looks at this store: no crontab of this user and no timer of systemd has it")
        out.hint("mlctl schedule add")


def next_(
    count: Annotated[
        int, typer.Option("--count", "-n", help="So many instants of each model.", min=1, max=1000)
    ] = 3,
    store: StoreOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the coming instants of each model, in its time zone and in UTC."""
    from mlctl.actions import schedule as action

    plans = action.planned(here(store).open())
    rows = tuple(_row(each) for plan in plans for each in action.coming(plan, moment(now), count))
    problems = [f"{plan.model}: {plan.problem}" for plan in plans if plan.problem]
    if as_json:
        out.document({"instants": list(rows), "warnings": problems})
        return
    for problem in problems:
        out.warn(problem)
    if rows:
        table.show(table.Table(_COMING, rows))
        return
    out.say("nothing comes: no model has a schedule")
    out.hint("mlctl schedule add --params FILE")


def remove(
    model: Annotated[
        str | None,
        typer.Argument(metavar="[PROJECT/MODEL]", help="Only this model; default: the whole store."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the store out of the crontab and of systemd, or one model off its schedule."""
    opened = here(store).open()
    if model:
        _remove_model(opened, model, as_json=as_json)
        return
    from mlctl.actions import schedule as action

    done = action.remove(_machine(opened, None))
    if as_json:
        out.document({"removed": [_document(each) for each in done]})
        return
    for each in done:
        out.say(f"removed from {'the crontab' if each.backend == 'cron' else 'systemd'}")
        for command in each.commands:
            out.hint(command)
    if not done:
        out.say("was neither in the crontab nor with systemd; nothing was changed")


def _remove_model(opened: Any, name: str, *, as_json: bool) -> None:
    from mlctl.cli.model import find

    was_there = opened.drop_parameters(find(opened, name))
    if as_json:
        out.document({"removed": [name] if was_there else []})
        return
    out.say(f"{name} trains no more by itself" if was_there else f"{name} did not train by itself")


def print_(
    backend: BackendOption = "cron", env_file: EnvFileOption = None, store: StoreOption = None
) -> None:
    """Print what to paste into a crontab, or the units for systemd; nothing is changed."""
    from mlctl.actions import schedule as action

    out.text(action.printed(_machine(here(store).open(), env_file), backend))


def _machine(opened: Any, env_file: Path | None) -> Any:
    from mlctl.actions.schedule import Machine
    from mlctl.errors import NotFoundError
    from mlctl.schedule.tick import Tick

    if env_file and not env_file.is_file():
        raise NotFoundError(f"no file {str(env_file)!r}", "it holds lines such as SMTP_PASSWORD=…")
    absolute = env_file.absolute() if env_file else None
    return Machine(Tick(Path(sys.executable), opened.root, absolute), os.environ, Path.home())


def _document(done: Any) -> dict[str, Any]:
    told = {"backend": done.backend, "changed": done.changed, "lines": list(done.lines)}
    env_file = str(done.env_file) if done.env_file else None
    return told | {"commands": list(done.commands), "missing": done.missing, "env_file": env_file}


def _label(model: Any) -> str:
    return f"{model.project_name}/{model.model_name}"


def _row(each: Any) -> dict[str, Any]:
    return {
        "model": each.model,
        "what": each.what,
        "local": each.local.isoformat(sep=" ", timespec="minutes") if each.at else each.state,
        "time_zone": each.zone,
        "utc": each.at.strftime("%Y-%m-%d %H:%MZ") if each.at else None,
        "schedule": each.expression,
    }


_COMING = (
    table.Column("model", "model", keep=True),
    table.Column("local", "there", keep=True),
    table.Column("time_zone", "zone", keep=True),
    table.Column("utc", "UTC", keep=True),
    table.Column("what", "what"),
    table.Column("schedule", "schedule"),
)
_LISTED = (
    table.Column("model", "model", keep=True),
    table.Column("schedule", "schedule", keep=True),
    table.Column("time_zone", "zone"),
    table.Column("next", "next (UTC)", keep=True),
    table.Column("watches", "watches"),
    table.Column("check_schedule", "looks"),
    table.Column("file", "file"),
)

COMMANDS = {"add": add, "list": list_, "remove": remove, "next": next_, "print": print_}
