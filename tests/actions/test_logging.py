from datetime import UTC, datetime

import pytest

from mlctl.actions.git import GitState
from mlctl.actions.logging import Log, begin, keep_surroundings, read_tags, tag_word
from mlctl.actions.logging_sinks import Ending, Own
from mlctl.store.points import read_points
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    made, _ = init(tmp_path / "mlstore", NOW)
    made.add_project("p", "", NOW)
    made.add_model("p", "m", "", NOW)
    return made


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def opened(store, clock=None):
    return Log(Own(store.new_experiment(store.model("p", "m"), None, NOW)), lambda: NOW, clock or Clock())


def test_the_record_is_brought_up_to_date_every_two_seconds(store):
    clock = Clock()
    log = opened(store, clock)
    log.parameters({"a": 1})
    clock.now = 1.9
    log.parameters({"b": 2})
    assert log.experiment.parameters == {"a": 1}
    clock.now = 2.0
    log.metrics({"rmse": 1})
    assert log.experiment.parameters == {"a": 1, "b": 2}
    assert store.experiments().records[0].evaluations == {"logged": {"rmse": 1.0}}
    assert store.experiments().records[0].status == "running"
    log.end(Ending())
    assert store.experiments().records[0].timings == {"total_s": 2.0}


def test_one_that_was_let_go_reads_as_interrupted_and_keeps_what_was_saved(store):
    log = opened(store)
    log.metrics({"rmse": 1.5}, step=3)
    log.close()
    (found,) = store.experiments().records
    assert (found.status, found.evaluations) == ("interrupted", {"logged": {"rmse": 1.5}})
    (point,) = read_points(log.directory / "metrics.csv")
    assert (point.step, point.time) == (3, "2026-01-09T12:00:00.000000Z")


def test_mappings_are_merged_and_other_fields_replaced(store):
    log = opened(store)
    log.set(timings={"fit_s": 1.0}, rung="a", evaluations={"size": {"model_bytes": 3}})
    log.set(rung="b", evaluations={"train": {"r2_score": 0.5}})
    log.metrics({"training_r2_score": 0.75, "training_score": 1.0})
    log.warn("odd")
    found = log.end(Ending("failed", "error", "no"))
    assert (found.rung, found.warnings, found.timings) == ("b", ["odd"], {"fit_s": 1.0, "total_s": 0.0})
    assert found.evaluations == {"train": {"r2_score": 0.5, "score": 1.0}, "size": {"model_bytes": 3}}
    assert found.error == {"reason": "error", "message": "no"}


def test_changes_to_the_code_are_kept(store):
    log = opened(store)
    keep_surroundings(log, GitState("a" * 40, "main", True, b"diff"), {"command": ["x"]})
    found = log.end(Ending("interrupted", "interrupted", "SIGTERM"))
    assert (log.directory / found.artifact_file_paths["changes"]).read_bytes() == b"diff"
    assert "numpy" in store.read_yaml(log.directory / "environment.yaml")["packages"]
    assert found.error["message"] == "SIGTERM"


def test_a_script_begins_an_experiment_of_its_own(store, tmp_path):
    words = {
        "name": "try",
        "directory": tmp_path,
        "command": ["train.py", "1"],
        "now": lambda: NOW,
        "clock": Clock(),
    }
    log = begin(store, store.model("p", "m"), **words)
    found = log.end(Ending())
    assert found.description == "try"
    assert (log.directory / "log.txt").read_text() == "script: train.py 1\n"
    assert log.place("plots/a.png") == log.directory / "plots" / "a.png"


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("team", "risk", "team=risk"),
        ("reviewed", "", "reviewed"),
        ("mlflow.user", "ada", ""),
        ("estimator_name", "SVC", ""),
        ("a", "b/c", ""),
        ("long", "x" * 70, ""),
    ],
)
def test_a_tag_is_a_word_where_the_rules_allow_it(key, value, word):
    assert tag_word(key, value) == word


def test_tags_come_back_as_they_were(store):
    log = opened(store)
    log.tag("note", "see https://example.org")
    log.end(Ending())
    assert read_tags(log.directory) == {"note": "see https://example.org"}
    (log.directory / "mlflow.yaml").write_text("tags: none\n")
    assert read_tags(log.directory) == {}
