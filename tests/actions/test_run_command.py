import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlctl.actions import run_command_output, run_command_process
from mlctl.actions.logging_place import Named
from mlctl.actions.run_command import Order, run_command
from mlctl.actions.run_command_files import changed, described, stamps
from mlctl.actions.run_command_process import passed_on
from mlctl.errors import MlctlError, NotFoundError
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.fixture
def store(nowhere_else):
    made, _ = init(nowhere_else / "mlstore", NOW)
    return made


def run(store, *command, heard=None, **more):
    order = Order(command, Named("p", "m"), Path.cwd(), {**os.environ, **more.pop("environ", {})}, **more)
    told = [] if heard is None else heard
    return run_command(
        store, order, hear=lambda name, data: told.append((name, data)), now=lambda: NOW, clock=time.monotonic
    )


def test_a_command_is_recorded_with_what_it_wrote(store, nowhere_else):
    (nowhere_else / "old.txt").write_text("old")
    (nowhere_else / "kept.txt").write_text("kept")
    heard: list = []
    script = (
        "echo out; echo err >&2; echo new > new.txt; echo more >> old.txt; head -c 3000 /dev/zero > big.bin"
    )
    ran = run(store, "sh", "-c", script, heard=heard, most=2000, description="try")
    assert (ran.exit_code, ran.experiment.status, ran.experiment.description) == (0, "finished", "try")
    assert sorted(heard) == [("err", b"err\n"), ("out", b"out\n")]
    directory = store.experiment_directory(ran.experiment)
    assert sorted((directory / "log.txt").read_text().split()) == ["err", "out"]
    found = {one.path: (one.bytes, one.kept) for one in ran.files}
    assert found == {
        "new.txt": (4, "written/new.txt"),
        "old.txt": (8, "written/old.txt"),
        "big.bin": (3000, ""),
    }
    told = store.read_yaml(directory / "run.yaml")
    assert (told["command"], told["exit_code"]) == (["sh", "-c", script], 0)
    assert told["duration_s"] > 0
    store.verify(ran.experiment)


@pytest.mark.parametrize(
    ("script", "code", "status", "message"),
    [
        ("exit 3", 3, "failed", "exit code 3"),
        ("kill -9 $$", 137, "interrupted", "killed by SIGKILL"),
        ("kill -SEGV $$", 139, "failed", "killed by SIGSEGV"),
    ],
)
def test_how_a_command_ends_is_passed_on(store, script, code, status, message):
    ran = run(store, "sh", "-c", script)
    assert (ran.exit_code, ran.experiment.status, ran.experiment.error["message"]) == (code, status, message)


def test_a_command_that_is_not_there_records_nothing(store):
    with pytest.raises(NotFoundError, match="no command 'nosuch'"):
        run(store, "nosuch")
    assert store.experiments().records == ()


def test_a_file_that_cannot_be_run_is_a_failed_experiment(store, nowhere_else):
    (nowhere_else / "plain.txt").write_text("x")
    with pytest.raises(MlctlError, match=r"plain\.txt cannot be run: Permission denied"):
        run(store, "./plain.txt")
    assert store.experiments().records[0].status == "failed"


def test_a_script_that_logs_joins_the_experiment(store, nowhere_else):
    (nowhere_else / "a.py").write_text(
        "import mlctl\n"
        "with mlctl.experiment('p/m', name='mine') as e:\n"
        "    e.log_param('k', 3); e.log_metric('rmse', 1.5); e.set_tag('note', 'see https://example.org')\n"
        "    open('x.txt', 'w').write('x'); e.log_artifact('x.txt'); e.do(lambda log: log.set(rung='Mine'))\n"
        "with mlctl.experiment('p/m') as e:\n"
        "    e.log_metric('rmse', 2.5)\n"
    )
    ran = run(store, sys.executable, "a.py")
    first, second = store.experiments().records
    assert ran.experiment.experiment_id == first.experiment_id
    assert (first.parameters, first.evaluations) == ({"k": 3}, {"logged": {"rmse": 1.5}})
    assert (first.rung, first.description, first.status) == ("Mine", "mine", "finished")
    assert first.artifact_file_paths["artifacts/x.txt"] == "artifacts/x.txt"
    assert [one.kept for one in ran.files] == [""]  # the script itself has kept it
    tags = store.read_yaml(store.experiment_directory(first) / "mlflow.yaml")["tags"]
    assert tags == {"note": "see https://example.org"}
    assert second.evaluations == {"logged": {"rmse": 2.5}}  # the second of a script is one of its own
    store.verify(first)


def test_a_script_that_means_another_model_is_told(store, nowhere_else):
    (nowhere_else / "a.py").write_text("import mlctl\nmlctl.experiment('iris/species').end()\n")
    heard: list = []
    run(store, sys.executable, "a.py", heard=heard)
    assert b"mlctl run records this as p/m; for iris/species say so there" in b"".join(
        data for _, data in heard
    )


