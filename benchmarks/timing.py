"""Whole processes, measured alternately.

A claim is a ratio of medians. The commands take turns, so that a machine that slows down slows them all, and
each run is a process of its own, start-up included: that is what a user waits for.

The process that measures has to stay small: on Linux the peak memory of a child begins with that of its
parent. Whatever needs memory (writing a large file, say) is done in a process of its own.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Quantity = Literal["wall", "cpu", "peak"]

_UNITS = {"wall": "s", "cpu": "s", "peak": "MB"}
# Linux counts kilobytes, macOS bytes.
_PEAK_UNIT = 1 << 20 if sys.platform == "darwin" else 1 << 10


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command.

    Attributes
    ----------
    wall : float
        Seconds from start to end.
    cpu : float
        Seconds of processor time, user and system, of the process and of those it waited for.
    peak : float
        Largest resident memory of any of them, in MB of 2^20 bytes.
    """

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Timing:
    """All runs of a command."""

    name: str
    runs: tuple[Run, ...]

    def median(self, quantity: Quantity) -> float:
        """Return the median of one quantity."""
        return float(statistics.median(getattr(run, quantity) for run in self.runs))

    def ratio(self, other: "Timing", quantity: Quantity) -> float:
        """Return this command's median over the other's."""
        return self.median(quantity) / other.median(quantity)

    def as_dict(self) -> dict[str, object]:
        """Return the medians and every run, as JSON takes them."""
        medians: dict[str, object] = {f"{name}_{unit}": self.median(name) for name, unit in _quantities()}
        return medians | {
            "runs": [{name: getattr(run, name) for name, _ in _quantities()} for run in self.runs]
        }


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int = subprocess.DEVNULL,
) -> Run:
    """Run a command once.

    Parameters
    ----------
    command : sequence
        The program and its words; no shell.
    cwd : Path, optional
        Where it runs.
    env : mapping, optional
        Its whole environment; this process's where None.
    stdout : int
        A file descriptor, such as a terminal's; its output is thrown away by default.

    Raises
    ------
    RuntimeError
        When it fails: a failure must not count as quick.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    ) as process:
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said.decode()}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _PEAK_UNIT / (1 << 20))


def alternate(
    commands: Mapping[str, Sequence[str | Path]],
    *,
    rounds: int,
    warm_up: int = 1,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int = subprocess.DEVNULL,
) -> dict[str, Timing]:
    """Run the commands in turn, and return their timings by name.

    Parameters
    ----------
    commands : mapping
        Name to command.
    rounds : int
        How often each is measured.
    warm_up : int, default=1
        Rounds before those, which fill the caches and are not counted.
    """
    rounds_of = [
        {name: run(command, cwd=cwd, env=env, stdout=stdout) for name, command in commands.items()}
        for _ in range(warm_up + rounds)
    ]
    return {name: Timing(name, tuple(done[name] for done in rounds_of[warm_up:])) for name in commands}


def table(timings: Sequence[Timing], quantities: Sequence[Quantity] = ("wall", "cpu", "peak")) -> str:
    """Return the medians as plain text, one command a line."""
    width = max(len(timing.name) for timing in timings)
    head = f"{'':{width}}" + "".join(f"{f'{name} {_UNITS[name]}':>12}" for name in quantities)
    rows = [
        f"{timing.name:{width}}" + "".join(f"{timing.median(name):12.3f}" for name in quantities)
        for timing in timings
    ]
    return "\n".join([head, *rows])


def _quantities() -> list[tuple[Quantity, str]]:
    return [("wall", "s"), ("cpu", "s"), ("peak", "mb")]
