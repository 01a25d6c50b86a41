import sys
from datetime import UTC, datetime

import pytest

import mlctl
from mlctl.tracking import TrackingWarning, active, context, opening
from tests.tracking.conftest import only

NOW = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.fixture
def running(store):
    store.add_project("p", "", NOW)
    model, _ = store.add_model("p", "m", "", NOW)
    with store.new_experiment(model, None, NOW) as opened:
        yield opened


def test_the_first_of_a_process_joins_what_mlctl_run_keeps_open(store, running, monkeypatch):
    monkeypatch.setenv("MLCTL_EXPERIMENT", str(running.directory))
    with mlctl.experiment(name="mine") as first:
        first.log_metric("rmse", 1.0)
    with mlctl.experiment("p/m") as second:
        pass
    assert first.experiment_id == running.experiment.experiment_id
    assert second.experiment_id != first.experiment_id


def test_another_model_than_that_of_mlctl_run_is_said(store, running, monkeypatch):
    monkeypatch.setenv("MLCTL_EXPERIMENT", str(running.directory))
    with pytest.warns(TrackingWarning, match=r"records this as p/m; for iris/species"):
        mlctl.experiment("iris/species").end()


def test_what_an_environment_remembers_is_not_joined(store, monkeypatch, tmp_path):
    monkeypatch.setenv("MLCTL_EXPERIMENT", str(tmp_path))
    mlctl.experiment("p/m").end()
    assert only(store).status == "finished"


def test_what_is_open_when_python_ends_is_ended(store, monkeypatch):
    left = mlctl.experiment("p/m")
    monkeypatch.setattr(sys, "last_value", ValueError("no"), raising=False)
    active._over()
    assert left.ended.reason == "ValueError"
    assert only(store).error == {"reason": "ValueError", "message": "no"}


def test_a_fork_leaves_the_parents_experiments_to_the_parent(store):
    left = mlctl.experiment("p/m")
    stack = list(active._Open.stack)
    active._forked()
    assert (active.is_child(), active.current(), left.log) == (True, None, None)
    assert not active.may_join()
    assert stack
    assert only(store).status == "interrupted"


def test_a_directory_that_is_gone_has_a_name_all_the_same(monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr(opening.Path, "cwd", gone)
    assert str(opening._here()) == "scripts"


def test_times_are_in_utc():
    assert context.now().tzinfo is UTC
