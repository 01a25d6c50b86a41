import json
import os
from datetime import UTC, datetime

import pytest

from mlctl.actions.logging import Log
from mlctl.actions.logging_join import join
from mlctl.actions.logging_sinks import Ending, taken
from mlctl.errors import DamagedError, MlctlError
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.fixture
def running(tmp_path):
    store, _ = init(tmp_path / "mlstore", NOW)
    store.add_project("p", "", NOW)
    model, _ = store.add_model("p", "m", "", NOW)
    with store.new_experiment(model, None, NOW) as opened:
        yield opened


def joined(opened) -> Log:
    log = join(opened.directory, lambda: NOW, lambda: 0.0)
    assert log is not None
    return log


def test_who_joins_leaves_word_for_the_record(running):
    log = joined(running)
    assert (log.experiment.project_name, log.experiment.model_name) == ("p", "m")
    log.line("said nowhere")
    log.parameters({"a": {"b": 1}})
    log.metrics({"rmse": 1.0})
    log.text("mine", "x", "artifacts/x.txt")
    log.end(Ending("failed", "ValueError", "no"))
    log.close()
    assert (running.directory / "log.txt").read_text() == ""
    found = taken(running.directory)
    assert found["parameters"] == {"a": {"b": 1}}
    assert found["evaluations"] == {"logged": {"rmse": 1.0}}
    assert found["artifact_file_paths"]["mine"] == "artifacts/x.txt"
    assert found["warnings"] == ["ValueError: no"]
    assert not (running.directory / ".logged").exists()
    assert taken(running.directory) == {}


def test_of_several_the_later_word_stands_and_lists_are_joined(running):
    folder = running.directory / ".logged"
    folder.mkdir()
    first = {"parameters": {"a": 1, "b": {"x": 1}}, "tags": ["one"], "rung": "a"}
    second = {"parameters": {"a": 2, "b": {"y": 2}}, "tags": ["two", "one"], "rung": "b"}
    for time, (name, told) in enumerate((("9", first), ("1", second)), start=1):
        (folder / f"{name}.json").write_text(json.dumps(told))
        os.utime(folder / f"{name}.json", (time, time))
    assert taken(running.directory) == {
        "parameters": {"a": 2, "b": {"x": 1, "y": 2}},
        "tags": ["one", "two"],
        "rung": "b",
    }


@pytest.mark.parametrize("text", ["[]", "{"])
def test_what_nobody_logged_is_damage(running, text):
    (running.directory / ".logged").mkdir()
    (running.directory / ".logged" / "1.json").write_text(text)
    with pytest.raises(DamagedError, match="nothing that a script logged"):
        taken(running.directory)


def test_only_what_runs_can_be_joined(running, tmp_path):
    assert join(tmp_path / "nothing", lambda: NOW, lambda: 0.0) is None
    running.finish()
    assert join(running.directory, lambda: NOW, lambda: 0.0) is None


def test_one_that_is_gone_says_so(running, tmp_path):
    log = joined(running)
    (running.directory).rename(tmp_path / "elsewhere")
    with pytest.raises(MlctlError, match="is gone"):
        log.save()
