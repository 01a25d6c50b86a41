"""Experiments that were never trained, on data that is in the store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl.actions import datasets
from mlctl.domain.records import Dataset, Experiment
from mlctl.params.load import Loaded, from_dict
from mlctl.store import Store

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


def loaded(environ: dict[str, str] | None = None, **data: Any) -> Loaded:
    """Return parameters with a data section; the target is ``k`` where nothing else is said."""
    tree = {"project": "shop", "model": "kind", "data": {"target": "k", **data}}
    return from_dict(tree, environ or {})


def trained(store: Store, params: Loaded, base: Path) -> tuple[Experiment, Dataset]:
    """Keep the data and record an experiment on it."""
    store.add_project("shop", "", NOW)
    model, _ = store.add_model("shop", "kind", "", NOW)
    opened = store.new_experiment(model, None, NOW, rung="dummy")
    dataset, _ = datasets.add(store, params, base, opened.experiment.model_version_id, NOW)
    opened.write("params.yaml", params.text)
    opened.write("environment.yaml", "packages: {numpy: '1'}\n")
    return opened.finish(training_dataset={"dataset": dataset.dataset, "rows": dataset.rows}), dataset
