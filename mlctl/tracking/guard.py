"""Logging never breaks the script: what cannot be logged is one warning, and the script goes on."""

import sys
import warnings


class TrackingWarning(UserWarning):
    """Something was not logged; the script went on."""


_said: set[str] = set()


def warn(message: str) -> None:
    """Warn once of each thing; where warnings are errors, say it on stderr instead."""
    if message in _said:
        return
    _said.add(message)
    try:
        warnings.warn(f"mlctl: {message}", TrackingWarning, stacklevel=_level())
    except Warning:  # -W error, or a test's filter: what is a warning here must not become the script's end
        sys.stderr.write(f"warning: mlctl: {message}\n")


def forget() -> None:
    """Forget what was said, as a new process has."""
    _said.clear()


def _level() -> int:
    """Return how many frames up the script's own line stands."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("mlctl", "contextlib", "sklearn")
