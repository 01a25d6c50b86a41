"""Begin logging: into the experiment of ``mlctl run`` where the script runs under it, else into a new one."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mlctl.actions.locate import Place
from mlctl.actions.logging import Log, begin
from mlctl.actions.logging_join import VARIABLE, join
from mlctl.actions.logging_place import model_of, named, open_or_make
from mlctl.errors import MlctlError
from mlctl.store.store import Store
from mlctl.tracking import active
from mlctl.tracking.guard import warn


class Where:
    """The store that a script chose; None: as commands find it."""

    store: Path | None = None


def store(now: Callable[[], datetime]) -> Store:
    """Return the store that scripts log into; made where there is none, which is said.

    Raises
    ------
    MlctlError, OSError
        When it cannot be opened or made.
    """
    place = Place(Where.store, Path.cwd(), os.environ, "mlctl.tracking")
    found, made = open_or_make(place, now())
    if made:
        warn(f"there was no store: made {found.root}; commands find it from {found.root.parent}")
    return found


def opened(
    model: str | None, name: str, command: list[str], now: Callable[[], datetime], clock: Callable[[], float]
) -> Log | None:
    """Return what to log into; None, with a warning, where nothing can be logged.

    Raises
    ------
    UsageError
        When a name breaks a rule.
    """
    names = named(model, _here(), command[0] if command and command[0] else "script")
    try:
        joined = _joined(model, name, now, clock)
        if joined is not None:
            return joined
        kept = store(now)
        owner = model_of(kept, names, now())
        return begin(kept, owner, name=name, directory=_here(), command=list(command), now=now, clock=clock)
    except (MlctlError, OSError) as error:
        warn(f"nothing is logged: {error}; the script goes on")
        return None


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # the working directory was removed
        return Path("scripts")


def _joined(
    model: str | None, name: str, now: Callable[[], datetime], clock: Callable[[], float]
) -> Log | None:
    place = os.environ.get(VARIABLE)
    if not place or not active.may_join():
        return None
    log = join(Path(place), now, clock)
    if log is None:
        return None
    of = f"{log.experiment.project_name}/{log.experiment.model_name}"
    if model and model not in (of, log.experiment.model_name):
        warn(f"mlctl run records this as {of}; for {model} say so there: mlctl run --project P --model M")
    if name:
        log.set(description=name)
    return log
