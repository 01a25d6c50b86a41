import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mlctl.actions.insight import find_out
from mlctl.actions.insight_files import Insight, kept
from mlctl.cli.main import main
from mlctl.store.store import find

BY_TIME = """
project: shop
model: sales
data: {path: rows.csv, target: k, time: day}
ladder: [decision_tree: {max_depth: 2}]
jobs: 1
cross_validation: {folds: 2}
"""

BY_GROUP = BY_TIME.replace("time: day", "group: shop").replace("sales", "groups")


def opened():
    return find(Path.cwd(), explicit=None, environ={})


def looked(store, name, number=2, seconds=120.0, **more):
    peers = store.experiments(name).records
    experiment = next(e for e in peers if e.model_version_id.endswith(f"_{number}"))
    return find_out(store, experiment, peers, clock=time.monotonic, seconds=seconds, **more)


def test_a_trained_model_is_looked_at_once(iris):
    store = opened()
    experiment, found = looked(store, "iris")
    assert found.notes == ()
    assert {one.columns[0] for one in found.importance.each} == {
        "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
    }  # fmt: skip
    assert found.importance.score == experiment.score("test", "accuracy_score")
    assert [step.rows for step in found.curve.steps] == [30, 60, 120]
    # All training rows give the very model that was kept.
    assert found.curve.steps[-1].scores == (experiment.score("test", "accuracy_score"),)
    assert experiment.artifact_file_paths["importance"] == "reports/importance.json"
    assert kept(store, experiment) == Insight(found.importance, found.curve)
    shutil.rmtree(iris / "mlstore" / "projects" / "iris" / "datasets")
    again, same = find_out(store, experiment, (), clock=time.monotonic, seconds=0.0)
    assert (again, same) == (experiment, Insight(found.importance, found.curve))
    # What else is missing is measured, and what is there stays.
    half = replace(experiment, artifact_file_paths={**experiment.artifact_file_paths, "importance": "gone"})
    _, found = find_out(store, half, (), clock=time.monotonic, seconds=0.0)
    assert found.curve == same.curve
    assert found.importance is None
    assert found.notes


def test_no_time_is_said_and_nothing_is_kept(iris):
    store = opened()
    experiment, found = looked(store, "iris", seconds=0.0)
    assert "importance" not in experiment.artifact_file_paths
    assert found.importance.left_out
    assert found.curve is None
    assert found.notes == (
        "there was no time for the importance of 4 columns",
        "the learning curve lacks 30, 60, 120 training rows: not done in time",
    )


def test_the_dummy_and_what_has_no_model_have_nothing_to_find_out(iris):
    store = opened()
    assert looked(store, "iris", 1)[1] == Insight()


def test_a_damaged_file_is_said(iris):
    store = opened()
    peers = store.experiments("iris").records
    (store.experiment_directory(peers[1]) / "model.skops").write_bytes(b"x")
    _, found = looked(store, "iris")
    assert found.importance is None
    assert "is not as it was when it finished: model.skops" in found.notes[0]


def test_rows_that_are_dealt_out_otherwise_are_said(iris):
    store = opened()
    peers = store.experiments("iris").records
    changed = replace(peers[1], comparison_key="other")
    _, found = find_out(store, changed, peers, clock=time.monotonic, seconds=60.0)
    assert "no longer dealt out as they were" in found.notes[0]


def test_a_model_that_needs_trust_is_said_and_the_curve_is_measured(iris):
    store = opened()
    import joblib

    from mlctl.files import sha256sums, write_atomic
    from mlctl.ml import model_file

    peers = store.experiments("iris").records
    folder = store.experiment_directory(peers[1])
    joblib.dump(model_file.load(folder / "model.skops"), folder / "model.joblib")
    names = [line.split(maxsplit=1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    write_atomic(folder / "SHA256SUMS", sha256sums(folder, sorted([*names, "model.joblib"])))
    store.update(peers[1], artifact_file_paths={"model": "model.joblib"})
    _, found = looked(store, "iris")
    assert found.importance is None
    assert "can run code" in found.notes[0]
    assert found.curve is not None
    _, trusted = looked(store, "iris", trust=True)
    assert trusted.importance is not None


@pytest.mark.parametrize(("params", "order"), [(BY_TIME, "latest"), (BY_GROUP, "random")])
def test_time_and_groups_are_kept_together(nowhere_else, params, order):
    lines = [
        f"2024-01-{1 + at // 24:02} {at % 24:02}:00,s{at % 30},{at % 7},{at % 7 + at / 1000}"
        for at in range(480)
    ]
    Path("rows.csv").write_text("day,shop,x,k\n" + "\n".join(lines) + "\n")
    Path("params.yaml").write_text(params)
    assert main(["init"]) == 0
    assert main(["train", "--params", "params.yaml"]) == 0
    _, found = looked(opened(), "shop")
    assert found.notes == ()
    assert found.curve.order == order
