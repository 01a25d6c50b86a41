"""One step in a process of its own: its output goes to the log, and it ends when its time is over."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from mlctl.errors import MlctlError
from mlctl.files.log import open_end

GRACE = 5.0
"""Seconds between the request to end and the end."""

PARTING = 0.5
"""Seconds for what a step started to end after it, by itself."""

_BETWEEN_LOOKS = 0.01


class OutOfTimeError(MlctlError):
    """The run took longer than it may."""


class DiedError(MlctlError):
    """The process of a step was killed."""


def launch(command: Sequence[str], *, log: Path, lock: int, timeout: float) -> int:
    """Run a step to its end, and return its exit code.

    It is a process group of its own, and holds the model's lock beside the caller. Its standard input is a
    pipe from the caller: when that ends, however it ends, so does the step
    (:mod:`mlctl.actions.retrain.child`).

    Parameters
    ----------
    log : Path
        Where its output is added.
    lock : int
        The open file that holds the model's lock.
    timeout : float
        Seconds.

    Raises
    ------
    OutOfTimeError
        When it took longer; nothing of its process group is left.
    DiedError
        When it was killed.
    """
    if timeout <= 0:
        raise OutOfTimeError("no time was left for it")
    output = open_end(log)
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            pass_fds=(lock,),
            start_new_session=True,
        ) as process:
            code = _wait(process, timeout)
    finally:
        os.close(output)
    if code < 0:
        name = signal.Signals(-code).name
        more = "; it may have taken too much memory" if name == "SIGKILL" else ""
        raise DiedError(f"its process was ended by {name}{more}", "see the log of the run")
    return code


def _wait(process: "subprocess.Popen[bytes]", timeout: float) -> int:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise OutOfTimeError("it took too long and was ended") from None
    finally:
        _end_group(process)


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of the process group: the step itself where it goes on, and what it left behind."""
    first = (0, PARTING) if process.poll() is not None else (signal.SIGTERM, GRACE)
    for number, patience in (first, (signal.SIGKILL, 0.0)):
        if _is_gone(process, number, patience):
            return


def _is_gone(process: "subprocess.Popen[bytes]", number: int, patience: float) -> bool:
    """Send a signal to the group, and tell whether nothing of it is left after a while."""
    deadline = time.monotonic() + patience
    try:
        os.killpg(process.pid, number)
        while time.monotonic() < deadline:
            time.sleep(_BETWEEN_LOOKS)
            process.poll()
            os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False
