"""The life of an experiment: ``new_experiment`` and ``open_experiment``."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from mlctl import files
from mlctl.errors import BusyError, MlctlError, NotFoundError, UsageError
from mlctl.files import atomic
from mlctl.store import new_experiment, record_files
from tests.files.faults import FaultyOs
from tests.store.conftest import NOW

OPEN_AND_WAIT = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from mlctl.store import find
store = find(Path(sys.argv[1]), explicit=None, environ={})
opened = store.new_experiment(store.model("iris", "species"), "3f9a1c", datetime.now(UTC))
opened.write("params.yaml", "a: 1\\n")
print(opened.experiment.model_version_id, flush=True)
time.sleep(60)
"""


def tree(experiment, store) -> dict:
    return store.read_yaml(store.experiment_directory(experiment) / "meta.yaml")


def status(store) -> str:
    (record,) = store.experiments().records
    return record.status


def test_it_runs_then_it_is_finished(store, model):
    opened = store.new_experiment(model, "3f9a1cdeadbeef", NOW, rung="svc", seed=7)
    running = opened.experiment
    assert (running.model_version_id, running.status, running.seed) == ("iris_3f9a1c_1", "running", 7)
    assert store.experiments().records == (running,)
    assert tree(running, store)["process"] == {"host": os.uname().nodename, "pid": os.getpid()}
    assert opened.directory == store.experiment_directory(running)
    opened.log("fitting")
    opened.beat()
    opened.write("params.yaml", "a: 1\n")
    opened.write("plots/roc.png", b"\x89PNG")
    with opened.write_via("scores.csv") as aside:
        aside.write_text("fold,metric\n")
    done = opened.finish(evaluations={"test": {"r2_score": 0.5}}, warnings=("a",))
    assert opened.experiment is done
    assert (done.status, done.evaluations, done.warnings) == ("finished", {"test": {"r2_score": 0.5}}, ["a"])
    assert store.experiments().records == (done,)
    assert "process" not in tree(done, store)
    store.verify(done)
    sums = files.parse_sums((opened.directory / "SHA256SUMS").read_text())
    assert list(sums) == ["log.txt", "params.yaml", "plots/roc.png", "scores.csv"]
    assert (opened.directory / "log.txt").read_text() == "fitting\n"


def test_every_field_of_the_record_is_on_disk_in_its_order(store, model):
    with store.new_experiment(model, None, NOW) as opened:
        done = opened.finish()
    assert list(tree(done, store)) == list(done.to_dict())
    assert len(done.experiment_id) == 32
    assert done.created_datetime == "2026-01-09T12:30:00.000000Z"


def test_it_fails_with_a_reason(store, model):
    opened = store.new_experiment(model, None, NOW)
    failed = opened.fail("timeout", "longer than 20 minutes", warnings=["slow"])
    assert (failed.status, failed.warnings) == ("failed", ["slow"])
    assert failed.error == {"reason": "timeout", "message": "longer than 20 minutes"}
    assert store.experiments().records == (failed,)
    assert not (opened.directory / "SHA256SUMS").exists()


def test_it_is_interrupted_by_somebody(store, model):
    stopped = store.new_experiment(model, None, NOW).interrupt("Ctrl-C")
    assert (stopped.status, stopped.error["message"]) == ("interrupted", "Ctrl-C")
    assert store.experiments().records == (stopped,)


def test_closed_without_an_end_it_reads_as_interrupted(store, model):
    with store.new_experiment(model, None, NOW):
        assert status(store) == "running"
    assert status(store) == "interrupted"


@pytest.mark.parametrize("name", ["", "..", "../a", "/a", "a/../../b", "meta.yaml", "log.txt", "SHA256SUMS"])
def test_names_that_no_artifact_may_have(store, model, name):
    with store.new_experiment(model, None, NOW) as opened, pytest.raises(ValueError, match="no artifact"):
        opened.path(name)


def test_what_the_record_cannot_hold_is_refused_and_it_stays_open(store, model):
    with pytest.raises(UsageError, match=r"evaluations\.test: 5 is no mapping"):
        store.new_experiment(model, None, NOW, evaluations={"test": 5})
    opened = store.new_experiment(model, None, NOW)
    with pytest.raises(UsageError, match=r"evaluations\.test: 5 is no mapping"):
        opened.finish(evaluations={"test": 5})
    assert status(store) == "running"
    with pytest.raises(TypeError):
        opened.finish(evaluation={})
    opened.finish()


@pytest.mark.parametrize("commit", ["zzzzzz", "abc", "ABCDEF1"])
def test_what_is_no_commit(store, model, commit):
    with pytest.raises(UsageError, match="is no git commit"):
        store.new_experiment(model, commit, NOW)


