"""The small model as something to measure, and reports that were never measured."""

import sys

from mlctl.bundle.bench.abuse import Ordeal
from mlctl.bundle.bench.cold import Cold
from mlctl.bundle.bench.load import Found
from mlctl.bundle.bench.report import Level, Moment, Report, Soak
from mlctl.bundle.bench.rows import Rows
from mlctl.bundle.bench.target import Target
from tests.bundle.server import small

PYTHON = (sys.executable, "-c")
ROWS_SAID = (
    "import json, sys; float(sys.argv[1]); "
    "print(json.dumps({'latency': {'p50': 1e-6}, 'calls': 5, 'batch_rows': 10, 'batch_rate': 9.0}))"
)


def target(*words, **more):
    given = {
        "name": "small",
        "version": "small_abc123_1",
        "tier": "portable",
        "serve": (sys.executable, small.__file__, *words),
        "predict": (*PYTHON, "input()"),
        "probe": (*PYTHON, ROWS_SAID),
        "selftest": (*PYTHON, "pass"),
        "rows": (small.ROW, small.LOW),
        "size": 1000,
    }
    return Target(**given | more)


def found(rate=100.0, p50=0.001, p99=0.002, **more):
    latency = {"p50": p50, "p95": p50, "p99": p99, "p999": p99, "max": p99}
    return Found(int(rate), more.pop("refused", 0), more.pop("lost", 0), 1.0, latency, **more)


def report(**more):
    levels = (
        Level("closed", 1, 0.0, found(), found(200.0), 300.0),
        Level("closed", 16, 0.0, found(1000.0), found(2000.0), 3000.0),
        Level("open", 64, 500.0, found(500.0), found(500.0)),
    )
    latency = {"p50": 4e-6, "p95": 5e-6, "p99": 6e-6, "p999": 7e-6, "max": 1e-3}
    given = {
        "model": "small",
        "version": "small_abc123_1",
        "tier": "portable",
        "size": 2000,
        "machine": {"platform": "a <machine>", "cores": 2},
        "selftest": True,
        "rows": Rows(latency, 1000, 10_000, 50_000.0),
        "cold": Cold(0.016, 0.008, 10_000_000),
        "start": 0.1,
        "memory_idle": 20_000_000,
        "memory_loaded": 21_000_000,
        "levels": levels,
        "ordeals": (Ordeal("bad JSON", True, "400"),),
        "notes": ("the machine was busy",),
    }
    return Report(**given | more)


def soak(**more):
    moments = tuple(Moment(at * 10.0, 20_000_000 + at, 0.001, 0.002, 100) for at in range(8))
    return Soak(
        **{"seconds": 80.0, "rate": 50.0, "moments": moments, "failed": 0, "memory_slope": 1.0, "drift": 1.0}
        | more
    )
