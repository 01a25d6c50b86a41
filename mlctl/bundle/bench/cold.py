"""From the start of a process to its first prediction."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.errors import MlctlError

_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Cold:
    """What was found.

    Attributes
    ----------
    seconds : float
        Median from the start of the process to its end, one prediction made.
    bare : float
        Median of a Python that does nothing, run in turn with it.
    memory : int
        Largest memory of the process, in bytes.
    """

    seconds: float
    bare: float
    memory: int


def measure(command: Sequence[str], row: Mapping[str, Any], *, rounds: int = 5) -> Cold:
    """Run a command that predicts one row from stdin, and a bare Python, in turn.

    Raises
    ------
    MlctlError
        When the command fails.
    """
    given = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    bare = [sys.executable, "-I", "-S", "-c", "pass"]
    ours, theirs, memory = [], [], 0
    for _ in range(rounds):
        seconds, peak = _run(command, given)
        ours.append(seconds)
        memory = max(memory, peak)
        theirs.append(_run(bare, b"")[0])
    return Cold(statistics.median(ours), statistics.median(theirs), memory)


def _run(command: Sequence[str], given: bytes) -> tuple[float, int]:
    begin = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        if process.stdin and given:
            process.stdin.write(given)
        if process.stdin:
            process.stdin.close()
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        raise MlctlError(f"a prediction in a new process failed: {last[0]}")
    return seconds, usage.ru_maxrss * _BYTES
