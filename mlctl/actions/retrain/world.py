"""What a run takes from outside: the time, the environment, and how processes are started."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

_PYTHON = (sys.executable, *(("-P",) if sys.flags.safe_path else ()))
COMMAND = (*_PYTHON, "-m", "mlctl.actions.retrain.child")
"""What a step's process is started with; its directory and its name follow."""


@dataclass(frozen=True, slots=True)
class World:
    """Clock, environment and processes.

    Attributes
    ----------
    environ : mapping
        The environment.
    clock, sleep : callable
        Seconds that never go back, and waiting for so many of them.
    random : Random
        For the waits between attempts.
    told_now : datetime or None
        The time to take for now, aware; None for the machine's.
    command : sequence of str
        What starts a step.
    """

    environ: Mapping[str, str]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    random: Random = field(default_factory=Random)
    told_now: datetime | None = None
    command: Sequence[str] = COMMAND

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self.told_now.astimezone(UTC) if self.told_now else datetime.now(UTC)
