"""The start of light commands, side by side with a three-command Typer application of the same version.

Goals: at most 1.5 times its processor time in a pipe, 2.5 times on a terminal, where rich draws. The store
has 100 experiments with 10 parameters and 10 metrics each, and a warm index.

::

    python -m benchmarks.startup [--rounds 15] [--json]
"""

import argparse
import json
import os
import pty
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import Timing, alternate, run, table

_ROOT = Path(__file__).parent.parent
SCRIPT = Path(sys.executable).parent / "mlctl"
GOALS = {"pipe": 1.5, "terminal": 2.5}
EXPERIMENTS = 100

BARE = """
import typer

app = typer.Typer()


@app.command()
def one(name: str = "x") -> None:
    print("hello")


@app.command()
def two(name: str = "x") -> None:
    print("hello")


@app.command()
def three(name: str = "x") -> None:
    print("hello")


app()
"""

COMMANDS = {
    "--help": ["--help"],
    "status": ["status"],
    "project list": ["project", "list"],
    "experiment list": ["experiment", "list"],
    "compare": ["compare"],
}


def fill(folder: Path) -> None:
    """Make the store; run in a process of its own, so that the measuring one stays small."""
    from mlctl.store.store import init

    now = datetime(2026, 1, 1, tzinfo=UTC)
    store, _ = init(folder / "mlstore", now)
    store.add_project("iris", "", now)
    model, _ = store.add_model("iris", "species", "", now)
    for number in range(EXPERIMENTS):
        score = {
            "mean": number / 101,
            "std": 0.01,
            "folds": [number / 101 + fold / 1000 for fold in range(5)],
        }
        store.new_experiment(
            model, None, now, rung="svc", metric="accuracy_score", comparison_key="k", ladder_id="l"
        ).finish(
            parameters={f"parameter_{i}": number * i for i in range(10)},
            evaluations={
                "cross_validation": {"accuracy_score": score} | {f"metric_{i}": score for i in range(9)}
            },
        )
    for file in (folder / "mlstore").rglob("meta.yaml"):
        os.utime(file, (1, 1))  # a file that was written just now is read again
    store.projects(), store.models(), store.experiments()


def measure(folder: Path, rounds: int, *, terminal: bool) -> dict[str, Timing]:
    """Run the bare application and each command in turn."""
    app = folder / "bare.py"
    app.write_text(BARE, encoding="utf-8")
    commands: dict[str, list[str | Path]] = {"bare typer": [sys.executable, app, "one"]}
    commands |= {name: [SCRIPT, *words] for name, words in COMMANDS.items()}
    if not terminal:
        return alternate(commands, rounds=rounds, cwd=folder)
    leader, follower = pty.openpty()
    threading.Thread(target=_drain, args=(leader,), daemon=True).start()
    environment = os.environ | {"COLUMNS": "120", "TERM": "xterm-256color"}
    return alternate(commands, rounds=rounds, cwd=folder, env=environment, stdout=follower)


def _drain(leader: int) -> None:
    while os.read(leader, 65536):
        pass


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="light commands against a bare Typer application")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.fill)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([sys.executable, "-m", "benchmarks.startup", "--fill", folder], cwd=_ROOT)
        found = {where: measure(folder, asked.rounds, terminal=where == "terminal") for where in GOALS}
    document = {where: _ratios(timings) for where, timings in found.items()}
    holds = all(max(ratios.values()) <= GOALS[where] for where, ratios in document.items())
    if asked.json:
        print(
            json.dumps(
                {"schema_version": 1, "benchmark": "startup", "holds": holds, "ratios": document}, indent=2
            )
        )
    else:
        _show(found, document)
    return 0 if holds else 1


def _ratios(timings: dict[str, Timing]) -> dict[str, float]:
    bare = timings["bare typer"]
    return {name: timing.ratio(bare, "cpu") for name, timing in timings.items() if timing is not bare}


def _show(found: dict[str, dict[str, Timing]], document: dict[str, dict[str, float]]) -> None:
    for where, timings in found.items():
        print(f"in a {where} (goal: at most {GOALS[where]:g} times the bare application's processor time)")
        print(table(list(timings.values()), ("cpu", "wall")))
        print("  ".join(f"{name} {ratio:.2f}×" for name, ratio in document[where].items()), end="\n\n")


if __name__ == "__main__":
    sys.exit(main())
