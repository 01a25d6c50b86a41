"""``mlctl train`` side by side with a hand-written script that does the same fits with the same parallelism.

Goal: at most 1.15 times the script's time and 3 seconds, which is what reading the model back, timing it
alone, scoring every metric and keeping everything may cost. The default climb, on adult (32,561 rows).

::

    python -m benchmarks.train --data adult.csv.gz --target income [--rounds 3] [--json]
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.timing import alternate, table

_ROOT = Path(__file__).parent.parent
FACTOR, EXTRA_S = 1.15, 3.0

TRAIN = """
import shutil, sys
from mlctl.cli.main import main
shutil.rmtree("mlstore", ignore_errors=True)
main(["init"])
sys.exit(main(["train", "--params", "params.yaml"]))
"""


def main() -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description="mlctl train against a script that does the same fits")
    parser.add_argument("--data", type=Path, required=True, help="a CSV file with a target of classes")
    parser.add_argument("--target", default="income")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(asked.data, folder)
        (folder / "params.yaml").write_text(
            f"project: bench\nmodel: train\ndata: {{path: {asked.data.name}, target: {asked.target}}}\n"
            "split: {method: random}\nmetric: accuracy_score\n",
            encoding="utf-8",
        )
        found = alternate(
            {
                "mlctl train": [sys.executable, "-c", TRAIN],
                "by hand": [sys.executable, "-m", "benchmarks.train_by_hand", asked.data.name, asked.target],
            },
            rounds=asked.rounds,
            warm_up=0,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
        )
    ours, theirs = found["mlctl train"], found["by hand"]
    allowed = FACTOR * theirs.median("wall") + EXTRA_S
    holds = ours.median("wall") <= allowed
    if asked.json:
        timings = {timing.name: timing.as_dict() for timing in found.values()}
        told = {"holds": holds, "ratio": ours.ratio(theirs, "wall"), "timings": timings}
        print(json.dumps({"schema_version": 1, "benchmark": "train", **told}, indent=2))
    else:
        print(table([ours, theirs]))
        print(f"{ours.ratio(theirs, 'wall'):.2f} times the script (goal: {FACTOR} times and {EXTRA_S:g} s)")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
