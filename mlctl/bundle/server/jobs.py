"""When rows are predicted: at once, together with all that came in the same turn, or in slices.

A quick model answers a row at once. Where a row takes long, the rows of all requests that became readable in
the same turn of the event loop are predicted together: nobody waits for a window to pass, and at one
connection it costs nothing. Many rows are predicted in slices, so that others are answered in between.
"""

from __future__ import annotations

from collections import deque

from .faults import busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .service import InputError, Service

SLICE_S = 0.02
"""Seconds that one slice may take, about."""

TURN_S = 0.1
"""Seconds of rows that are predicted together, about."""

SLICE_ROWS = 256
"""Rows that are never sliced, and the first slice."""

LEAST_SLICE, MOST_SLICE = 16, 8192


class Job:
    """Rows that wait for their answers.

    Attributes
    ----------
    service : Service
        The version that answers, also where another is taken up meanwhile.
    rows : sequence of mapping
        The rows.
    done : callable
        Takes the answers, the faults, and what went wrong (an exception or None).
    dropped : bool
        Whether nobody waits any more.
    """

    __slots__ = ("answers", "done", "dropped", "faults", "rows", "service")

    def __init__(self, service: Service, rows: Sequence[Any], done: Callable[..., None]) -> None:
        self.service = service
        self.rows = rows
        self.done = done
        self.dropped = False
        self.answers: list[Any] = []
        self.faults: list[InputError] = []


class Jobs:
    """What waits in one worker.

    Parameters
    ----------
    later : callable
        Has a function called after what is ready now: ``loop.call_soon``.
    most : int
        Jobs that may wait.
    """

    def __init__(self, later: Callable[[Callable[[], None]], object], most: int) -> None:
        self._later, self._most = later, most
        self._turn: list[Job] = []
        self._long: deque[Job] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._turn) + len(self._long)

    def add(self, job: Job) -> None:
        """Take a job that is answered later.

        Raises
        ------
        Refusal
            When too many wait.
        """
        if len(self) >= self._most:
            raise busy(f"{len(self):,} requests wait already; send it again in a moment")
        if len(job.rows) > SLICE_ROWS:
            self._long.append(job)
            if len(self._long) == 1:
                self._later(self._slice)
            return
        self._turn.append(job)
        if len(self._turn) == 1:
            self._later(self._together)

    def _together(self) -> None:
        jobs, self._turn = _share(self._turn)
        if self._turn:
            self._later(self._together)
        of: dict[int, list[Job]] = {}
        for job in jobs:
            if not job.dropped:
                of.setdefault(id(job.service), []).append(job)
        for group in of.values():
            _predict_together(group)

    def _slice(self) -> None:
        job = self._long.popleft()
        if not job.dropped and _next_slice(job):
            self._long.append(job)  # at the end: long ones take turns
        if self._long:
            self._later(self._slice)


def _share(jobs: list[Job]) -> tuple[list[Job], list[Job]]:
    """Return the jobs to take now, the first one always, and the rest, for the turn after."""
    seconds = 0.0
    for count, job in enumerate(jobs):
        if seconds > TURN_S:
            return jobs[:count], jobs[count:]
        seconds += len(job.rows) * job.service.row_s
    return jobs, []


def _predict_together(jobs: list[Job]) -> None:
    try:
        answers, faults = jobs[0].service.predict([row for job in jobs for row in job.rows])
    except Exception as error:  # a model may raise anything, and only the job whose row it was shall fail
        if len(jobs) == 1:
            jobs[0].done((), (), error)
            return
        for job in jobs:
            _predict_together([job])
        return
    start = 0
    for job in jobs:
        end = start + len(job.rows)
        own = [_moved(fault, start) for fault in faults if start < fault.row <= end] if faults else []
        job.done(answers[start:end], own, None)
        start = end


def _moved(fault: InputError, by: int) -> InputError:
    return type(fault)(fault.row - by, fault.column, fault.message)


def _next_slice(job: Job) -> bool:
    """Predict the next rows of a long job; tell whether there are more."""
    begin = len(job.answers)
    known = job.service.row_s if begin else 0.0
    size = max(LEAST_SLICE, min(MOST_SLICE, int(SLICE_S / known))) if known > 0 else SLICE_ROWS
    try:
        answers, faults = job.service.predict(job.rows[begin : begin + size], first=begin + 1)
    except Exception as error:  # as above
        job.done((), (), error)
        return False
    job.answers += answers
    job.faults += faults
    if len(job.answers) < len(job.rows):
        return True
    job.done(job.answers, job.faults, None)
    return False
