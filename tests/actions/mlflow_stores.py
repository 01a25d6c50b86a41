"""A small store with everything that goes to MLflow, made in milliseconds but for one fitted model."""

import atexit
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from mlctl.domain.records import Dataset, Experiment, Model
from mlctl.estimators.clipper import Clipper
from mlctl.ml import model_file
from mlctl.store.points import FILE, Point, points_text
from mlctl.store.store import Event, Store, init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
SCORES = {
    "train": {"accuracy_score": 0.9},
    "cross_validation": {"accuracy_score": {"mean": 0.8, "std": 0.1, "folds": [0.7, 0.9]}},
    "test": {"accuracy_score": 0.85, "roc_auc": None},
    "size": {"model_bytes": 1000},
}


def fitted():
    """A model with a transformer of ours in it."""
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 0.0, 1.0, 0.0]})
    return make_pipeline(Clipper(), LogisticRegression()).fit(frame, np.array([0, 0, 1, 1]))


@cache
def template() -> Path:
    """One such store, made once in a process: others are copies of it."""
    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    made(place)
    return place / "mlstore"


def make(place: Path) -> tuple[Store, Model]:
    """A copy of that store, and its model."""
    shutil.copytree(template(), place / "mlstore")
    store, _ = init(place / "mlstore", NOW)
    return store, store.model("iris", "species")


def made(place: Path) -> tuple[Store, Model]:
    """A store with a finished experiment with a model, a script's, a failed and an interrupted one."""
    store, _ = init(place / "mlstore", NOW)
    store.add_project("iris", "flowers", NOW)
    model, _ = store.add_model("iris", "species", "which iris", NOW)
    model = store.update(model, task="classification", target="kind", metric="accuracy_score")
    store.add_dataset("iris", dataset(), None)
    first = trained(store, model)
    script(store, model)
    failed = store.new_experiment(model, None, NOW + timedelta(seconds=2), rung="svc", ladder_id="l1")
    failed.fail("timeout", "took too long")
    store.new_experiment(model, None, NOW + timedelta(seconds=3)).interrupt("Ctrl-C")
    promote(store, model, first)
    return store, model


def dataset() -> Dataset:
    """A dataset that was fetched by a query: its archive is not in the store."""
    return Dataset(
        dataset="iris_3f9a1c_1",
        created_datetime=Store.stamp(NOW),
        source={"path": ["data.csv"]},
        fingerprint="ab" * 32,
        archive={},
        members=[],
        rows=4,
        columns=3,
        schema=[
            {"column": "x", "type": "number", "nullable": True},
            {"column": "kind", "type": "text", "nullable": False},
        ],
        project_name="iris",
    )


def trained(store: Store, model: Model, number: int = 0) -> Experiment:
    """One rung with its model."""
    git = {"commit": "3f9a1c" + "0" * 34, "branch": "main", "dirty": True}
    now = NOW + timedelta(seconds=number)
    opened = store.new_experiment(
        model, git["commit"], now, rung="logistic_regression", ladder_id="l1", git=git,
        task="classification", metric="accuracy_score",
        environment={"python": "3.11.7", "scikit-learn": "1.9.1"},
    )  # fmt: skip
    saved = model_file.save(fitted(), opened.directory)
    opened.write("scores.csv", "fold,split,metric,value\n")
    opened.write("plots/roc.png", b"\x89PNG")
    opened.write("environment.yaml", "packages: {scikit-learn: 1.9.1, numpy: 2.4.6}\n")
    opened.log("done")
    finished = opened.finish(
        parameters={"C": 0.1, "solver": "lbfgs", "class_weight": None, "grid": [1, 2], "50 %": True},
        evaluations=SCORES,
        timings={"total_s": 1.5},
        training_dataset={"dataset": "iris_3f9a1c_1", "part": "train", "rows": 3},
        artifact_file_paths={"model": saved.file, "scores": "scores.csv"},
    )
    store.tag(finished, "team=risk")
    store.tag(finished, "reviewed")
    return store.note(finished, "looks good", NOW)


def script(store: Store, model: Model) -> Experiment:
    """What a script logged: points with steps, tags in MLflow's manner, a file of its own."""
    opened = store.new_experiment(model, None, NOW + timedelta(seconds=1), description="a script")
    stamp = Store.stamp(NOW)
    points = [
        Point("loss", 0, stamp, 1.0),
        Point("loss", 1, stamp, float("nan")),
        Point("training_r2", 0, stamp, 0.5),
    ]
    opened.write(FILE, points_text(points))
    opened.write("mlflow.yaml", "tags: {mlflow.runName: my run, mlflow.user: kim, colour: red}\n")
    opened.write("artifacts/notes.txt", "of the script")
    opened.write("artifacts/log.txt", "its own log")
    return opened.finish(evaluations={"logged": {"loss": float("nan")}, "train": {"r2": 0.5}})


def promote(store: Store, model: Model, experiment: Experiment) -> None:
    """Make it the champion."""
    event = Event(
        Store.stamp(NOW), "kim", "promote", store.champion(model), experiment.model_version_id, ["better"]
    )
    store.promote(model, event, store.champion(model))


def renamed(experiment: Experiment, **fields) -> Experiment:
    """A record with other fields."""
    return replace(experiment, **fields)
