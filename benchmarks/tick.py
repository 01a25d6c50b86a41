"""A tick with nothing due, beside a light command and a bare Typer application.

The store has 100 models, each with a schedule and watched data, all looked at before; each run is a process
of its own, start-up included. Goal: at most 1.5 times the processor time of ``mlctl status`` in a store with
one experiment.

::

    python -m benchmarks.tick [--rounds 15] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.startup import BARE, SCRIPT
from benchmarks.timing import Timing, alternate, run, table

_ROOT = Path(__file__).parent.parent
MODELS = 100
GOAL = 1.5
NOW = datetime(2026, 1, 9, 3, tzinfo=UTC)
LATER = "2026-01-09T03:15:00Z"

PARAMETERS = """\
project: p
model: m{number}
data: {{source: sklearn:iris, target: target}}
retrain: {{schedule: "@daily", time_zone: Asia/Seoul, start_date: "2030-01-01", new_data: , degraded: }}
"""


def fill(folder: Path) -> None:
    """Make both stores; run in a process of its own, so that the measuring one stays small."""
    from mlctl.actions.parameters import load_file
    from mlctl.actions.retrain.target import of_file
    from mlctl.store.store import init

    store, _ = init(folder / "mlstore", NOW)
    for number in range(MODELS):
        path = folder / f"m{number}.yaml"
        path.write_text(PARAMETERS.format(number=number), encoding="utf-8")
        of_file(store, load_file(path), path, NOW)
    (folder / "light").mkdir()
    light, _ = init(folder / "light" / "mlstore", NOW)
    light.add_project("iris", "", NOW)
    model, _ = light.add_model("iris", "species", "", NOW)
    light.new_experiment(model, None, NOW, rung="svc").finish()
    for file in (folder / "light").rglob("meta.yaml"):
        os.utime(file, (1, 1))  # a file that was written just now is read again


def main() -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description="a tick with nothing due")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.fill)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([sys.executable, "-m", "benchmarks.tick", "--fill", folder], cwd=_ROOT)
        app = folder / "bare.py"
        app.write_text(BARE, encoding="utf-8")
        tick = [SCRIPT, "retrain", "--due", "--now", LATER, "--store", folder / "mlstore"]
        run(tick)  # the first one looks at every model
        timings = alternate(
            {
                "bare typer": [sys.executable, app, "one"],
                "status": [SCRIPT, "status", "--store", folder / "light" / "mlstore"],
                "tick": tick,
            },
            rounds=asked.rounds,
        )
    return _show(timings, as_json=asked.json)


def _show(timings: dict[str, Timing], *, as_json: bool) -> int:
    tick = timings["tick"]
    ratios = {name: tick.ratio(timings[name], "cpu") for name in ("status", "bare typer")}
    holds = ratios["status"] <= GOAL
    if as_json:
        document = {
            "schema_version": 1,
            "benchmark": "tick",
            "models": MODELS,
            "holds": holds,
            "ratios": ratios,
        }
        print(json.dumps(document, indent=2))
    else:
        print(table(list(timings.values()), ("cpu", "wall")))
        print("  ".join(f"tick {ratio:.2f}× {name}" for name, ratio in ratios.items()))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
