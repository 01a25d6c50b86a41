"""Every benchmark, one after the other: ``python -m benchmarks``; 1 where a goal is missed."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_ADULT = "sample_configs/data/adult.csv"
BENCHMARKS = (
    ["startup"],
    ["train", "--data", _ADULT],
    ["snapshot"],
    ["drift", "--tables", "20"],
    ["gate", "--rounds", "500"],
    ["tick"],
    ["tracking"],
    ["portable"],
    ["bundle"],
    ["serve"],
)


def main() -> int:
    """Run them and say which missed its goal."""
    missed = []
    for name, *words in BENCHMARKS:
        print(f"## {name}", flush=True)
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *words], cwd=_ROOT, check=False
        ).returncode:
            missed.append(name)
    print(f"missed: {', '.join(missed)}" if missed else "every goal is met")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
