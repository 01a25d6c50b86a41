"""A store whose model is retrained in earnest, its steps in this process: what the data sets off."""

import csv
import json
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from mlctl.actions.retrain import child, each, progress
from mlctl.actions.retrain.came import Asked, Came
from mlctl.actions.retrain.target import of_file
from mlctl.actions.retrain.world import World
from mlctl.params.load import from_dict
from mlctl.store.store import Store, find, init
from tests.actions.retrain.stage import KEPT, TRAINED

NOW = datetime(2026, 1, 9, 3, 0, 5, tzinfo=UTC)
BASE = 1500
COLUMNS = ["when", "x", "z", "y"]


def rows(count: int, *, start: int = 0, slope: float = 3.0, shift: float = 0.0) -> list[list[Any]]:
    """Return hourly rows of a line with noise, the same for the same place in time."""
    made = []
    for number in range(start, start + count):
        draw = Random(number)
        x, z = draw.uniform(0, 10) + shift, draw.choice("ab")
        when = datetime(2025, 1, 1) + timedelta(hours=number)
        made.append([f"{when:%Y-%m-%d %H:%M}", f"{x:.4f}", z, f"{slope * x + draw.gauss(0, 1):.4f}"])
    return made


@dataclass
class Real:
    """The store, and the clock."""

    folder: Path
    store: Store
    now: datetime = NOW

    def feed(self, table: list[list[Any]], columns: list[str] = COLUMNS) -> None:
        """Put rows in place of the data."""
        with (self.folder / "data.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([columns, *table])

    def run(
        self,
        *,
        data: dict[str, Any] | None = None,
        ladder: tuple[str, ...] = ("ridge",),
        metric: str | None = None,
        **retrain: Any,
    ) -> Came:
        """Retrain the model a day later, if it is due; at once where no section is given."""
        self.now += timedelta(days=1)
        section = {"path": "data.csv", "target": "y", "time": "when"} if data is None else data
        tree: dict[str, Any] = {
            "project": "p",
            "model": "m",
            "data": section,
            "ladder": list(ladder),
            "metric": metric,
            "cross_validation": {"folds": 3},
            "jobs": 1,
        }
        tree |= {"retrain": {"start_date": "2026-01-09", **retrain}} if retrain else {}
        path = self.folder / "params.yaml"
        path.write_text(json.dumps(tree))
        target = of_file(self.store, from_dict(tree, {}, path=path), path, self.now)
        ticks = iter(range(10**9))
        world = World({}, lambda: next(ticks) / 100, lambda _: None, Random(0), self.now)
        return each.one(target, world, Asked())


def _launch(command: Any, **_: Any) -> int:
    return child.main(list(command[-2:]))


@pytest.fixture
def real(nowhere_else: Path, monkeypatch: pytest.MonkeyPatch) -> Real:
    """A store with an empty model."""
    monkeypatch.setattr(progress, "launch", _launch)
    return Real(nowhere_else, init(nowhere_else / "mlstore", NOW)[0])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with such a store and a champion of 1,500 rows: copy it."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(progress, "launch", _launch)
        first = Real(folder, init(folder / "mlstore", NOW)[0])
        first.feed(rows(BASE))
        assert first.run().outcome == "promoted"
    return folder


@pytest.fixture
def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is the triggers that are asked for: training and gate only pretend."""
    for name, found in (("train", TRAINED), ("gate", KEPT)):
        module = ModuleType(f"pretended_{name}")
        module.step = lambda _bench, found=found: found  # type: ignore[attr-defined]  # a module of its own
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(child.STEPS, name, module.__name__)


@pytest.fixture
def with_champion(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Real:
    """A model whose champion was trained on the first rows."""
    monkeypatch.setattr(progress, "launch", _launch)
    place = tmp_path / "copy"
    shutil.copytree(trained, place)
    store = find(place, explicit=None, environ={})
    return Real(place, store, NOW + timedelta(days=1))
