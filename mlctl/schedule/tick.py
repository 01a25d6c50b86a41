"""The command that looks whether anything is due, as a shell, a crontab and systemd have to be told it."""

import hashlib
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from mlctl.errors import UsageError

EVERY_MINUTES = 15
"""Minutes between two looks; a schedule that asks for more is due as often as it is looked at."""

_UNSAFE = ("\n", "\r", "\0", "\\")


@dataclass(frozen=True, slots=True)
class Tick:
    """One store's tick.

    Parameters
    ----------
    python : Path
        The interpreter that mlctl is installed for, absolute.
    store : Path
        The store's directory, absolute.
    env_file : Path, default=None
        Lines ``NAME=value`` for the environment, absolute: jobs know none of a login's variables.

    Raises
    ------
    UsageError
        When a path holds a line break or a backslash: what starts jobs reads them in ways of its own.
    """

    python: Path
    store: Path
    env_file: Path | None = None

    def __post_init__(self) -> None:
        for path in filter(None, (self.python, self.store, self.env_file)):
            if any(character in os.fspath(path) for character in _UNSAFE):
                raise UsageError(
                    f"{os.fspath(path)!r} holds a line break or a backslash",
                    "give the directory another name",
                )

    @property
    def identity(self) -> str:
        """12 hex digits that are the same for the same place."""
        return hashlib.sha256(os.fsencode(self.store)).hexdigest()[:12]

    @property
    def minute(self) -> int:
        """The first minute of an hour in which it runs: stores on one machine do not all start at once."""
        return int(self.identity, 16) % EVERY_MINUTES

    @property
    def words(self) -> tuple[str, ...]:
        """The command, word by word."""
        # -P: jobs start in the home directory, and a folder there named mlctl is not to be imported.
        command = (os.fspath(self.python), "-P", "-m", "mlctl", "retrain", "--due")
        return (*command, "--store", os.fspath(self.store))

    @property
    def shell(self) -> str:
        """The command as ``/bin/sh`` reads it."""
        command = shlex.join(self.words)
        if self.env_file is None:
            return command
        return f"set -a; . {shlex.quote(os.fspath(self.env_file))}; set +a; {command}"
