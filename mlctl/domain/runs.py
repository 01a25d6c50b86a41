"""What a model's journal of retraining tells: its runs, and the state that they left the model in.

The journal is a list of entries, each a mapping with ``what``, ``run`` and ``time``:

===========  ==========================================================================================
began        a process took the run on: ``triggers``, ``covers``, ``pid``, ``host``
stepped      a step is done: ``step``, ``seconds``, ``attempts``
crashed      the run was found without a process, or a step's process was killed: ``reason``
paused       somebody stopped it: the next call goes on with it
resumed      a process went on with it
ended        it is over: ``outcome``, ``seconds``, ``reason``, ``code`` and what came of it
told         the operator was told, one way at least: ``changes``
unsent       a message reached nobody: ``changes``
quarantined  it crashed too often; nothing is begun until somebody asks with force
released     somebody did
===========  ==========================================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Trigger = Literal["schedule", "new_data", "degraded", "drift", "usage", "request"]
Entry = Mapping[str, Any]

MOST_CRASHES = 3
"""Crashes in a row after which a model is left alone until a person asks for it."""

MOST_TELLINGS = 3
"""Calls in which a message is tried before it is given up."""

MOST_AHEAD = timedelta(days=366)
"""How far back a clock may be set and what was handled still counts as handled."""

DONE = frozenset({"promoted", "kept", "undecided", "nothing"})
"""Outcomes of a run in which nothing went wrong."""

UNHANDLED = frozenset({"", "crashed"})
"""Outcomes after which what the run was for is still to be done."""

DATA_STEPS = ("fetch", "decide")
"""The steps of a run that only looks."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A trigger that fired.

    Attributes
    ----------
    key : str
        ``trigger:instant`` or ``trigger:fingerprint``; a second start with the same key does nothing.
    why : str
        A clause for a person, with its numbers.
    """

    trigger: Trigger
    key: str
    why: str

    def to_dict(self) -> dict[str, str]:
        """Return what the journal holds."""
        return {"trigger": self.trigger, "key": self.key, "why": self.why}


@dataclass(frozen=True, slots=True)
class Run:
    """One run, from what the journal says of it.

    Attributes
    ----------
    run : str
        Its name: the time at which it began, and four hex digits.
    covers : dict
        ``schedule`` and ``check`` to the instants that it stands for: ``[after, until]``, the first of them
        outside, None for no beginning.
    outcome : str
        ``promoted``, ``kept``, ``undecided``, ``nothing``, ``refused``, ``failed``, ``stopped``, ``timeout``,
        ``crashed``; empty while it is not over.
    steps : tuple of (str, float, int)
        Name, seconds and attempts of each step that is done.
    is_down : bool
        Whether it is known that its process is gone, and nobody went on with it.
    was_paused : bool
        Whether somebody stopped it, and nobody went on with it.
    found : dict
        What came of it: ``champion``, ``challenger``, ``fingerprint``, ``looked`` and more.
    """

    run: str
    began: str
    triggers: tuple[Fired, ...] = ()
    covers: dict[str, list[str | None]] = field(default_factory=dict)
    pid: int = 0
    host: str = ""
    parameters: str = ""
    outcome: str = ""
    ended: str = ""
    seconds: float = 0.0
    reason: str = ""
    code: int = 0
    is_down: bool = False
    was_paused: bool = False
    steps: tuple[tuple[str, float, int], ...] = ()
    crashes: int = 0
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it is not over: it goes on, or its process is gone."""
        return not self.outcome

    @property
    def was_unreadable(self) -> bool:
        """Whether it is none: the parameters file could not be read, nor whom to tell."""
        return bool(self.found.get("unreadable"))

    def was_set_off_by(self, trigger: Trigger) -> bool:
        """Tell whether a trigger is among those that fired."""
        return any(fired.trigger == trigger for fired in self.triggers)

    def to_dict(self) -> dict[str, Any]:
        """Return a row of the list of runs."""
        return {
            "run": self.run,
            "began": self.began,
            "ended": self.ended or None,
            "triggers": [fired.to_dict() for fired in self.triggers],
            "outcome": self.outcome,
            "seconds": self.seconds,
            "exit_code": self.code,
            "reason": self.reason,
            "crashes": self.crashes,
            "steps": [{"step": s, "seconds": t, "attempts": n} for s, t, n in self.steps],
            **self.found,
        }


