"""A store with a model that is retrained by steps which only pretend: what a run does around them, quickly.

What each step is to do stands in ``plan.json`` beside the store: a list of behaviours for each step, taken in
turn, the last one again and again. ``found`` and ``error`` are what it leaves; ``hang`` waits for ever,
``die`` ends it by SIGKILL, ``exit`` leaves nothing. What was done is added to ``done.txt``.
"""

import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from mlctl.actions.retrain import each, tick
from mlctl.actions.retrain.came import Asked, Came
from mlctl.actions.retrain.target import Target, of_file
from mlctl.actions.retrain.world import World
from mlctl.params.load import from_dict
from mlctl.store.store import Store, init

NOW = datetime(2026, 1, 9, 3, 0, 5, tzinfo=UTC)
FETCHED = {
    "kind": "files",
    "names": [],
    "files": [],
    "described": {},
    "notes": [],
    "rows": 500,
    "fingerprint": "f1",
    "warnings": [],
}
TRAINED = {"challenger": "p_nogit_2", "reasons": [], "rungs": [], "failed": [], "dataset": "p_nogit_1"}
KEPT = {"outcome": "kept", "before": None, "after": None, "why": ["not better"]}
PROMOTED = {"outcome": "promoted", "before": None, "after": "p_nogit_2", "why": ["better beyond doubt"]}
LOOKED = {"champion": "p_nogit_1", "fingerprint": "f1", "degraded": False, "said": "as it was"}
GOOD = {
    "fetch": [{"found": FETCHED}],
    "decide": [{"found": LOOKED}],
    "train": [{"found": TRAINED}],
    "gate": [{"found": KEPT}],
    "notify": [{"found": {"failures": []}}],
}

STEP = Path(__file__).with_name("pretend.py")


def error(code: str = "failed", message: str = "it went wrong", *, may_pass: bool = False) -> dict[str, Any]:
    """Return the behaviour of a step that fails."""
    told = {"code": code, "message": message, "hint": "mend it", "details": [], "may_pass": may_pass}
    return {"error": told}


@dataclass
class Stage:
    """The store, its model, and a clock that goes when it is told to."""

    folder: Path
    store: Store
    now: datetime = NOW
    waits: list[float] = field(default_factory=list)

    def plan(self, **steps: Any) -> None:
        """Say what steps do: one behaviour, or several in turn."""
        behaviours = {k: v if isinstance(v, list) else [v] for k, v in steps.items()}
        (self.folder / "plan.json").write_text(json.dumps(GOOD | behaviours))

    def target(self, **retrain: Any) -> Target:
        """Return the model under a ``retrain`` section; without one each call is a request."""
        data = {"source": "sklearn:iris", "target": "target"}
        tree = {"project": "p", "model": "m", "data": data} | ({"retrain": retrain} if retrain else {})
        loaded = from_dict(tree, {})
        return of_file(self.store, loaded, self.folder / "params.yaml", self.now)

    def world(self) -> World:
        """Return clock, environment and the command of the pretending steps."""
        command = (sys.executable, "-S", str(STEP), str(self.folder))
        ticks = iter(range(10**9))
        return World({}, lambda: float(next(ticks)), self.waits.append, Random(0), self.now, command)

    def one(self, target: Target, **asked: Any) -> Came:
        """Retrain the model if it is due."""
        return each.one(target, self.world(), Asked(**asked))

    def all_due(self) -> tuple[Came, ...]:
        """Have the store looked at."""
        return tick.all_due(self.store, self.world(), Asked())

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    def done(self) -> list[str]:
        """Return the steps that were begun so far."""
        path = self.folder / "done.txt"
        return path.read_text().split() if path.exists() else []

    def entries(self) -> list[dict[str, Any]]:
        """Return the journal."""
        path = self.store.root / "projects/p/models/m/retrain/journal.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def told(self) -> list[str]:
        """Return the subjects of the messages that were sent, in order."""
        path = self.folder / "told.jsonl"
        sent = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [message["change"] for messages in sent for message in messages["messages"]]


def make(folder: Path) -> Stage:
    """Make a stage in an empty folder."""
    store, _ = init(folder / "mlstore", NOW)
    stage = Stage(folder, store)
    stage.plan()
    return stage
