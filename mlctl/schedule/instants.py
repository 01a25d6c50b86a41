"""When a model is due: the instants of a cron expression in its own time zone.

The days on which clocks change, as Debian's cron has it (cron(8)): a time that the spring day lacks comes at
the first moment after the gap; one that the autumn day has twice comes once, the first time. Expressions with
``*`` in the minute or the hour go by the time that passes.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mlctl.domain.cron import ONCE, canonical, five_fields, wanted_form
from mlctl.errors import UsageError

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""The one instant of ``@once`` without a start date."""

_WINDOWS = tuple(timedelta(days=days) for days in (1 / 24, 1, 32, 370, 370 * 9))
"""How far to look back for the last instant: each finds what the one before was too short for."""

_CALENDAR_YEARS = 28
"""Weekdays and leap days repeat after so many years (until 2100)."""

_HOUR = 3_600
_EVE, _LAST_DAY = datetime(1999, 12, 31), datetime(1999 + _CALENDAR_YEARS, 12, 31)


class _Sim(CronSim):
    """cronsim, also where clocks change by half an hour, as on Lord Howe.

    Its steps of an hour, and those to a minute, expect that the minute hand stays where it is.
    """

    def tick(self, seconds: int = 1) -> None:
        """Go on by so much time; by an hour: to the top of the next."""
        before = self.dt
        super().tick(seconds - 60 * before.minute if seconds == _HOUR else seconds)
        if 60 < seconds < _HOUR and self.dt.utcoffset() != before.utcoffset():
            self.dt = before
            super().tick(60)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron expression, the zone it is meant in, and from when on it counts.

    Parameters
    ----------
    expression : str
        ``@once``, ``@hourly``, ``@daily``, ``@weekly``, ``@monthly``, ``@yearly``, or five fields.
    zone : str, default="UTC"
        An IANA time zone.
    start : datetime, default=None
        Aware; no instant lies before it.

    Raises
    ------
    UsageError
        When the expression is none.
    """

    expression: str
    zone: str = "UTC"
    start: datetime | None = None

    def __post_init__(self) -> None:
        if form := wanted_form(self.expression):
            raise UsageError(f"the schedule {self.expression!r} is none", f"wanted {form}")

    def last_due(self, after: datetime | None, now: datetime) -> datetime | None:
        """Return the newest instant in ``(after, now]``, in UTC; the others were missed, and are one run.

        Parameters
        ----------
        after : datetime or None
            Aware: the last moment that was handled. None: nothing ever was; then instants count from
            ``start`` on, and without a start only ``@once`` is due. In any case the caller remembers ``now``
            as handled.
        now : datetime
            Aware. Before ``after``, where a clock was set back, nothing is due.
        """
        if self._is_once:
            instant = self._first or AT_ONCE
            return instant if (after is None or after < instant) and instant <= now else None
        if after is None and self.start is None:
            return None
        begin = max(filter(None, (after, self._first and self._first - timedelta(microseconds=1))))
        return self._last(begin, now)

    def upcoming(self, now: datetime, count: int) -> tuple[datetime, ...]:
        """Return the next instants after ``now``, in UTC; none where an ``@once`` is over."""
        after = max(filter(None, (now, self._first and self._first - timedelta(microseconds=1))))
        if self._is_once:
            return (self._first,) if self._first and self._first > now else ()
        return tuple(islice(self._instants(after), count))

    def rounds_per_year(self) -> float:
        """Return how often it is due in a year, on average; 1 for ``@once``."""
        if self._is_once:
            return 1.0
        fields = five_fields(self.expression).split()
        times = CronSim(" ".join([*fields[:2], "*", "*", "*"]), _EVE)
        days = _until(CronSim(" ".join(["0", "0", *fields[2:]]), _EVE), _LAST_DAY)
        return len(times.minutes) * len(times.hours) * sum(1 for _ in days) / _CALENDAR_YEARS

    @property
    def _is_once(self) -> bool:
        return canonical(self.expression) == ONCE

    @property
    def _first(self) -> datetime | None:
        return self.start.astimezone(UTC) if self.start else None

    def _last(self, begin: datetime, now: datetime) -> datetime | None:
        starts = dict.fromkeys([*(max(begin, now - window) for window in _WINDOWS), begin])
        found = (deque(_until(self._instants(start), now), maxlen=1) for start in starts)
        return next((last.pop() for last in found if last), None)

    def _instants(self, after: datetime) -> Iterator[datetime]:
        """Yield the instants after a moment, in UTC, each once and in order."""
        last = after
        # cronsim forgets on which side of an autumn change it stands: what it yields may lie before.
        for local in _Sim(five_fields(self.expression), after.astimezone(ZoneInfo(self.zone))):
            instant = local.astimezone(UTC)
            if instant > last:
                yield instant
                last = instant


def _until(instants: Iterable[datetime], end: datetime) -> Iterator[datetime]:
    return takewhile(lambda instant: instant <= end, instants)
