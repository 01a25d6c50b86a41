"""A bundle as a person has it: its size, its start, one row and ten thousand, each a process of its own.

The model is logistic regression on breast cancer (30 columns) with the default preprocessing, trained and
built by the commands. The commands take turns with a Python that does nothing; a claim is a ratio of medians.

Goals: the file is under 200 kB; from the start of the process to one row's prediction, every sum checked, it
takes at most 4 times ``python -c pass``.

::

    python -m benchmarks.bundle [--rounds 15] [--json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.timing import Timing, alternate, table

MOST_BYTES = 200_000
COLD_START = 4.0
ROWS = 10_000
PARAMS = """\
project: cancer
model: malignant
data: {source: "sklearn:breast_cancer", target: target}
ladder: [logistic_regression]
"""
_FILL = """
import sys
from sklearn.datasets import load_breast_cancer
frame = load_breast_cancer(as_frame=True).data
frame.iloc[:1].to_csv("one.csv", index=False)
frame.sample(int(sys.argv[1]), replace=True, random_state=0).to_csv("many.csv", index=False)
"""


def fill(folder: Path) -> Path:
    """Train, build and write rows, in processes of their own; return the bundle."""
    (folder / "p.yaml").write_text(PARAMS, encoding="utf-8")
    mlctl = [sys.executable, "-m", "mlctl"]
    last = [*mlctl, "build", "recommended", "-o", "model.pyz"]
    for command in (
        [*mlctl, "init"],
        [*mlctl, "train", "--params", "p.yaml"],
        last,
        [sys.executable, "-c", _FILL, str(ROWS)],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "model.pyz"


def measure(folder: Path, rounds: int) -> dict[str, Timing]:
    """Return the timings by what was done."""
    bundle = [sys.executable, "model.pyz", "predict"]
    return alternate(
        {
            "python -c pass": [sys.executable, "-c", "pass"],
            "bundle, 1 row": [*bundle, "one.csv"],
            f"bundle, {ROWS:,} rows": [*bundle, "many.csv"],
            f"bundle, {ROWS:,} rows, no NumPy": [*bundle, "many.csv", "--numpy", "no"],
        },
        rounds=rounds,
        cwd=folder,
    )


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="a bundle's size, its start, and ten thousand rows")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = fill(folder).stat().st_size
        found = measure(folder, asked.rounds)
    bare = found["python -c pass"]
    ratios = {name: timing.ratio(bare, "wall") for name, timing in found.items() if timing is not bare}
    holds = size < MOST_BYTES and ratios["bundle, 1 row"] <= COLD_START
    if asked.json:
        told = {"schema_version": 1, "benchmark": "bundle", "holds": holds, "bytes": size, "ratios": ratios}
        print(json.dumps(told, indent=2))
    else:
        print(f"the bundle has {size:,} bytes (goal: under {MOST_BYTES:,})")
        print(table(list(found.values()), ("wall", "peak")))
        print(f"one row takes {ratios['bundle, 1 row']:.2f}× a bare start (goal: at most {COLD_START:g}×)")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