def test_what_a_command_leaves_behind_does_not_hold_it_up(store):
    begun = time.monotonic()
    ran = run(store, "sh", "-c", "sleep 60 & echo done")
    assert ran.exit_code == 0
    assert time.monotonic() - begun < 50


def test_a_signal_is_passed_on_to_the_command(store):
    script = "trap 'echo heard; exit 7' TERM; echo ready; while true; do sleep 0.05; done"
    heard: list = []

    def send():
        while not heard:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=send)
    thread.start()
    ran = run(store, "sh", "-c", script, heard=heard)
    thread.join()
    assert (ran.exit_code, heard[-1]) == (7, ("out", b"heard\n"))


class Child:
    def __init__(self):
        self.heard = []

    def send_signal(self, number):
        self.heard.append(number)


def test_a_signal_that_comes_too_early_reaches_the_child(monkeypatch):
    monkeypatch.setattr(run_command_process, "_in_foreground", lambda: True)
    child = Child()
    before = signal.getsignal(signal.SIGINT)
    with passed_on() as told:
        os.kill(os.getpid(), signal.SIGHUP)
        told(child)
        os.kill(os.getpid(), signal.SIGINT)  # a terminal has sent it to the child as well
        assert child.heard == [signal.SIGHUP]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_that_nohup_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with passed_on():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("answer", [OSError(), -1, None])
def test_the_foreground_is_asked_of_the_terminal(monkeypatch, tmp_path, answer):
    def opened(path, flags):
        if isinstance(answer, OSError):
            raise answer
        return whole(tmp_path, os.O_RDONLY)

    def group(handle):
        if answer is None:
            raise OSError
        return answer

    whole = os.open
    monkeypatch.setattr(run_command_process.os, "open", opened)
    monkeypatch.setattr(run_command_process.os, "tcgetpgrp", group)
    assert not run_command_process._in_foreground()


def test_a_command_is_ended_where_it_cannot_be_recorded(store):
    class FullError(Exception):
        pass

    def full(name, data):
        raise FullError

    order = Order(("sh", "-c", "echo a; sleep 60"), Named("p", "m"), Path.cwd(), os.environ)
    with pytest.raises(FullError):
        run_command(store, order, hear=full, now=lambda: NOW, clock=time.monotonic)
    assert store.experiments().records[0].status == "interrupted"


def test_a_command_that_runs_long_shows_that_it_does(monkeypatch, tmp_path):
    monkeypatch.setattr(run_command_process, "BEAT_S", 0.0)
    beats: list = []
    words = {"directory": tmp_path, "environ": os.environ, "hear": lambda *_: None, "clock": time.monotonic}
    assert run_command_process.run(["echo", "a"], beat=lambda: beats.append(1), **words) == 0
    assert beats


def test_a_long_command_keeps_its_experiment_alive(store, monkeypatch):
    monkeypatch.setattr(run_command_process, "BEAT_S", 0.0)
    assert run(store, "echo", "a").exit_code == 0


def test_which_files_are_looked_at(tmp_path, monkeypatch):
    for name in ("a.txt", "deep/b.txt", ".git/c", "venv/pyvenv.cfg", "venv/d.txt", "store/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("a.txt")
    before = stamps(tmp_path, without=tmp_path / "store")
    assert set(before) == {"a.txt", "deep/b.txt"}
    (tmp_path / "a.txt").write_text("new text")
    assert changed(before, stamps(tmp_path, without=tmp_path / "store")) == ["a.txt"]
    (found,) = described(tmp_path, ["a.txt", "gone.txt"])
    assert (found.path, found.bytes) == ("a.txt", 8)
    assert stamps(tmp_path / "nowhere", without=tmp_path) == {}
    monkeypatch.setattr("mlctl.actions.run_command_files.MOST", 1)
    assert len(stamps(tmp_path, without=tmp_path / "store")) == 1


def test_a_file_that_goes_while_it_is_looked_at(tmp_path, monkeypatch):
    class Gone:
        path, name = str(tmp_path / "a"), "a"

        def stat(self, follow_symlinks):
            raise FileNotFoundError

    monkeypatch.setattr("mlctl.actions.run_command_files._walk", lambda *_: iter([Gone()]))
    assert stamps(tmp_path, without=tmp_path) == {}


def test_the_exit_code_counts_where_the_store_is_gone_meanwhile(store):
    ran = run(store, "sh", "-c", f"rm -r '{store.root}'; echo done; exit 3")
    assert (ran.exit_code, ran.experiment.status) == (3, "running")
    assert "not recorded" in ran.trouble
    assert not store.root.exists()


def test_output_beyond_what_is_kept_is_a_warning(store, monkeypatch):
    monkeypatch.setattr(run_command_output.OutputLog.__init__, "__defaults__", (10,))
    ran = run(store, "sh", "-c", "echo 12345678901234567890")
    assert (ran.exit_code, ran.experiment.status) == (0, "finished")
    assert "longer than what is kept" in ran.experiment.warnings[0]
