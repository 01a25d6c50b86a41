import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

import numpy as np
import pytest

import mlctl.tracking as mlflow
from mlctl.errors import NotFoundError, UsageError
from mlctl.tracking import TrackingWarning, active, fluent
from mlctl.tracking.guard import forget
from tests.tracking.conftest import only


def test_a_run_under_mlflows_names(store, nowhere_else):
    mlflow.set_experiment("iris/species")
    (nowhere_else / "a.txt").write_text("a")
    with mlflow.start_run(run_name="first", tags={"team": "risk"}) as run:
        assert mlflow.log_param("k", 3) == 3
        mlflow.log_params({"l": None})
        mlflow.log_metric("rmse", 1.5, step=2)
        mlflow.log_metrics({"mae": 1})
        mlflow.set_tag("a", "b")
        mlflow.set_tags({"c": 1})
        mlflow.log_artifact("a.txt")
        mlflow.log_text("x", "b.txt")
        assert mlflow.active_run().info.run_uuid == run.info.run_id
        assert mlflow.get_artifact_uri("a.txt") == f"{run.info.artifact_uri}/a.txt"
        assert Path(urlparse(mlflow.get_artifact_uri("a.txt")).path).read_text() == "a"
        assert mlflow.get_run(run.info.run_id).data.metrics == {"rmse": 1.5, "mae": 1.0}
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
    assert mlflow.active_run() is None
    found = only(store)
    assert (found.project_name, found.model_name, found.description) == ("iris", "species", "first")
    again = mlflow.get_run(found.experiment_id)
    assert again.info.run_id == run.info.run_id
    assert (again.info.status, again.info.run_name, again.info.version) == (
        "FINISHED",
        "first",
        "iris_nogit_1",
    )
    assert again.info.end_time >= again.info.start_time > 1_700_000_000_000
    assert again.data.params == {"k": "3", "l": "None"}
    assert again.data.tags == {"team": "risk", "a": "b", "c": "1"}
    assert mlflow.get_run("iris_nogit_1").data.metrics == {"rmse": 1.5, "mae": 1.0}
    with pytest.raises(NotFoundError):
        mlflow.get_run("0" * 32)
    with pytest.raises(NotFoundError, match="without an id"):
        mlflow.get_run("")


def test_scores_of_other_parts_are_no_metrics_of_a_run(store):
    with mlflow.start_run() as run:
        run.target.do(lambda log: log.set(evaluations={"size": {"model_bytes": 10}}))
        mlflow.log_metric("training_r2_score", 0.5)
    assert mlflow.get_run(run.info.run_id).data.metrics == {"training_r2_score": 0.5}


def test_a_folder_is_logged_whole(store, nowhere_else):
    (nowhere_else / "out").mkdir()
    (nowhere_else / "out" / "a.txt").write_text("a")
    mlflow.log_artifacts("out", "all")  # without a run one is begun
    assert active.current() is not None
    mlflow.end_run()
    assert "artifacts/all/a.txt" in only(store).artifact_file_paths


@pytest.mark.parametrize(
    ("status", "ours"), [("FINISHED", "finished"), ("FAILED", "failed"), ("KILLED", "interrupted")]
)
def test_how_a_script_ends_a_run(store, status, ours):
    mlflow.start_run()
    mlflow.end_run(status)
    mlflow.end_run()
    assert only(store).status == ours


def test_runs_within_runs_say_so(store):
    with mlflow.start_run() as outer:
        with pytest.raises(UsageError, match="is still open"):
            mlflow.start_run()
        with mlflow.start_run(nested=True, description="inner"):
            mlflow.log_metric("rmse", 1.0)
        mlflow.log_metric("rmse", 2.0)
        assert mlflow.start_run(run_id=outer.info.run_id).target is outer.target
    first, second = store.experiments().records
    assert (second.tags, second.evaluations) == (
        [f"parent={first.model_version_id}"],
        {"logged": {"rmse": 1.0}},
    )
    assert first.evaluations == {"logged": {"rmse": 2.0}}


def test_what_is_finished_does_not_change(store):
    with mlflow.start_run() as run:
        pass
    with pytest.raises(UsageError, match="has ended"):
        mlflow.start_run(run_id=run.info.run_id)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("iris/species", ("iris", "species")),
        ("/Shared/iris: first", ("Shared", "iris_ first")),
        ("/Users/ada/iris", (None, "Users_ada_iris")),
        ("2026", (None, "experiment_2026")),
    ],
)
def test_any_name_of_mlflows_becomes_one_that_a_model_can_bear(store, nowhere_else, name, place):
    mlflow.set_experiment(name)
    with mlflow.start_run():
        pass
    found = only(store)
    assert (found.project_name, found.model_name) == (place[0] or nowhere_else.name, place[1])


