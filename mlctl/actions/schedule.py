"""What is due when, and what looks whether anything is due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from mlctl.actions.retrain.due import due, last_training
from mlctl.domain.records import Model
from mlctl.domain.runs import History
from mlctl.errors import MlctlError, NotFoundError, UsageError
from mlctl.params.load import Loaded
from mlctl.params.retrain import Retrain
from mlctl.params.yaml_io import read
from mlctl.schedule.block import cron_line, has_block, tick_in, with_block, without_block
from mlctl.schedule.crontab import Crontab
from mlctl.schedule.plan import checks_of, schedule_of
from mlctl.schedule.systemd import units_of
from mlctl.schedule.tick import Tick
from mlctl.store.store import Store

Backend = Literal["cron", "systemd"]


@dataclass(frozen=True, slots=True)
class Machine:
    """Who the tick is for: one store and one user of one machine.

    Attributes
    ----------
    environ : mapping
        Its ``PATH`` says where ``crontab`` is, its ``XDG_CONFIG_HOME`` where systemd looks.
    home : Path
        The user's home directory.
    """

    tick: Tick
    environ: Mapping[str, str]
    home: Path


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done about the tick.

    Attributes
    ----------
    backend : {"cron", "systemd"}
        What runs it.
    changed : bool
        False where all was as wanted before.
    lines : tuple of str
        The crontab's line, or the files of systemd.
    commands : tuple of str
        What the person types next.
    missing : str
        Why nothing could be done, where that is so: what runs jobs is not on this machine.
    env_file : Path or None
        What the job's variables come from: the file that was given, else the one that was there before.
    """

    backend: Backend
    changed: bool
    lines: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    missing: str = ""
    env_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """One instant at which a model is looked at.

    Attributes
    ----------
    at : datetime or None
        In UTC; None: at the next tick, or never where it is quarantined.
    what : str
        ``schedule``, or the triggers that are looked at.
    quarantined : bool
        Whether it is left alone until a person asks for it.
    """

    model: str
    what: str
    expression: str
    zone: str
    at: datetime | None
    quarantined: bool = False

    @property
    def state(self) -> str:
        """What is said in place of an instant; empty where there is one."""
        if self.quarantined:
            return "quarantined"
        return "" if self.at else "at the next tick"

    @property
    def local(self) -> datetime | None:
        """The same in the schedule's zone."""
        return self.at.astimezone(ZoneInfo(self.zone)) if self.at else None


@dataclass(frozen=True, slots=True)
class Planned:
    """What is kept of one model's retraining.

    Attributes
    ----------
    retrain : Retrain or None
        The section; None where the copy cannot be read.
    file : str
        The file that it is a copy of.
    problem : str
        Why it cannot be read.
    history : History
        What its journal tells.
    trained : callable
        Gives when the model was last trained up to a moment.
    """

    model: str
    retrain: Retrain | None
    file: str
    problem: str = ""
    history: History = field(default=History(), repr=False)
    trained: Callable[[datetime], datetime | None] = field(default=lambda _: None, repr=False)

    def to_dict(self, now: datetime) -> dict[str, Any]:
        """Return a row of the table."""
        retrain = self.retrain
        following = next(iter(coming(self, now, 1)), None)
        return {
            "model": self.model,
            "schedule": retrain.schedule if retrain else None,
            "time_zone": retrain.time_zone if retrain else None,
            "watches": ", ".join(retrain.watches) if retrain else "",
            "check_schedule": retrain.check_schedule if retrain and retrain.watches else None,
            "next": Store.stamp(following.at) if following and following.at else None,
            "state": following.state if following else "",
            "file": self.file,
        }


def keep(store: Store, loaded: Loaded, now: datetime) -> tuple[Model, bool]:
    """Keep a parameters file for retraining; return its model, and whether anything changed.

    Raises
    ------
    UsageError
        When the file says nothing about when to train.
    """
    parameters = loaded.parameters
    retrain = parameters.retrain
    if retrain is None or not (retrain.schedule or retrain.watches):
        raise UsageError(
            f"{loaded.path} does not say when to train",
            "add a section: retrain: {schedule: '@daily', time_zone: Europe/Berlin}",
        )
    store.add_project(parameters.project, "", now)
    description = str(loaded.effective["description"])  # as typed: the environment is never written
    model, _ = store.add_model(parameters.project, parameters.model, description, now)
    return model, store.keep_parameters(model, loaded.text, loaded.path.resolve(), now)


def planned(store: Store) -> tuple[Planned, ...]:
    """Return the models that a parameters file is kept of, by name."""
    found = ((model, store.kept_parameters(model)) for model in store.models().records)
    return tuple(_planned(store, model, kept.path, kept.file) for model, kept in found if kept)


