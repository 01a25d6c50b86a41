"""Listings of a store of many experiments, side by side with other tools.

Whole processes, 10 parameters and 10 metrics each, warm indexes. Goals at 10,000: ``compare --top 20``,
``experiment list --top 20`` and Tab take at most twice a light command's processor time, and the listings
are at least 20 times as quick as MLflow on SQLite; at 100,000 at most four times, and at most 200 MB. The
index is made from nothing within three times a scan that only parses every ``meta.yaml`` with the C loader.
Recording costs the same whatever is there, and 16 processes that record at once lose nothing. A light
command is a bare Typer application times 1.5.

MLflow is measured where the Makefile's target ``mlflow`` has made it, Guild AI where ``--guild`` names its
program. Stores that are in the directory are used again.

::

    python -m benchmarks.store [--experiments 10000] [--rounds 7] [--directory DIR] [--guild PROGRAM]
                               [--quick] [--alone] [--json]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.startup import BARE, SCRIPT
from benchmarks.timing import Timing, alternate, run, table

_ROOT = Path(__file__).parent.parent
LIGHT = 1.5
MLFLOW = _ROOT / ".mlflow" / "3.17.2" / "bin" / "python"
RECORDERS = 16
EACH = 10
FROM_NOTHING = 10_000
"""With more experiments the index is not made from nothing again: that goal is one for this many."""

SCAN = """
import os, sys, yaml
folder = sys.argv[1]
rows = []
for name in os.listdir(folder):
    with open(f"{folder}/{name}/meta.yaml", "rb") as stream:
        rows.append(yaml.load(stream, Loader=yaml.CSafeLoader))
if len(sys.argv) > 2:
    rows.sort(key=lambda r: r["evaluations"]["cross_validation"]["accuracy_score"]["mean"], reverse=True)
    for row in rows[:20]:
        print(row["model_version_id"])
"""
RECORD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mlctl.store import find
store = find(Path(sys.argv[1]), explicit=None, environ={})
model = store.model("iris", "species")
for _ in range(int(sys.argv[2])):
    with store.new_experiment(model, None, datetime.now(UTC)) as opened:
        print(opened.finish().model_version_id)
"""

Commands = dict[str, Sequence[str | Path]]


def prepared(folder: Path, experiments: int) -> Path:
    """Return the directory of a store of so many experiments with a warm index, made where it is missing."""
    place = folder / f"mlctl-{experiments}"
    if not (place / "mlstore" / "FORMAT").exists():
        words: list[str | Path] = [
            "-m",
            "benchmarks.store_fill",
            place / "mlstore",
            "--experiments",
            str(experiments),
        ]
        run([sys.executable, *words], cwd=_ROOT)
    run([SCRIPT, "experiment", "list", "--top", "1"], cwd=place)
    return place


def listings(folder: Path, place: Path, *, rivals: Mapping[str, Sequence[str | Path]]) -> Commands:
    """Return what is asked, by name."""
    bare = folder / "bare.py"
    bare.write_text(BARE, encoding="utf-8")
    store: list[str | Path] = ["--store", place / "mlstore"]
    whole: Commands = {"experiment list": [SCRIPT, "experiment", "list", *store]}
    return {
        "bare typer": [sys.executable, bare, "one"],
        "compare --top 20": [SCRIPT, "compare", "--top", "20", *store],
        "experiment list --top 20": [SCRIPT, "experiment", "list", "--top", "20", *store],
        "Tab": ["env", "_MLCTL_COMPLETE=complete_bash", "COMP_CWORD=2", *_typed(place), SCRIPT],
        **(whole if place.name == "mlctl-10000" else {}),  # it costs by what is printed
        **rivals,
    }


def _typed(place: Path) -> list[str | Path]:
    return ["COMP_WORDS=mlctl show iris_3f9a1c_99", f"MLCTL_STORE={place / 'mlstore'}"]


def rivals(folder: Path, place: Path, experiments: int, guild: Path | None) -> Commands:
    """Return the same question to others, having filled their stores."""
    found: Commands = {"plain scan": [sys.executable, "-c", SCAN, _records(place), "top"]}
    kinds = {"MLflow, SQLite": "sqlite", "MLflow, files": "files"} if MLFLOW.exists() else {}
    for name, kind in kinds.items():
        store = folder / f"mlflow-{kind}-{experiments}"
        words: list[str | Path] = [MLFLOW, "-m", "benchmarks.store_rivals"]
        if not store.exists():
            run(
                [*words, "fill", kind, store, "--experiments", str(experiments)],
                cwd=_ROOT,
                env=_environment(),
            )
        found[name] = [*words, "top", kind, store]
    if guild:
        home = folder / f"guild-{experiments}"
        if not home.exists():
            filling: list[str | Path] = [sys.executable, "-m", "benchmarks.store_guild", guild, home]
            run([*filling, "--experiments", str(experiments)], cwd=_ROOT)
        found["Guild AI"] = [guild, "-H", home, "compare", "--table", "--max", "metric_0", "-n", "20"]
    return found


def _environment() -> dict[str, str]:
    return os.environ | {"MLFLOW_ALLOW_FILE_STORE": "true", "NO_COLOR": "1"}


