"""One process among many that work in a store at once: ``python -m tests.survival.worker KIND NAME SECONDS``.

It works in the working directory's store, and prints one JSON document: what it did, or what it saw.
"""

import argparse
import contextlib
import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl import tracking
from mlctl.cli.main import main
from mlctl.errors import BusyError
from mlctl.store import Store, find
from mlctl.store.champion import Event

POINTS = 5
SHARED = "iris_nogit_1"
"""The experiment that every writer leaves notes and tags on."""


class Writer:
    """Records experiments, and changes what the others change as well."""

    def __init__(self, store: Store, name: str) -> None:
        self.store, self.name = store, name
        self.model = store.model("iris", "species")
        self.did: dict[str, list[Any]] = {"versions": [], "logged": [], "notes": [], "tags": [], "events": []}
        self.refused = 0

    def round(self, number: int) -> None:
        """Do each thing once."""
        word, now = f"{self.name}_{number}", datetime.now(UTC)
        with self.store.new_experiment(self.model, None, now, rung="tree", metric="r2") as opened:
            version = opened.experiment.model_version_id
            opened.write("scores.csv", f"fold,split,metric,value\n,test,r2,{number}\n")
            opened.finish(
                description=word,
                evaluations={"test": {"r2": float(number)}},
                artifact_file_paths={"scores": "scores.csv"},
            )
        self.did["versions"].append([version, word])
        self._log(f"{word} logged")
        shared = next(e for e in self.store.experiments("iris").records if e.model_version_id == SHARED)
        self.store.note(shared, word, now)
        self.did["notes"].append(word)
        self.store.tag(shared, word)
        self.did["tags"].append(word)
        self._promote(version, word, now)

    def _log(self, word: str) -> None:
        with tracking.experiment("iris/species", name=word) as logged:
            for step in range(POINTS):
                logged.log_metric("loss", 1.0 / (step + 1), step)
        self.did["logged"].append(word)

    def _promote(self, version: str, word: str, now: datetime) -> None:
        expected = self.store.champion(self.model)
        event = Event(self.store.stamp(now), self.name, "promote", expected, version, [word])
        try:
            self.store.promote(self.model, event, expected)
        except BusyError:  # another one was quicker
            self.refused += 1
        else:
            self.did["events"].append(word)


class Reader:
    """Asks, and looks for what cannot be: something that was there and is gone, or an answer in pieces."""

    def __init__(self, store: Store, name: str) -> None:
        self.did: dict[str, list[Any]] = {"wrong": [], "codes": []}
        self._seen: set[str] = set()

    def round(self, number: int) -> None:
        """Ask each thing once."""
        listed = self._ask("experiment", "list", "--json")
        there = {e["model_version_id"] for e in listed.get("experiments", ())}
        if lost := self._seen - there:
            self.did["wrong"].append(f"no longer listed: {sorted(lost)}")
        if len(there) != len(listed.get("experiments", ())):
            self.did["wrong"].append("listed twice")
        self._seen |= there
        self.did["wrong"] += [f"experiment list warns: {text}" for text in listed.get("warnings", ())]
        self._ask("compare", "--json")
        for one in self._ask("store", "check", "--json", codes=(0, 6)).get("findings", ()):
            self.did["codes"].append(f"{one['code']} {one['path']} {one['said']}")

    def _ask(self, *words: str, codes: tuple[int, ...] = (0,)) -> dict[str, Any]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(list(words))
        if code not in codes or "Traceback" in err.getvalue():
            self.did["wrong"].append(f"{' '.join(words)}: exit {code}: {out.getvalue()}{err.getvalue()}")
            return {}
        found: dict[str, Any] = json.loads(out.getvalue())
        return found


KINDS: dict[str, Callable[[Store, str], Writer | Reader]] = {"writer": Writer, "reader": Reader}


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("name")
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    one = KINDS[given.kind](find(Path.cwd(), explicit=None, environ={}, command=given.name), given.name)
    rounds, end = 0, time.monotonic() + given.seconds
    while not rounds or time.monotonic() < end:
        one.round(rounds)
        rounds += 1
    print(json.dumps({"rounds": rounds, **one.did}))


if __name__ == "__main__":
    _main()
