"""The user's crontab: read whole, written whole, by the ``crontab`` command alone."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from mlctl.errors import MlctlError, NotFoundError

_EMPTY = b"no crontab for"
_SECONDS = 30.0

_SHOWN = {b"\r": rb"\r", b"\b": rb"\b"}
"""What Debian's ``crontab -l`` (3.0pl1-162) spells out. Put back as listed, it would be another text."""


@dataclass(frozen=True, slots=True)
class Crontab:
    """The crontab of the user that mlctl runs as.

    Parameters
    ----------
    environ : mapping
        Its ``PATH`` says where the command is.
    """

    environ: Mapping[str, str]

    def read(self) -> bytes:
        """Return what it holds, byte for byte; nothing where the user has none.

        Raises
        ------
        NotFoundError
            When there is no ``crontab`` command.
        MlctlError
            When it refuses.
        """
        done = self._run(["-l"], b"")
        if done.returncode and _EMPTY in done.stderr:
            return b""
        if done.returncode:
            raise _refused("read", done.stderr)
        listed = done.stdout
        return self._as_it_is(listed) if any(shown in listed for shown in _SHOWN.values()) else listed

    def _as_it_is(self, listed: bytes) -> bytes:
        """Return the table behind a listing in which control characters may be spelled out."""
        # An editor gets the bytes themselves; this one shows them and changes nothing.
        raw = self._run(["-e"], b"", VISUAL="cat", EDITOR="cat").stdout
        spelled = raw
        for character, shown in _SHOWN.items():
            spelled = spelled.replace(character, shown)
        if listed not in (raw, spelled):
            raise MlctlError(
                "the crontab cannot be read byte for byte: the crontab command spells control characters out",
                "put the line in by hand: mlctl schedule print",
            )
        return raw

    def write(self, table: bytes) -> None:
        """Put another in its place; an empty one is as good as none.

        Raises
        ------
        NotFoundError
            When there is no ``crontab`` command.
        MlctlError
            When it refuses: what stood there still stands.
        """
        done = self._run(["-"], table)
        if done.returncode:
            raise _refused("change", done.stderr)

    def _run(self, words: list[str], given: bytes, **variables: str) -> "subprocess.CompletedProcess[bytes]":
        command = shutil.which("crontab", path=self.environ.get("PATH", os.defpath))
        if command is None:
            raise NotFoundError("there is no crontab command on this machine")
        try:
            return subprocess.run(
                [command, *words],
                input=given,
                capture_output=True,
                check=False,
                timeout=_SECONDS,
                env={**self.environ, "LC_ALL": "C", **variables},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MlctlError(f"{command} cannot be run: {error}") from None


def _refused(doing: str, said: bytes) -> MlctlError:
    reason = " ".join(said.decode(errors="replace").split()) or "it says no reason"
    return MlctlError(
        f"the crontab command refuses to {doing} the crontab: {reason}",
        "may this user have one? see cron.allow and cron.deny; or: mlctl schedule add --backend systemd",
    )
