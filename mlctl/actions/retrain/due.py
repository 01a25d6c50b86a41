"""Whether anything is due for a model, from the clock, the journal and the parameters file alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mlctl.domain.runs import Fired, History
from mlctl.params.retrain import Retrain
from mlctl.schedule.instants import Schedule
from mlctl.schedule.plan import checks_of, schedule_of
from mlctl.store.store import Store
from mlctl.store.times import stamp

Spans = dict[str, list[str | None]]
_EVER = datetime(1969, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to do.

    Attributes
    ----------
    fired : tuple of Fired
        The triggers that need no look at the data: schedule and request.
    covers : dict
        ``schedule`` and ``check`` to ``[after, until]``: the instants that this stands for.
    until : datetime or None
        The next instant after now; None where there is none.
    """

    fired: tuple[Fired, ...] = ()
    covers: Spans = field(default_factory=dict)
    until: datetime | None = None

    @property
    def looks(self) -> bool:
        """Whether the other triggers are to be looked at."""
        return "check" in self.covers

    @property
    def anything(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.fired or self.looks)


def due(
    retrain: Retrain, history: History, now: datetime, last_trained: Callable[[], datetime | None]
) -> Due:
    """Return what is due.

    An instant is due when it lies in ``(last handled, now]``; of several the newest stands for all. A model
    that no run has handled yet counts from ``start_date`` on, else from its last training; one that was never
    trained is due at once.

    Parameters
    ----------
    last_trained : callable
        Gives when the model was last trained up to now; asked only where no run has handled it.
    """
    covers: Spans = {}
    fired: tuple[Fired, ...] = ()
    schedules = {"schedule": schedule_of(retrain), "check": checks_of(retrain)}
    for kind, schedule in schedules.items():
        after = history.handled_until(kind, now)
        if schedule is None:
            continue
        if after is None and schedule.start is None:
            after = last_trained() or _EVER
        instant = schedule.last_due(after, now)
        if instant is None or history.is_handled(kind, instant, now):
            continue
        covers[kind] = [stamp(after) if after else None, stamp(instant)]
        if kind == "schedule":
            why = f"{retrain.schedule} in {retrain.time_zone}"
            fired = (Fired("schedule", f"schedule:{stamp(instant)}", why),)
    return Due(fired, covers, _next(list(schedules.values()), now))


def _next(schedules: list[Schedule | None], now: datetime) -> datetime | None:
    coming = [instant for each in schedules if each for instant in each.upcoming(now, 1)]
    return min(coming, default=None)


def last_training(store: Store, project: str, model: str, now: datetime) -> datetime | None:
    """Return when the newest experiment up to now was begun that finished; None where there is none."""
    found = (
        created
        for experiment in store.experiments(project, model).records
        if experiment.status == "finished"
        and (created := datetime.fromisoformat(experiment.created_datetime)) <= now
    )
    return max(found, default=None)