def _records(place: Path) -> Path:
    return place / "mlstore" / "projects" / "iris" / "models" / "species" / "experiments"


def from_nothing(place: Path, rounds: int) -> dict[str, Timing]:
    """Measure the index made from nothing, and the scan that only parses."""
    store, listing = place / "mlstore", f"'{SCRIPT}' experiment list --top 1"
    commands: Commands = {
        "parse every meta.yaml": [sys.executable, "-c", SCAN, _records(place)],
        "index from nothing": ["sh", "-c", f"rm -f '{store}/index.sqlite' && {listing} --store '{store}'"],
    }
    return alternate(commands, rounds=rounds, warm_up=0)


def recording(folder: Path, place: Path, rounds: int) -> dict[str, Timing]:
    """Measure the recording of experiments with few and with many there; both stores are changed."""
    few = prepared(folder, 100)
    commands: Commands = {
        f"record {EACH} beside 100": [sys.executable, "-c", RECORD, few, str(EACH)],
        f"record {EACH} beside all": [sys.executable, "-c", RECORD, place, str(EACH)],
    }
    return alternate(commands, rounds=rounds)


def at_once(place: Path) -> bool:
    """Have many processes record at once; tell whether each number was given once and all is there."""
    command = [sys.executable, "-c", RECORD, str(place), str(EACH)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(RECORDERS)]
    names = [name for process in started for name in process.communicate()[0].split()]
    there = {path.name for path in _records(place).iterdir()}
    return len(names) == len(set(names)) == RECORDERS * EACH and there.issuperset(names)


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="a store of many experiments")
    parser.add_argument("--experiments", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--directory", type=Path, help="keep the stores here")
    parser.add_argument("--guild", type=Path, help="the program of Guild AI")
    parser.add_argument("--quick", action="store_true", help="the listings alone")
    parser.add_argument("--alone", action="store_true", help="no other tool: filling theirs takes long")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folder = (asked.directory or Path(tempfile.mkdtemp())).absolute()
    folder.mkdir(exist_ok=True, parents=True)
    try:
        return _measure(folder, asked)
    finally:
        if not asked.directory:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, asked: argparse.Namespace) -> int:
    place = prepared(folder, asked.experiments)
    others = {} if asked.alone else rivals(folder, place, asked.experiments, asked.guild)
    found = alternate(
        listings(folder, place, rivals=others), rounds=asked.rounds, cwd=_ROOT, env=_environment()
    )
    held: dict[str, bool] = {}
    if not asked.quick:
        if asked.experiments <= FROM_NOTHING:
            found |= from_nothing(place, max(1, asked.rounds // 3))
        found |= recording(folder, place, asked.rounds)
        held["16 processes at once lose nothing"] = at_once(place)
    goals = _goals(found, asked.experiments)
    holds = all(ok for *_, ok in goals) and all(held.values())
    if asked.json:
        document = {
            "schema_version": 1,
            "benchmark": "store",
            "experiments": asked.experiments,
            "holds": holds,
        }
        told = [dict(zip(("what", "measured", "goal", "holds"), goal, strict=True)) for goal in goals]
        timings = {name: timing.as_dict() for name, timing in found.items()}
        print(json.dumps(document | {"goals": told, **held, "timings": timings}, indent=2))
    else:
        print(f"{asked.experiments:,} experiments")
        print(table(list(found.values())), end="\n\n")
        for what, measured, goal, ok in goals:
            print(f"{'yes' if ok else 'NO ':4}{what}: {measured:.2f} (goal: {goal})")
        for what, ok in held.items():
            print(f"{'yes' if ok else 'NO ':4}{what}")
    return 0 if holds else 1


def _goals(found: dict[str, Timing], experiments: int) -> list[tuple[str, float, str, bool]]:
    """Return what was to be reached: a name, the figure, the goal in words, and whether it was."""
    light, most = found["bare typer"].median("cpu") * LIGHT, 4 if experiments > 10_000 else 2
    goals = []
    for name in ("compare --top 20", "experiment list --top 20", "Tab"):
        ratio = found[name].median("cpu") / light
        goals.append((f"{name}, light commands", ratio, f"at most {most}", ratio <= most))
        peak = found[name].median("peak")
        goals.append((f"{name}, MB", peak, "at most 200", peak <= 200))
    for name in ("MLflow, SQLite", "MLflow, files", "Guild AI", "plain scan"):
        for ours in ("compare --top 20", "experiment list --top 20") if name in found else ():
            ratio = found[name].ratio(found[ours], "wall")
            is_goal = name == "MLflow, SQLite"
            goal = "at least 20" if is_goal else "none"
            goals.append((f"{name}, times as long as {ours}", ratio, goal, not is_goal or ratio >= 20))
    if "index from nothing" in found:
        ratio = found["index from nothing"].ratio(found["parse every meta.yaml"], "cpu")
        goals.append(("index from nothing, scans", ratio, "at most 3", ratio <= 3))
    if f"record {EACH} beside all" in found:
        ratio = found[f"record {EACH} beside all"].ratio(found[f"record {EACH} beside 100"], "cpu")
        goals.append(("recording beside all, times beside 100", ratio, "at most 1.2", ratio <= 1.2))
    return goals


if __name__ == "__main__":
    sys.exit(main())