def test_a_store_can_be_chosen_by_its_address(nowhere_else):
    mlflow.set_tracking_uri(f"file://{nowhere_else}/my%20store")
    with pytest.warns(TrackingWarning, match="there was no store"):
        assert mlflow.get_tracking_uri() == f"file://{nowhere_else}/my%20store"
    mlflow.set_tracking_uri("other")
    with pytest.warns(TrackingWarning), mlflow.start_run() as run:
        assert str(nowhere_else / "other") in run.info.artifact_uri
    (nowhere_else / "file").write_text("")
    mlflow.set_tracking_uri("file")
    assert mlflow.get_tracking_uri() == f"file://{nowhere_else}/file"
    mlflow.set_tracking_uri("")


@pytest.mark.parametrize(
    ("uri", "said"),
    [("http://host:5000", "http://…"), ("sqlite:///x.db", "sqlite://…"), ("./mlruns", "MLflow's mlruns")],
)
def test_the_address_of_an_mlflow_chooses_nothing_and_says_so(store, uri, said):
    with pytest.warns(TrackingWarning, match=said):
        mlflow.set_tracking_uri(uri)
    assert mlflow.get_tracking_uri() == store.root.as_uri()


def test_a_run_that_cannot_be_logged_has_no_id(nowhere_else):
    (nowhere_else / "mlstore").write_text("a file")
    with pytest.warns(TrackingWarning, match="nothing is logged"), mlflow.start_run() as run:
        mlflow.log_metric("rmse", 1.0)
    assert (run.info.run_id, run.data.metrics) == ("", {})


def test_a_forked_child_begins_no_run_by_itself(store):
    with mlflow.start_run():
        pid = os.fork()
        if pid == 0:
            mlflow.log_metric("rmse", 2.0)
            os._exit(0)
        os.waitpid(pid, 0)
    assert only(store).evaluations == {}


def test_what_was_begun_last_is_found_again(store):
    with mlflow.start_run() as run:
        assert mlflow.last_active_run().info.run_id == run.info.run_id
    assert mlflow.last_active_run().info.status == "FINISHED"


def test_mappings_and_figures_are_artifacts(store):
    class Figure:
        def savefig(self, file, format, bbox_inches):  # noqa: A002 - matplotlib's name
            file.write(format.encode())

    with mlflow.start_run() as run:
        mlflow.log_dict({"a": 1}, "a.json")
        mlflow.log_dict({"a": 1}, "a.yaml")
        mlflow.log_figure(Figure(), "a.svg")
        place = Path(mlflow.get_artifact_uri().removeprefix("file://"))
        assert run.info.run_id
    texts = {one.name: one.read_text() for one in place.iterdir()}
    assert texts == {"a.json": '{\n  "a": 1\n}', "a.yaml": "a: 1\n", "a.svg": "svg"}


def test_a_name_that_is_changed_is_said(store):
    forget()
    with pytest.warns(TrackingWarning, match="is called 'a/b' here"):
        mlflow.set_experiment("a / b!")


def test_half_a_character_is_spelled_out_and_the_script_goes_on(store):
    with mlflow.start_run() as run:
        mlflow.set_tag("k\ud800", "v\ud800")
        mlflow.log_param("p", "\ud800")
        mlflow.log_metric("m\ud800", 1, step=np.int64(4))
        mlflow.log_metric("one", np.array([2.0]))
    data = mlflow.get_run(run.info.run_id).data
    assert data.params == {"p": "\\ud800"}
    assert data.metrics == {"m\\ud800": 1.0, "one": 2.0}
    assert data.tags["k\\ud800"] == "v\\ud800"


def test_an_artifact_that_cannot_be_does_not_end_the_logging(store):
    forget()
    with mlflow.start_run() as run:
        for place, said in (("/dev/null", "neither a file"), ("/proc/self/mem/x", "no file")):
            with pytest.warns(TrackingWarning, match=said):
                mlflow.log_artifact(place)
        with pytest.warns(TrackingWarning, match="not logged: cannot"):
            mlflow.log_text("a", "n" * 300)
        mlflow.log_metric("after", 1)
    assert mlflow.get_run(run.info.run_id).data.metrics == {"after": 1.0}


def test_a_store_that_is_removed_does_not_come_to_life_again(store):
    forget()
    run = mlflow.start_run()
    shutil.rmtree(store.root)
    with pytest.warns(TrackingWarning, match="could not be ended.*is gone"):
        run.target.end()
    assert not store.root.exists()


def test_no_run_was_active_yet(monkeypatch):
    monkeypatch.setattr(active, "latest", lambda: None)
    monkeypatch.setattr(active, "current", lambda: None)
    assert fluent.last_active_run() is None
