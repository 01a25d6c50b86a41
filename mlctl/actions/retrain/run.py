"""One model: its lock, what a crash left behind, what is due, the run, its end."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from mlctl.actions.retrain import ending
from mlctl.actions.retrain.came import Asked, Came, came
from mlctl.actions.retrain.due import Due, due, last_training
from mlctl.actions.retrain.ending import End
from mlctl.actions.retrain.launch import DiedError
from mlctl.actions.retrain.order import RunOrder, write_order
from mlctl.actions.retrain.progress import Progress
from mlctl.actions.retrain.target import Target, lift
from mlctl.actions.retrain.work import Work
from mlctl.actions.retrain.world import World
from mlctl.domain.runs import MOST_CRASHES, Fired, History, Run
from mlctl.files.held import Held
from mlctl.params.retrain import seconds
from mlctl.store.times import stamp

_BETWEEN_LOOKS = 5.0
"""Seconds after which a slot is tried again."""


@dataclass(frozen=True, slots=True)
class _Locked:
    """A model whose lock is held."""

    target: Target
    world: World
    asked: Asked
    lock: Held
    run: str
    now: datetime


def retrain(target: Target, world: World, asked: Asked) -> Came:
    """Do what is due for one model, unless another process does it already."""
    now = world.now()
    run = f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:4]}"
    lock = target.journal.hold(run, now)
    if lock is None:
        return came(target, "skipped", (_running(target.journal.holder(), target, now),))
    try:
        return _retrain(_Locked(target, world, asked, lock, run, now))
    finally:
        lock.close()


def _retrain(here: _Locked) -> Came:
    target, journal = here.target, here.target.journal
    failures = _tell_late(here)
    crashed = journal.history().open
    if crashed and not crashed.is_down:
        journal.append("crashed", crashed.run, here.now, reason="its process is gone")
    history = journal.history()
    if crashed and history.crashes >= MOST_CRASHES:
        return _quarantine(here, crashed)
    if crashed and crashed.parameters != target.digest:
        _abandon(here, crashed, {}, "the parameters changed since")
        history, crashed = journal.history(), None
    if history.quarantined and not here.asked.force:
        return came(target, "quarantined", (_since(history.quarantined, target),), code=1)
    if history.quarantined:
        journal.append("released", here.run, here.now)
    todo = _todo(here, history, crashed)
    if not todo.anything:
        return came(target, "nothing", ("nothing is due",), failures=failures)
    slot = _slot(here)
    if slot is None:
        most = target.settings.max_parallel
        return came(target, "skipped", (f"{most} retrained at once already (max_parallel)",))
    try:
        return _run(here, history, todo, crashed)
    finally:
        slot.close()


def _slot(here: _Locked) -> Held | None:
    """Take a slot, where that is asked for as soon as one is free."""
    target, world = here.target, here.world
    deadline = world.clock() + seconds(target.settings.max_runtime) * here.asked.waits
    while True:
        slot = target.store.retraining.take_slot(target.settings.max_parallel, target.label, here.now)
        if slot or world.clock() >= deadline:
            return slot
        world.sleep(_BETWEEN_LOOKS)


def _todo(here: _Locked, history: History, crashed: Run | None) -> Due:
    target = here.target
    if crashed:
        return Due(crashed.triggers, crashed.covers)
    if here.asked.force or not target.has_triggers:
        why = "asked for with --force" if here.asked.force else "the parameters name no trigger"
        return Due((Fired("request", f"request:{here.run}", why),))
    journal = target.journal

    def last_trained() -> datetime | None:
        return last_training(target.store, journal.project, journal.model, here.now)

    return due(target.settings, history, here.now, last_trained)


def _run(here: _Locked, history: History, todo: Due, crashed: Run | None) -> Came:
    target, journal = here.target, here.target.journal
    run = crashed.run if crashed else here.run
    progress = _begin(here, todo, crashed)
    here.asked.began(target, run)
    try:
        end = Work(progress, history, todo).to_end()
        ending.record(progress, end)
    except DiedError as error:
        journal.append("crashed", run, here.world.now(), reason=error.message)
        progress.note(error.message)
        if journal.history().crashes >= MOST_CRASHES:
            return _quarantine(here, journal.history().runs[-1])
        return came(target, "died", (error.message,), code=1, run=run, hint="the next call goes on with it")
    except KeyboardInterrupt:
        journal.append("paused", run, here.world.now())  # the next call goes on with it
        raise
    return _over(progress, history, crashed, end)


def _begin(here: _Locked, todo: Due, crashed: Run | None) -> Progress:
    target, journal = here.target, here.target.journal
    run, began = (crashed.run, crashed.began) if crashed else (here.run, stamp(here.now))
    told = {"pid": os.getpid(), "host": journal.site.host}
    if crashed:
        journal.append("resumed", run, here.now, **told)
    else:
        journal.clear()
        triggers = [fired.to_dict() for fired in todo.fired]
        told |= {"triggers": triggers, "covers": todo.covers, "parameters": target.digest}
        journal.append("began", run, here.now, **told)
    directory = journal.directory(run)
    order = RunOrder(
        str(target.store.root),
        journal.project,
        journal.model,
        run,
        began,
        str(target.base),
        stamp(here.now) if here.world.told_now else None,
        target.settings.watches if todo.looks else (),
        here.asked.trust,
    )
    write_order(directory, order, target.loaded.text)
    progress = Progress(target, here.world, run, directory, here.lock, here.world.clock())
    fired = ", ".join(f"{one.trigger} ({one.why})" for one in todo.fired) or "a look at the triggers"
    progress.note(f"{'goes on' if crashed else 'begins'}: {target.label}, process {os.getpid()}: {fired}")
    return progress


def _over(progress: Progress, history: History, crashed: Run | None, end: End) -> Came:
    target, journal = progress.target, progress.target.journal
    changed = ending.changes(history.state, end.outcome) if end.outcome != "nothing" else _mended(history)
    seconds = progress.spent + sum(took for _, took, _ in (crashed.steps if crashed else ()))
    ending.close(progress, end, changed, seconds)
    # Those of earlier runs were tried when this call began.
    late = [each for each in ending.untold(target) if each.run == progress.run]
    failures = [line for each in late for line in ending.tell(progress, each)]
    journal.clear()
    journal.prune_logs(target.settings.keep_logs)
    return came(
        target,
        end.outcome,
        end.reasons,
        code=end.code,
        run=progress.run,
        fired=end.fired,
        seconds=seconds,
        hint=end.hint,
        log=journal.shown_log(progress.run),
        found=end.found,
        failures=(*end.found.get("failures", ()), *failures),
    )


def _mended(history: History) -> tuple[str, ...]:
    """Return what a look that set nothing off changes: it mends what went wrong with the data."""
    after = History((*history.runs, Run("", "", outcome="nothing")))
    return ("recovered",) if history.state != "ok" and after.state == "ok" else ()


def _abandon(here: _Locked, crashed: Run, more: dict[str, Any], reason: str) -> None:
    now = here.world.now()
    here.target.journal.append(
        "ended", crashed.run, now, outcome="crashed", seconds=0, reason=reason, code=1, **more
    )


def _quarantine(here: _Locked, crashed: Run) -> Came:
    """Leave a model alone that crashed too often, and tell of it."""
    target, journal = here.target, here.target.journal
    reason = f"it crashed {MOST_CRASHES} times in a row"
    champion = target.store.champion(target.model)
    known = {"quarantined": True, "changes": ["quarantined"], "reasons": [reason], "champion": champion}
    _abandon(here, crashed, known, reason)
    journal.append("quarantined", crashed.run, here.world.now(), reason=reason)
    failures = _tell_late(here, crashed.run)
    hint = f"look at {journal.shown_log(crashed.run) or 'the log'}, then {lift(target)}"
    return came(
        target,
        "crashed",
        (f"{reason} and is quarantined",),
        code=1,
        run=crashed.run,
        hint=hint,
        failures=failures,
    )


def _tell_late(here: _Locked, only: str = "") -> tuple[str, ...]:
    """Tell what an earlier process did not come to tell, or could not; of one run, or of all."""
    late = [run for run in ending.untold(here.target) if run.run == (only or run.run)]
    return tuple(line for run in late for line in _tell_of(here, run))


def _tell_of(here: _Locked, late: Run) -> tuple[str, ...]:
    directory = here.target.journal.directory(late.run)
    order = RunOrder(
        str(here.target.store.root),
        here.target.journal.project,
        here.target.journal.model,
        late.run,
        late.began,
        str(here.target.base),
        None,
    )
    write_order(directory, order, here.target.loaded.text)
    progress = Progress(here.target, here.world, late.run, directory, here.lock, here.world.clock())
    failures = ending.tell(progress, late)
    here.target.journal.clear(late.run)  # one that crashed is gone on with
    return failures


def _since(time: str, target: Target) -> str:
    return f"quarantined since {time}; {lift(target)}"


def _running(holder: dict[str, Any], target: Target, now: datetime) -> str:
    """Return who is at it: ``running since 03:00 as pid 812``.

    Parameters
    ----------
    holder : mapping
        What the lock says of it, see :meth:`mlctl.store.journal.Journal.holder`.
    """
    if not holder:
        return "another run has just begun or ended"
    section = target.loaded.parameters.retrain
    zone = ZoneInfo(section.time_zone) if section else None  # None: this machine's
    try:
        since = datetime.fromisoformat(str(holder.get("since"))).astimezone(zone)
        form = "%H:%M" if abs((now - since).total_seconds()) < 86_400 else "%Y-%m-%d %H:%M"
        told = since.strftime(form)
    except ValueError:
        told = "a while"
    host = holder.get("host")
    elsewhere = f" on {host}" if host != target.journal.site.host else ""
    return f"running since {told} as pid {holder.get('pid')}{elsewhere}"
