"""Fill a Guild AI home quickly: it makes one run itself, and that is copied under other names.

::

    python -m benchmarks.store_guild PROGRAM DIRECTORY --experiments 10000
"""

import argparse
import random
import subprocess
import tempfile
from pathlib import Path

SCRIPT = "".join(f"parameter_{i} = 0.5\n" for i in range(10)) + "".join(
    f'print("metric_{i}: 0.5")\n' for i in range(10)
)


def fill(program: Path, home: Path, experiments: int) -> None:
    """Make a home with so many runs."""
    home.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "train.py").write_text(SCRIPT, encoding="utf-8")
        subprocess.run([program, "-H", home, "run", "-y", "train.py"], cwd=name, check=True)
    (source,) = (home / "runs").iterdir()
    files = {path.relative_to(source): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    dice = random.Random(1)
    for _ in range(1, experiments):
        other = f"{dice.getrandbits(128):032x}"
        for path, data in files.items():
            target = home / "runs" / other / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data.replace(source.name.encode(), other.encode()))


def main() -> None:
    """Fill a home."""
    parser = argparse.ArgumentParser(description="many runs of Guild AI")
    parser.add_argument("program", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--experiments", type=int, default=10_000)
    asked = parser.parse_args()
    fill(asked.program.absolute(), asked.directory.absolute(), asked.experiments)


if __name__ == "__main__":
    main()