def coming(plan: Planned, now: datetime, count: int) -> tuple[Coming, ...]:
    """Return the next instants at which a model is looked at, in order; those at the next tick first."""
    if plan.retrain is None:
        return ()
    retrain, held = plan.retrain, bool(plan.history.quarantined)
    waiting = due(retrain, plan.history, now, lambda: plan.trained(now)).covers
    found: list[Coming] = []
    kinds = (
        ("schedule", "schedule", schedule_of(retrain)),
        ("check", ", ".join(retrain.watches), checks_of(retrain)),
    )
    for kind, what, schedule in kinds:
        if schedule is None:
            continue
        at_once = (None,) if held or kind in waiting else ()
        instants = (*at_once, *(() if held else schedule.upcoming(now, count)))
        found += [Coming(plan.model, what, schedule.expression, schedule.zone, at, held) for at in instants]
    return tuple(sorted(found, key=lambda each: each.at or now)[:count])


def add(machine: Machine, backend: Backend) -> Changed:
    """Have the store looked at regularly; where that is so already, nothing is changed.

    The file of variables that was there stays, unless another is given.

    Raises
    ------
    MlctlError
        When marks in the crontab are damaged, the line between them was edited, or the crontab may not be
        changed.
    """
    return _add_units(machine) if backend == "systemd" else _add_line(machine)


def _add_units(machine: Machine) -> Changed:
    tick = _keeping(machine.tick, _units(machine).env_file)
    units = units_of(tick, machine.environ, machine.home)
    changed = units.write()
    lines = tuple(map(str, units.paths))
    return Changed("systemd", changed, lines, units.to_enable, env_file=tick.env_file)


def _add_line(machine: Machine) -> Changed:
    tick, crontab = machine.tick, Crontab(machine.environ)
    line = cron_line(tick)
    try:
        before = crontab.read()
    except NotFoundError as error:
        return Changed("cron", changed=False, lines=(line,), missing=error.message, env_file=tick.env_file)
    there = tick_in(before, tick.identity)
    tick = _keeping(tick, there.env_file if there else None)
    after = with_block(before, tick)
    if after != before:
        crontab.write(after)
    return Changed("cron", after != before, (cron_line(tick),), env_file=tick.env_file)


def _keeping(tick: Tick, env_file: Path | None) -> Tick:
    return tick if tick.env_file else replace(tick, env_file=env_file)


def remove(machine: Machine) -> tuple[Changed, ...]:
    """Take the tick out of the crontab and of systemd; return what was changed.

    Raises
    ------
    MlctlError
        When marks in the crontab are damaged, or the crontab may not be changed.
    """
    units, done = _units(machine), []
    if _in_crontab(machine):
        crontab = Crontab(machine.environ)
        crontab.write(without_block(crontab.read(), machine.tick.identity))
        done.append(Changed("cron", changed=True))
    if units.remove():
        done.append(Changed("systemd", True, tuple(map(str, units.paths)), units.to_disable))
    return tuple(done)


def ticking(machine: Machine) -> tuple[Backend, ...]:
    """Return what looks at the store regularly."""
    found: list[Backend] = []
    if _in_crontab(machine):
        found.append("cron")
    if _units(machine).is_there:
        found.append("systemd")
    return tuple(found)


def printed(machine: Machine, backend: Backend) -> str:
    """Return what to paste: a crontab's line, or the two units, each under the name of its file."""
    if backend == "cron":
        return cron_line(machine.tick)
    units = _units(machine)
    named = zip(units.paths, (units.service, units.timer), strict=True)
    return "\n".join(f"# {path}\n{text}" for path, text in named).rstrip("\n")


def _in_crontab(machine: Machine) -> bool:
    try:
        return has_block(Crontab(machine.environ).read(), machine.tick.identity)
    except NotFoundError:
        return False


def _units(machine: Machine) -> Any:
    return units_of(machine.tick, machine.environ, machine.home)


def _label(model: Model) -> str:
    return f"{model.project_name}/{model.model_name}"


def _planned(store: Store, model: Model, path: Path, file: str) -> Planned:
    label, (project, name) = _label(model), (model.project_name, model.model_name)
    try:
        tree = read(path)
        section = tree.get("retrain") if isinstance(tree, Mapping) else None
        retrain = Retrain.model_validate(section or {})
        history = store.retraining.journal(project, name).history()
    except MlctlError as error:
        return Planned(label, None, file, error.message)
    except ValidationError:
        return Planned(label, None, file, f"{path} is damaged: mlctl params check {path}")
    return Planned(
        label, retrain, file, history=history, trained=lambda now: last_training(store, project, name, now)
    )
