"""Ctrl-C, SIGTERM and SIGHUP: one way to stop, whenever it comes and whoever swallows it.

The three raise :class:`Interrupted`, a ``KeyboardInterrupt``, in the main thread, so that every ``finally``
and every context cleans up. What is raised instead of it later (a library that wraps what it catches) is
still known for what it is, since :func:`caught` remembers. While it is being handled, more of them are
ignored: the clean-up is not cut short. Imports are light: this is in place before anything else is loaded.
"""

import os
import signal
import sys
import time
from types import FrameType
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S = 1.0
"""Seconds of clean-up after which a third Ctrl-C ends the process at once."""
PRESSES = 3
RETRY_S = 0.02
STILL_CLEANING = b"cleaning up; Ctrl-C once more leaves at once\n"


class Interrupted(KeyboardInterrupt):
    """A signal asked for the end; its text is what did: ``Ctrl-C``, ``SIGTERM`` or ``SIGHUP``."""

    def __init__(self, number: int) -> None:
        super().__init__("Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name)
        self.number = number


class _Heard:
    """What has come so far: the first signal, how often Ctrl-C, and since when (monotonic seconds)."""

    number: int | None = None
    presses = 0
    since = 0.0


_heard = _Heard()


def listen() -> None:
    """Turn the three signals into :class:`Interrupted`; one that is ignored (by nohup) stays ignored."""
    for number in STOPPING:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _stop)
    signal.signal(signal.SIGALRM, _again)
    sys.unraisablehook = _unraisable


def remember(number: int) -> None:
    """Take note of a signal that came before anything listened; :func:`check` raises it."""
    _heard.number, _heard.since = number, time.monotonic()


def check() -> None:
    """Raise what was remembered."""
    if _heard.number is not None:
        raise Interrupted(_heard.number)


def caught() -> int | None:
    """Return the number of the first signal that came; None where none did."""
    return _heard.number


def words(error: BaseException) -> str:
    """Return how a person is told of an interruption.

    Examples
    --------
    >>> words(KeyboardInterrupt()), words(Interrupted(signal.SIGTERM))
    ('interrupted', 'interrupted by SIGTERM')
    """
    number = error.number if isinstance(error, Interrupted) else signal.SIGINT
    return "interrupted" if number == signal.SIGINT else f"interrupted by {error}"


def over() -> None:
    """Take no notice of Ctrl-C from here on: all is said, and the interpreter is ending.

    Whoever stops a process often sends his signal twice; the second changes nothing either.
    """
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in STOPPING:
        if signal.getsignal(number) is _stop:
            # What hangs at the end can still be ended by SIGTERM.
            ignored = number == signal.SIGINT or _heard.number is not None
            signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)


def _stop(number: int, _: FrameType | None) -> None:
    if _heard.number is None:
        remember(number)
    _heard.presses += number == signal.SIGINT
    if not _is_being_handled():
        check()
    elif number == signal.SIGINT:
        _hurry()


def _hurry() -> None:
    # Written past sys.stderr, which this very signal may have interrupted.
    late = time.monotonic() - _heard.since > PATIENCE_S
    if late and _heard.presses >= PRESSES:
        os._exit(128 + signal.SIGINT)
    if late:
        os.write(2, STILL_CLEANING)


def _is_being_handled() -> bool:
    """Tell whether an interruption is on its way up, through a ``finally`` or an ``except``."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, Interrupted):
        error = error.__context__
    return error is not None


def _unraisable(told: Any) -> None:
    """Send an interruption again that came inside a callback or a destructor, where Python drops it."""
    if isinstance(told.exc_value, Interrupted):
        signal.setitimer(signal.ITIMER_REAL, RETRY_S)
    elif _heard.number is None:
        sys.__unraisablehook__(told)


def _again(_: int, __: FrameType | None) -> None:
    if not _is_being_handled():
        check()