def test_the_model_must_still_be_there(store, model):
    store.remove(model, NOW)
    with pytest.raises(NotFoundError, match="iris/species is no longer there"):
        store.new_experiment(model, None, NOW)
    assert store.experiments().records == ()


def test_beginning_waits_for_the_lock_and_finishing_does_not(store, model, site, monkeypatch):
    with site.locked(), pytest.raises(BusyError):
        new_experiment.new_experiment(site, model, None, NOW, {})
    opened = store.new_experiment(model, None, NOW)
    with site.locked():
        assert opened.finish().status == "finished"


def test_a_killed_process_leaves_an_interrupted_experiment(store, model):
    process = subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WAIT, str(store.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "iris_3f9a1c_1\n"
        assert status(store) == "running"
        (record,) = store.experiments().records
        with pytest.raises(BusyError, match="iris_3f9a1c_1 is still running"):
            store.tag(record, "x")
        with pytest.raises(BusyError, match="iris_3f9a1c_1 is still running"):
            store.remove(record, NOW)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert status(store) == "interrupted"
    assert store.tag(record, "x").tags == ["x"]
    assert status(store) == "interrupted"
    with store.new_experiment(model, "3f9a1c", NOW) as opened:
        assert opened.finish().model_version_id == "iris_3f9a1c_2"


def test_a_half_made_experiment_is_never_listed(store, model, monkeypatch):
    def killed(*args):
        half = list((store.root / "tmp").rglob("log.txt"))
        assert len(half) == 1
        assert store.experiments().records == ()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(new_experiment, "write_tree", killed)
        with pytest.raises(KeyboardInterrupt):
            store.new_experiment(model, None, NOW)
    assert store.experiments().records == ()
    assert list((store.root / "tmp").iterdir()) == []
    # What kill -9 would leave instead: nobody reads it.
    (store.root / "tmp" / ".tmp-1").mkdir()
    (store.root / "tmp" / ".tmp-1" / "meta.yaml").write_text("experiment_id: x\n")
    assert store.experiments() == store.experiments("iris")
    assert store.experiments().damaged == ()


def test_a_full_disk_at_any_step_of_the_end_leaves_it_open_or_finished(store, model, monkeypatch):
    seen = set()
    for step in range(1, 40):
        opened = store.new_experiment(model, None, NOW)
        opened.write("params.yaml", "a: 1\n")
        faulty = FaultyOs(step)
        with monkeypatch.context() as patch:
            patch.setattr(atomic, "os", faulty)
            with suppress(MlctlError):
                opened.finish()
        record = store.experiments().records[-1]
        seen.add(record.status)
        if record.status == "finished":
            store.verify(record)
        if faulty.failed is None:
            break
        opened.interrupt("no space")
        opened.close()
        assert not list(opened.directory.rglob(".tmp-*"))
    assert seen == {"running", "finished"}
    assert store.experiments().damaged == ()


def test_a_failure_that_cannot_be_written_is_closed_all_the_same(store, model, monkeypatch):
    opened = store.new_experiment(model, None, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(atomic, "os", FaultyOs(1))
        with pytest.raises(MlctlError, match="no space left"):
            opened.fail("error", "x")
    assert status(store) == "interrupted"
    opened.interrupt("MlctlError")  # what stops the work tells it to stop, too
    assert status(store) == "interrupted"


def test_what_has_ended_cannot_be_interrupted(store, model):
    opened = store.new_experiment(model, None, NOW)
    ended = opened.finish()
    assert opened.interrupt("KeyboardInterrupt") == ended
    assert store.experiments().records == (ended,)
    failed = store.new_experiment(model, None, NOW)
    failed.fail("error", "x")
    assert failed.interrupt("KeyboardInterrupt").status == "failed"


def test_a_full_disk_while_beginning_gives_the_log_back(store, model, monkeypatch):
    logs = []
    real = files.HeldLog

    def held(path):
        logs.append(real(path))
        return logs[-1]

    def full(path, tree):
        raise MlctlError("no space left")

    monkeypatch.setattr(files, "HeldLog", held)
    monkeypatch.setattr(new_experiment, "write_tree", full)
    with pytest.raises(MlctlError, match="no space"):
        store.new_experiment(model, None, NOW)
    with pytest.raises(ValueError, match="is closed"):
        logs[0].write("x")
    monkeypatch.setattr(new_experiment, "write_tree", record_files.write_tree)
    assert store.new_experiment(model, None, NOW).finish().model_version_id == "iris_nogit_2"
