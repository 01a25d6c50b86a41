"""What a report is held against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlctl.bundle.bench.report import Report

MEGA = 1e6


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure and its limit.

    Attributes
    ----------
    name : str
        The limit's key in the parameters file.
    value : float or None
        What was measured; None where it was not.
    limit : float
        The limit.
    ok : bool
        Whether it holds; a figure that was not measured does not break one.
    """

    name: str
    value: float | None
    limit: float
    ok: bool


def p_of_http(which: str) -> Callable[[Report], float | None]:
    """Return what reads a percentile of the requests of one client, in milliseconds."""

    def read(report: Report) -> float | None:
        level = report.level(1)
        return level.found.latency[which] * 1e3 if level else None

    return read


def _rate(report: Report) -> float | None:
    level = report.level(16)
    return level.found.rate if level else None


FIGURES: Mapping[str, Callable[[Report], float | None]] = {
    "p50_ms": p_of_http("p50"),
    "p99_ms": p_of_http("p99"),
    "requests_s": _rate,
    "row_ms": lambda report: report.rows.latency["p50"] * 1e3 if report.rows else None,
    "batch_rows_s": lambda report: report.rows.batch_rate if report.rows else None,
    "cold_start_ms": lambda report: report.cold.seconds * 1e3 if report.cold else None,
    "memory_mb": lambda report: report.memory_loaded / MEGA if report.memory_loaded else None,
    "size_mb": lambda report: report.size / MEGA,
}
"""Name of a limit to the figure that it holds for."""

AT_LEAST = ("requests_s", "batch_rows_s")
"""Limits that a figure has to reach; all others it must not exceed."""


def judge(report: Report, limits: Mapping[str, float]) -> tuple[Measured, ...]:
    """Hold a report against limits.

    Parameters
    ----------
    report : Report
        What was measured.
    limits : mapping
        Some of the names in :data:`FIGURES`.
    """
    return tuple(_measured(name, FIGURES[name](report), limit) for name, limit in limits.items())


def _measured(name: str, value: float | None, limit: float) -> Measured:
    ok = value is None or (value >= limit if name in AT_LEAST else value <= limit)
    return Measured(name, value, limit, ok)