@dataclass(frozen=True, slots=True)
class History:
    """All runs of a model, the oldest first, and what they left.

    Attributes
    ----------
    crashes : int
        In a row, up to now.
    quarantined : str
        Since when; empty where it is not.
    unsent : tuple of str
        Runs of which a message reached nobody, once for each time.
    """

    runs: tuple[Run, ...] = ()
    crashes: int = 0
    quarantined: str = ""
    told: frozenset[str] = frozenset()
    unsent: tuple[str, ...] = ()

    @property
    def open(self) -> Run | None:
        """The run that is not over, where there is one."""
        return self.runs[-1] if self.runs and self.runs[-1].is_open else None

    @property
    def keys(self) -> frozenset[str]:
        """The keys of everything that was handled."""
        handled = (run for run in self.runs if run.outcome not in UNHANDLED)
        return frozenset(fired.key for run in handled for fired in run.triggers)

    @property
    def untold(self) -> tuple[Run, ...]:
        """The runs of which somebody has to be told and was not: the last, and those tried in vain before.

        Others than the last that was never tried ended when nobody was named.
        """
        last = [run for run in self.runs if not run.was_unreadable][-1:]
        return tuple(
            run
            for run in self.runs
            if run.found.get("changes")
            and run.run not in self.told
            and (run in last or run.run in self.unsent)
            and self.unsent.count(run.run) < MOST_TELLINGS
        )

    @property
    def state(self) -> str:
        """``ok``, ``quarantined``, or the outcome of the last run that is over where something went wrong.

        A look at the data that set nothing off mends what went wrong with the data, not with a training.
        Parameters that could not be read are passed over: nobody could be told of them.
        """
        looked = False
        for run in reversed(self.runs):
            if run.found.get("quarantined"):
                return "quarantined"
            if run.outcome == "nothing":
                looked = True
            elif run.outcome not in UNHANDLED and not run.was_unreadable:
                mended = run.outcome in DONE or (looked and run.found.get("step") in DATA_STEPS)
                return "ok" if mended else run.outcome
        return "ok"

    def handled_until(self, kind: str, now: datetime) -> datetime | None:
        """Return the last instant up to now that a run stood for; None where there is none.

        Those of the future were handled before the clock was set back.
        """
        ends = (until for _, until in self._covered(kind) if until <= now)
        return max(ends, default=None)

    def is_handled(self, kind: str, instant: datetime, now: datetime) -> bool:
        """Tell whether a run stood for this instant.

        Runs of a future that is more than a year off do not count: their clock was wrong, and would otherwise
        hold everything up until then.
        """
        return any(
            (after is None or after < instant) and instant <= until
            for after, until in self._covered(kind)
            if until <= now + MOST_AHEAD or instant == until
        )

    def degraded_in_a_row(self, champion: str) -> int:
        """Return at how many of the last looks that could tell the champion was found worse.

        They count from anew after a training that was set off by it.
        """
        count = 0
        for run in reversed(self.runs):
            looked = run.found.get("looked") or {}
            if looked.get("degraded") is None or run.outcome in UNHANDLED:
                continue
            if not looked["degraded"] or looked.get("champion") != champion or run.was_set_off_by("degraded"):
                break
            count += 1
        return count

    def _covered(self, kind: str) -> list[tuple[datetime | None, datetime]]:
        spans = (run.covers[kind] for run in self.runs if kind in run.covers and run.outcome not in UNHANDLED)
        return [(_time(after), until) for after, end in spans if (until := _time(end))]


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
