"""What is measured over HTTP."""

import statistics
import sys
import threading
import time
from collections.abc import Sequence
from itertools import combinations

from mlctl.bundle.bench.load import Order
from mlctl.bundle.bench.processes import Server, found_in, generate, running, started
from mlctl.bundle.bench.report import Level, Moment, Soak
from mlctl.bundle.bench.target import Target, request

CLIENTS = (1, 4, 16, 64)
SHARES = (0.25, 0.5, 0.75)
"""Rates of the open loops, as shares of what the closed loop with 16 clients reached."""

OPEN_CLIENTS = 64
WARM_UP = 0.15
"""Of the seconds of a stage."""

SOAK_SHARE = 0.3
LOOKS = 60
NOTHING = (sys.executable, "-m", "mlctl.bundle.bench.nothing")


def levels(
    target: Target, server: Server, seconds: float, clients: Sequence[int], rates: Sequence[float]
) -> tuple[Level, ...]:
    """Measure closed and open loops, each beside the same server doing nothing.

    Parameters
    ----------
    target : Target
        What is measured.
    server : Server
        Serves it.
    seconds : float
        Of each measurement.
    clients : sequence of int
        Of the closed loops.
    rates : sequence of float
        Of the open loops; empty for :data:`SHARES` of what the server can do.
    """
    requests = tuple(request(body).decode("latin-1") for body in target.bodies())
    with running(NOTHING) as nothing, running([*NOTHING, "--bare"]) as bare:
        closed = [_closed(requests, (server, nothing, bare), count, seconds) for count in clients]
        most = max(level.found.rate for level in closed)
        wanted = rates or [rounded(most * share) for share in SHARES]
        opened = [_open(requests, (server, nothing), rate, seconds) for rate in wanted]
    return (*closed, *opened)


def _closed(requests: tuple[str, ...], servers: Sequence[Server], clients: int, seconds: float) -> Level:
    found, nothing, bare = (
        generate(Order(one.host, one.port, requests, clients, seconds, warm_up=seconds * WARM_UP))
        for one in servers
    )
    return Level("closed", clients, 0.0, found, nothing, bare.rate)


def _open(requests: tuple[str, ...], servers: Sequence[Server], rate: float, seconds: float) -> Level:
    found, nothing = (
        generate(Order(one.host, one.port, requests, OPEN_CLIENTS, seconds, rate, seconds * WARM_UP))
        for one in servers
    )
    return Level("open", OPEN_CLIENTS, rate, found, nothing)


def rounded(rate: float) -> float:
    """Return a rate with two digits that count."""
    return max(1.0, float(f"{rate:.2g}"))


def soak(target: Target, server: Server, minutes: float, rate: float) -> Soak:
    """Keep a server under an even load, and watch its memory and its latency.

    Parameters
    ----------
    rate : float
        Requests a second.
    """
    requests = tuple(request(body).decode("latin-1") for body in target.bodies())
    seconds = minutes * 60
    order = Order(server.host, server.port, requests, OPEN_CLIENTS, seconds, rate)
    memory: list[tuple[float, int]] = []
    with started(order) as generator:
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(server, seconds / LOOKS, memory, over))
        watcher.start()
        out, err = generator.communicate()
        over.set()
        watcher.join()
    found = found_in(generator, out, err)
    moments = tuple(
        Moment(part["at"], _nearest(memory, part["at"]), part["p50"], part["p99"], int(part["requests"]))
        for part in found.windows
    )
    slope = slope_of(memory[len(memory) // 2 :]) * 3600
    return Soak(seconds, rate, moments, found.lost + found.refused, slope, _drift(moments))


def _watch(server: Server, step: float, memory: list[tuple[float, int]], over: threading.Event) -> None:
    begin = time.monotonic()
    while not over.wait(step):
        memory.append((time.monotonic() - begin, server.memory()))


def _nearest(memory: Sequence[tuple[float, int]], at: float) -> int:
    return min(memory, key=lambda seen: abs(seen[0] - at))[1] if memory else 0


def slope_of(points: Sequence[tuple[float, float]]) -> float:
    """Return the median slope between all pairs of points (Theil and Sen); 0 for fewer than two."""
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x2 != x1]
    return statistics.median(slopes) if slopes else 0.0


def _drift(moments: Sequence[Moment]) -> float:
    quarter = max(1, len(moments) // 4)
    if not moments:
        return 1.0
    first = statistics.median(moment.p50 for moment in moments[:quarter])
    last = statistics.median(moment.p50 for moment in moments[-quarter:])
    return last / first if first else 1.0
