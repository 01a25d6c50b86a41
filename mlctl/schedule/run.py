"""A command of the person's own, fed with a text."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mlctl.errors import MlctlError

_MOST_SAID = 200


def run_command(
    command: str, text: str, environ: Mapping[str, str], timeout: float, folder: Path | None = None
) -> None:
    """Run a command by ``/bin/sh`` with a text on its standard input.

    Parameters
    ----------
    timeout : float
        Seconds.
    folder : Path, optional
        The working directory; the caller's without one, and where it is gone: somebody is to be told.

    Raises
    ------
    MlctlError
        When it cannot be started, does not end in time (its whole process group is then killed), or ends in
        anything but 0; with the end of what it said.
    """
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=folder if folder and folder.is_dir() else None,
            start_new_session=True,
        )
    except OSError as error:
        raise MlctlError(f"cannot be run: {(error.strerror or 'refused').lower()}") from None
    try:
        said, _ = process.communicate(text.encode(), timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise MlctlError(f"did not end within {timeout:g} s") from None
    if process.returncode:
        end = " ".join(said.decode(errors="replace").split())[-_MOST_SAID:]
        raise MlctlError(f"exit code {process.returncode}" + (f": {end}" if end else ""))
