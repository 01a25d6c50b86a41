"""The whole measuring, one stage after another."""

import json
import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from mlctl.bundle.bench import abuse, cold, stages
from mlctl.bundle.bench.processes import Server, running
from mlctl.bundle.bench.report import Level, Report, Soak
from mlctl.bundle.bench.rows import Rows
from mlctl.bundle.bench.target import Target
from mlctl.errors import MlctlError


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes
    ----------
    seconds : float
        Of each measurement.
    clients : tuple of int
        Of the closed loops.
    rates : tuple of float
        Requests a second of the open loops; empty for shares of what the server can do.
    minutes : float
        Of the soak; 0 for none.
    abuse : bool
        Whether the server is abused.
    cold_rounds : int
        Starts of a process.
    """

    seconds: float = 2.0
    clients: tuple[int, ...] = stages.CLIENTS
    rates: tuple[float, ...] = ()
    minutes: float = 0.0
    abuse: bool = True
    cold_rounds: int = 5


def bench(target: Target, plan: Plan, say: Callable[[str], None]) -> Report:
    """Measure a system that serves a model.

    Parameters
    ----------
    target : Target
        What is measured.
    plan : Plan
        How much.
    say : callable
        Takes a line before each stage.

    Raises
    ------
    MlctlError
        When it cannot be started.
    """
    busy = os.getloadavg()[0]
    say("self-test")
    selftest = _passes(target.selftest) if target.selftest else None
    say("one row, and many rows")
    rows = _rows(target, plan.seconds) if target.probe else None
    say("cold start")
    begun = cold.measure(target.predict, target.rows[0], rounds=plan.cold_rounds) if target.predict else None
    with running([*target.serve, "--port", "0"]) as server:
        idle = server.memory()
        say(f"{', '.join(map(str, plan.clients))} clients, then set rates")
        found = stages.levels(target, server, plan.seconds, plan.clients, plan.rates)
        soaked = _soak(target, server, plan, found, say)
        loaded = server.memory()
        say("abuse")
        ordeals = abuse.endure(target, server) if plan.abuse else ()
        started = server.started
    if plan.abuse:
        ordeals = (*ordeals, abuse.end_under_load(target, plan.seconds))
    return Report(
        target.name,
        target.version,
        target.tier,
        target.size,
        machine(),
        selftest,
        rows,
        begun,
        started,
        idle,
        loaded,
        found,
        ordeals,
        soaked,
        _notes(busy),
    )


def _soak(
    target: Target,
    server: Server,
    plan: Plan,
    found: tuple[Level, ...],
    say: Callable[[str], None],
) -> Soak | None:
    if not plan.minutes:
        return None
    rate = stages.rounded(max(level.found.rate for level in found) * stages.SOAK_SHARE)
    say(f"soak: {plan.minutes:g} minutes at {rate:,.0f} requests a second")
    return stages.soak(target, server, plan.minutes, rate)


def _passes(command: tuple[str, ...]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _rows(target: Target, seconds: float) -> Rows:
    done = subprocess.run([*target.probe, f"{seconds:g}"], capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        raise MlctlError(f"rows could not be measured: {last[0]}")
    return Rows(**json.loads(done.stdout))


def machine() -> dict[str, object]:
    """Return what figures depend on."""
    return {
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": cores(),
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _notes(busy: float) -> tuple[str, ...]:
    notes = []
    if busy > cores() * 0.75:
        notes.append(
            f"the machine was busy (load average {busy:.1f} on {cores()} cores): figures may be too slow"
        )
    if cores() < 2:
        notes.append(
            "server and generator shared one core: requests a second are less than the server can do"
        )
    return tuple(notes)
