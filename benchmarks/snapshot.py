"""The snapshot of a large CSV file, side by side with ``tar czf`` of the same file.

Goals: read, hashed and packed at least 5 times as fast as ``tar czf``, at most 1.02 times its size, in memory
that does not grow with the file. What is measured is :func:`mlctl.files.pack`, with which ``mlctl train`` and
``mlctl data add`` keep a file, in a process of its own.

::

    python -m benchmarks.snapshot [--megabytes 1000] [--rounds 3] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import Timing, alternate, run, table

_ROOT = Path(__file__).parent.parent
FASTER, SIZE = 5.0, 1.02
GROWTH = 1.1
"""Most by which peak memory at the full size may exceed that at a quarter of it."""

_PACK = (
    "import sys; from pathlib import Path; from mlctl.files import pack; "
    "pack([('table.csv', Path(sys.argv[1]))], Path(sys.argv[2]), threads=int(sys.argv[3]))"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found.

    Attributes
    ----------
    ours, quarter, theirs : Timing
        Of mlctl, of mlctl on a quarter of the file, and of tar.
    file_bytes, our_bytes, their_bytes : int
        Sizes of the file and of the archives.
    """

    ours: Timing
    quarter: Timing
    theirs: Timing
    file_bytes: int
    our_bytes: int
    their_bytes: int

    @property
    def faster(self) -> float:
        """How many times as fast."""
        return self.theirs.ratio(self.ours, "wall")

    @property
    def size(self) -> float:
        """How many times the size."""
        return self.our_bytes / self.their_bytes

    @property
    def growth(self) -> float:
        """How many times the memory that a quarter of the file takes."""
        return self.ours.ratio(self.quarter, "peak")

    @property
    def holds(self) -> bool:
        """Whether every goal is met."""
        return self.faster >= FASTER and self.size <= SIZE and self.growth <= GROWTH

    def as_dict(self) -> dict[str, object]:
        """Return the document that ``--json`` prints."""
        return {
            "schema_version": 1,
            "benchmark": "snapshot",
            "holds": self.holds,
            "times_as_fast": self.faster,
            "times_less_cpu": self.theirs.ratio(self.ours, "cpu"),
            "times_the_size": self.size,
            "times_the_memory_of_a_quarter": self.growth,
            "bytes": {"file": self.file_bytes, "mlctl": self.our_bytes, "tar": self.their_bytes},
            "timings": {timing.name: timing.as_dict() for timing in (self.ours, self.quarter, self.theirs)},
        }

    def __str__(self) -> str:
        lines = (
            f"snapshot of a CSV file of {self.file_bytes / 1e6:,.0f} MB",
            table([self.ours, self.quarter, self.theirs]),
            f"{self.faster:.1f} times as fast as tar czf (goal: {FASTER:g})",
            f"{self.theirs.ratio(self.ours, 'cpu'):.1f} times less processor time",
            f"{self.size:.3f} times its size (goal: at most {SIZE}): {self.our_bytes / 1e6:,.1f} MB",
            f"{self.growth:.2f} times the memory of a quarter of the file (goal: at most {GROWTH})",
        )
        return "\n".join(lines)


def measure(folder: Path, megabytes: int, rounds: int) -> Measured:
    """Write the file and pack it both ways in turn.

    Parameters
    ----------
    folder : Path
        Where the file and the archives are written; they need about twice the file's size.
    megabytes : int
        Size of the file, in 10^6 bytes.
    rounds : int
        Measured runs of each, after one that is not.
    """
    whole, quarter = folder / "table.csv", folder / "quarter.csv"
    for path, size in ((whole, megabytes), (quarter, megabytes // 4)):
        run([sys.executable, "-m", "benchmarks.large_table", path, str(size)], cwd=_ROOT)
    ours, theirs = folder / "ours.tar.zst", folder / "theirs.tar.gz"
    commands: dict[str, list[str | Path]] = {
        "mlctl": _packing(whole, ours),
        "mlctl, a quarter": _packing(quarter, folder / "quarter.tar.zst"),
        "tar czf": ["tar", "czf", theirs, "-C", folder, whole.name],
    }
    timings = alternate(commands, rounds=rounds)
    sizes = [path.stat().st_size for path in (whole, ours, theirs)]
    return Measured(timings["mlctl"], timings["mlctl, a quarter"], timings["tar czf"], *sizes)


def _packing(source: Path, target: Path) -> list[str | Path]:
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [sys.executable, "-c", _PACK, source, target, str(threads)]


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="snapshot of a large CSV file against tar czf")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary directory by default")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        found = measure(Path(folder), asked.megabytes, asked.rounds)
    print(json.dumps(found.as_dict(), indent=2) if asked.json else found)
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
