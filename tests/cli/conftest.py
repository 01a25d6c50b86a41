"""A small store with a ladder in it that was never trained: what looking needs, in milliseconds."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlctl.store.store import Store, init
from tests.actions.records import BOOSTING, DUMMY, LINEAR, TREE

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
PARAMS = "project: iris\nmodel: species\ndata: {source: 'sklearn:iris', target: target}\n"


@pytest.fixture
def store(nowhere_else: Path) -> Store:
    """An empty store in the working directory."""
    made, _ = init(nowhere_else / "mlstore", NOW)
    return made


@pytest.fixture
def ladder(store: Store) -> Callable[[], None]:
    """Put four finished rungs of iris/species into the store."""
    store.add_project("iris", "flowers", NOW)
    model, _ = store.add_model("iris", "species", "", NOW)
    store.update(model, task="classification", target="target", metric="accuracy_score")
    for record in (DUMMY, LINEAR, TREE, BOOSTING):
        fields = {
            name: getattr(record, name)
            for name in (
                "rung",
                "rung_index",
                "task",
                "metric",
                "ladder_id",
                "comparison_key",
                "evaluations",
                "validation_dataset",
                "parameters",
            )
        }
        store.new_experiment(replace(model), "3f9a1c" + "0" * 34, NOW, **fields).finish(
            timings={"fit_s": 0.5}, warnings=["MLC006 rare"] if record.rung == "dummy" else []
        )


@pytest.fixture
def small_store(nowhere_else: Path, ladder: None) -> Path:
    """The directory that holds such a store, and a parameters file."""
    (nowhere_else / "params.yaml").write_text(PARAMS)
    for file in (nowhere_else / "mlstore").rglob("meta.yaml"):
        os.utime(file, (1, 1))  # a file that was written just now is not trusted to stay as it is
    opened, _ = init(nowhere_else / "mlstore", NOW)
    opened.projects(), opened.models(), opened.experiments()  # the index is warm from here on
    return nowhere_else
