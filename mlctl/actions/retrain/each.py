"""One model, with its dead man's switch: asked for by name, or as one of all that are due."""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

from mlctl.actions.retrain.came import Asked, Came
from mlctl.actions.retrain.due import due, last_training
from mlctl.actions.retrain.ending import untold
from mlctl.actions.retrain.run import retrain
from mlctl.actions.retrain.switches import Switches
from mlctl.actions.retrain.target import Target, of_record
from mlctl.actions.retrain.world import World
from mlctl.errors import MlctlError
from mlctl.store.journal import Journal
from mlctl.store.store import Store
from mlctl.store.ticks import Tick, tick


def one(target: Target, world: World, asked: Asked) -> Came:
    """Retrain one model if it is due, and call its dead man's switch."""
    switches = Switches(world)
    try:
        came = retrain(target, world, replace(asked, began=switches.told_of_begin(asked.began)))
    except MlctlError as error:
        switches.ended(target.settings.ping, target.label, "failed", error.message, error.exit_code)
        raise
    else:
        switches.ended(target.settings.ping, came.label, came.outcome, "; ".join(came.reasons), came.code)
        return came
    finally:
        switches.close()


def of_all(
    store: Store, journal: Journal, world: World, asked: Asked, switches: Switches
) -> tuple[Came, Tick | None]:
    """Retrain one of all models if it is due; what goes wrong with it is what came of it.

    Returns
    -------
    Came
    Tick or None
        What the cache keeps of it; None where it has to be looked at again at once.
    """
    try:
        target = of_record(store, store.model(journal.project, journal.model))
    except Exception as error:  # whatever it is: the other models are not to wait for it
        return _unreadable(journal, _said(error), world.now()), None
    if not target.has_triggers:
        nothing = Came(journal.project, journal.model, "nothing")
        return nothing, tick(journal, world.now(), None)
    entry = None
    try:
        came = retrain(target, world, asked)
        entry = _entry(target, world.now())
    except Exception as error:  # as above
        came = _failed(journal, _said(error))
    switches.ended(target.settings.ping, came.label, came.outcome, "; ".join(came.reasons), came.code)
    return came, entry


def _entry(target: Target, now: datetime) -> Tick | None:
    """Return what the cache keeps of a model; nothing where there is something to do at once."""
    journal, store = target.journal, target.store
    ping = target.settings.ping or ""
    history = journal.history()
    if history.open or untold(target):
        return None
    if history.quarantined:
        return tick(journal, now, None, ping)
    todo = due(
        target.settings, history, now, lambda: last_training(store, journal.project, journal.model, now)
    )
    return None if todo.anything else tick(journal, now, todo.until, ping)


def _said(error: Exception) -> MlctlError:
    """Return an error as people are told it, with its place where nobody raised it on purpose."""
    if isinstance(error, MlctlError):
        return error
    place = extract_tb(error.__traceback__)[-1]
    where = f"raised in {Path(place.filename).name}, line {place.lineno}"
    return MlctlError(f"{type(error).__name__}: {error}", "is this a bug?", (where,))


def _failed(journal: Journal, error: MlctlError) -> Came:
    told = (error.message, *error.details)
    return Came(journal.project, journal.model, "failed", error.exit_code, told, hint=error.hint)


def _unreadable(journal: Journal, error: MlctlError, now: datetime) -> Came:
    """Return that a model's parameters cannot be read; said once, until it is another thing that is wrong."""
    came = _failed(journal, error)
    try:
        return replace(came, is_known=_is_known(journal, error, "\n".join(came.reasons), now))
    except Exception:  # a journal that cannot be read or written: it is said again
        return came


def _is_known(journal: Journal, error: MlctlError, told: str, now: datetime) -> bool:
    """Tell whether this was said before, and remember it otherwise."""
    digest = hashlib.sha256(told.encode()).hexdigest()[:12]
    run = f"{now:%Y%m%dT%H%M%SZ}-{digest[:4]}"
    lock = journal.hold(run, now)
    if lock is None:
        return False
    try:
        history = journal.history()
        if history.open:
            return False
        if history.runs and history.runs[-1].found.get("unreadable") == digest:
            return True
        journal.append("began", run, now, triggers=[], covers={})
        ended = {"outcome": "failed", "code": error.exit_code, "reason": error.message, "unreadable": digest}
        journal.append("ended", run, now, seconds=0, **ended)
        return False
    finally:
        lock.close()
