"""What logging costs a script: microseconds a metric, and the time that ``import mlctl`` takes.

Goals: at most 0.2 ms a metric, and at most 20 ms over bare Python for the import. Beside them stand a loop
that only writes lines to a file, and MLflow's ``log_metric`` into its file store where ``.mlflow/`` has one.

::

    python -m benchmarks.tracking [--rounds 9] [--points 5000] [--json]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.timing import alternate, table

_ROOT = Path(__file__).parent.parent
GOAL_METRIC_US = 200.0
GOAL_IMPORT_S = 0.020

_LOOP = """
import sys, time
points = int(sys.argv[1])
{before}
start = time.perf_counter()
for step in range(points):
    {each}
took = time.perf_counter() - start
{after}
print(took / points * 1e6)
"""

LOOPS = {
    "file.write": ("file = open('lines.csv', 'w')", "file.write(f'loss,{step},{0.5!r}\\n')", "file.close()"),
    "mlctl log_metric": (
        "import mlctl; e = mlctl.experiment('bench/tracking')",
        "e.log_metric('loss', 0.5, step=step)",
        "e.end()",
    ),
    "mlctl.tracking log_metric": (
        "import mlctl.tracking as mlflow; mlflow.set_experiment('bench/tracking'); mlflow.start_run()",
        "mlflow.log_metric('loss', 0.5, step=step)",
        "mlflow.end_run()",
    ),
}
MLFLOW = (
    "import mlflow; mlflow.set_tracking_uri('file:runs'); mlflow.start_run()",
    "mlflow.log_metric('loss', 0.5, step=step)",
    "mlflow.end_run()",
)
IMPORTS = {
    "python -c pass": "pass",
    "import mlctl": "import mlctl",
    "import mlctl.tracking": "import mlctl.tracking",
}


def per_metric(python: str, loop: tuple[str, str, str], points: int, folder: Path) -> float:
    """Return the microseconds that one point takes, in a process of its own."""
    before, each, after = loop
    script = _LOOP.format(before=before, each=each, after=after)
    environ = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "PYTHONWARNINGS": "ignore",
    }
    command = [python, "-c", script, str(points)]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def mlflows() -> dict[str, str]:
    """Return the Pythons that have an MLflow, by its version."""
    found = sorted((_ROOT / ".mlflow").glob("*/bin/python"))
    return {f"MLflow {python.parent.parent.name} log_metric": str(python) for python in found}


def measure_metrics(rounds: int, points: int, folder: Path) -> dict[str, float]:
    """Return the median of each way to log, taken in turn."""
    ways = {name: (sys.executable, loop) for name, loop in LOOPS.items()}
    ways |= {name: (python, MLFLOW) for name, python in mlflows().items()}
    runs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (python, loop) in ways.items():
            count = points if python == sys.executable else max(1, points // 10)
            runs[name].append(per_metric(python, loop, count, folder))
    return {name: statistics.median(found) for name, found in runs.items()}


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="what logging costs a script")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--points", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        metrics = measure_metrics(asked.rounds, asked.points, Path(name))
        commands: dict[str, list[str | Path]] = {
            name: [sys.executable, "-c", script] for name, script in IMPORTS.items()
        }
        environ = {**os.environ, "PYTHONPATH": str(_ROOT)}
        timings = alternate(commands, rounds=asked.rounds, cwd=Path(name), env=environ)
    bare = timings["python -c pass"].median("wall")
    over = {
        name: timing.median("wall") - bare for name, timing in timings.items() if name != "python -c pass"
    }
    holds = metrics["mlctl log_metric"] <= GOAL_METRIC_US and over["import mlctl"] <= GOAL_IMPORT_S
    if asked.json:
        told = {"schema_version": 1, "benchmark": "tracking", "holds": holds}
        print(json.dumps({**told, "metric_us": metrics, "import_over_bare_s": over}, indent=2))
        return 0 if holds else 1
    width = max(map(len, metrics))
    print(f"a metric (goal: at most {GOAL_METRIC_US:g} µs)")
    print("\n".join(f"{name:{width}} {value:10.1f} µs" for name, value in metrics.items()), end="\n\n")
    print(f"an import (goal: at most {GOAL_IMPORT_S * 1000:g} ms over bare Python)")
    print(table(list(timings.values()), ("wall", "cpu")))
    print("  ".join(f"{name} +{seconds * 1000:.1f} ms" for name, seconds in over.items()))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
