"""Put an earlier champion back in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mlctl.domain.records import Experiment, Model
from mlctl.errors import NotFoundError, RefusedError
from mlctl.store.champion import CHANGES, Event
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What came of it; ``event`` is None where that one was in use already."""

    before: str | None
    after: str
    event: Event | None


def reign(events: Sequence[Event]) -> list[str]:
    """Return the champions that stand behind the one in use, the oldest first and it last.

    A promotion adds one; a rollback takes away those above the one that it returns to. So rolling back twice
    goes two champions back, and not to and fro.

    Examples
    --------
    >>> first = Event("", "", "promote", None, "p_nogit_1")
    >>> reign([first, Event("", "", "promote", "p_nogit_1", "p_nogit_2")])
    ['p_nogit_1', 'p_nogit_2']
    """
    stack: list[str] = []
    for event in events:
        if event.what not in CHANGES:
            continue
        if event.what == "rollback" and event.after in stack:
            del stack[len(stack) - stack[::-1].index(event.after) :]  # it may stand there several times
        elif event.what == "rollback" and event.after is None:
            stack.clear()
        elif event.after is not None:
            stack.append(event.after)
    return stack


def previous(store: Store, model: Model) -> str:
    """Return the version id of the champion before the one in use.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    events = store.events(model)
    line = reign(events)
    if len(line) >= 2:
        return line[-2]
    now, label = store.champion(model), f"{model.project_name}/{model.model_name}"
    if now is None:
        raise NotFoundError(f"{label} has no champion yet", f"a first one: mlctl promote {label}:recommended")
    others = [event.after for event in events if event.what in CHANGES and event.after not in (None, now)]
    raise NotFoundError(
        f"there is no champion before {now}",
        f"name a later one: mlctl rollback {label}:{others[-1]}"
        if others
        else f"it is the only one that {label} ever had; to change it: mlctl promote {label}:recommended",
    )


def rollback(
    store: Store, model: Model, to: Experiment, *, who: str, now: datetime, reason: str = ""
) -> RolledBack:
    """Make an earlier champion the one in use again.

    Parameters
    ----------
    to : Experiment
        It was champion before.

    Raises
    ------
    RefusedError
        When it never was champion.
    DamagedError
        When its files are not as they were.
    BusyError
        When the champion was changed meanwhile.
    """
    events = store.events(model)
    before, name = store.champion(model), to.model_version_id
    store.verify(to)
    if before == name:
        return RolledBack(before, name, None)
    if name not in {event.after for event in events if event.what in CHANGES}:
        raise RefusedError(
            f"{name} never was the champion of {model.project_name}/{model.model_name}",
            f"put it through the gate: mlctl promote {name}",
        )
    why = [reason.strip()] if reason.strip() else []
    event = Event(store.stamp(now), who, "rollback", before, name, why)
    store.promote(model, event, before)
    return RolledBack(before, name, event)
