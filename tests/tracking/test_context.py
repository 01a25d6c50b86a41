import os
import shutil
import subprocess
import sys
import threading
import warnings

import pytest

import mlctl
from mlctl.errors import MlctlError, UsageError
from mlctl.store.points import read_points
from mlctl.tracking import TrackingWarning, active
from mlctl.tracking.context import Experiment
from tests.tracking.conftest import only


def logged(**words):
    with mlctl.experiment("iris/species", **words) as e:
        e.log_param("k", 3)
        e.log_params({"metric": "l2"})
        for step in range(3):
            e.log_metric("loss", 3 - step, step=step)
        e.log_metrics({"training_r2_score": 0.9, "rmse": 1.5})
        e.set_tag("reviewed")
        e.set_tags({"team": "risk", "note": "see https://example.org"})
        e.log_text("hello", "notes/a.txt")
    return e


def test_what_a_script_logs_stands_in_its_experiment(store):
    e = logged(name="first try")
    found = only(store)
    assert (
        (found.model_version_id, found.experiment_id)
        == (e.name, e.experiment_id)
        == ("iris_nogit_1", e.experiment_id)
    )
    assert (found.project_name, found.model_name, found.status) == ("iris", "species", "finished")
    assert found.description == "first try"
    assert found.parameters == {"k": 3, "metric": "l2"}
    assert found.evaluations == {"logged": {"loss": 1.0, "rmse": 1.5}, "train": {"r2_score": 0.9}}
    assert found.tags == ["reviewed", "team=risk"]
    assert found.timings["total_s"] >= 0
    directory = store.experiment_directory(found)
    assert [p.value for p in read_points(directory / "metrics.csv")] == [3.0, 2.0, 1.0, 0.9, 1.5]
    assert (directory / "artifacts/notes/a.txt").read_text() == "hello"
    assert store.read_yaml(directory / "mlflow.yaml")["tags"]["note"] == "see https://example.org"
    assert set(found.artifact_file_paths) == {
        "metrics",
        "run",
        "packages",
        "artifacts/notes/a.txt",
        "mlflow",
        "log",
    }
    store.verify(found)


def test_files_and_folders_are_kept_as_copies(store, nowhere_else):
    (nowhere_else / "out" / "deep").mkdir(parents=True)
    (nowhere_else / "out" / "a.txt").write_text("a")
    (nowhere_else / "out" / "deep" / "b.txt").write_text("b")
    (nowhere_else / "out" / "link").symlink_to("/etc/hosts")
    with mlctl.experiment() as e:
        e.log_artifact("out/a.txt", "plots")
        e.log_artifact("out")
        with pytest.warns(TrackingWarning, match="no file nothing"):
            e.log_artifact("nothing")
        with pytest.warns(TrackingWarning, match="leads out of the experiment"):
            e.log_artifact("out/a.txt", "../..")
    kept = [p for p in only(store).artifact_file_paths.values() if p.startswith("artifacts")]
    assert kept == ["artifacts/plots/a.txt", "artifacts/a.txt", "artifacts/deep/b.txt"]


def test_a_name_that_breaks_a_rule_is_an_error_at_the_first_line(store):
    with pytest.raises(UsageError, match="has a slash"):
        mlctl.experiment("iris/../x")


def test_names_that_are_not_given_are_the_directory_and_the_script(store, nowhere_else, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["src/train_it.py", "0.1"])
    with mlctl.experiment():
        pass
    found = only(store)
    assert (found.project_name, found.model_name) == (nowhere_else.name, "train_it")
    assert store.read_yaml(store.experiment_directory(found) / "run.yaml") == {
        "command": ["src/train_it.py", "0.1"]
    }


def test_without_a_store_one_is_made_and_said_once(nowhere_else):
    with pytest.warns(TrackingWarning, match="there was no store: made") as said:
        logged()
    logged()  # a warning would be an error here
    assert len(said) == 1
    assert said[0].filename == __file__
    assert (nowhere_else / "mlstore" / "FORMAT").exists()


def test_an_exception_gives_a_failed_experiment_with_the_reason(store):
    def script():
        with mlctl.experiment("a/b") as e:
            e.log_metric("rmse", 1.0)
            raise ValueError("no such luck")

    with pytest.raises(ValueError, match="no such luck"):
        script()
    found = only(store)
    assert (found.status, found.error) == ("failed", {"reason": "ValueError", "message": "no such luck"})
    assert found.evaluations == {"logged": {"rmse": 1.0}}


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (KeyboardInterrupt(), "interrupted", "Ctrl-C"),
        (SystemExit(3), "failed", "the script ended itself with 3"),
        (SystemExit(0), "finished", None),
    ],
)
def test_other_ways_to_leave_a_block(store, error, status, message):
    with pytest.raises(type(error)), mlctl.experiment("a/b"):
        raise error
    found = only(store)
    assert (found.status, found.error.get("message")) == (status, message)


def test_what_cannot_be_logged_is_a_warning_and_the_rest_is_logged(store):
    with mlctl.experiment("a/b") as e:
        with pytest.warns(TrackingWarning, match="metric 'rmse': 'high' is no number"):
            e.log_metric("rmse", "high")
        with pytest.warns(TrackingWarning, match="'two' is no whole number"):
            e.log_metric("rmse", 1.0, step="two")
        e.log_metric("half a \ud800", 1.0)  # is spelled out
        e.log_metric("mae", 2.0)
    with pytest.warns(TrackingWarning, match="has ended"):
        e.log_metric("mae", 3.0)
    e.end()
    assert only(store).evaluations == {"logged": {"half a \\ud800": 1.0, "mae": 2.0}}


def test_a_disk_that_is_full_is_one_warning(store, monkeypatch):
    with mlctl.experiment("a/b") as e:
        e.log_metric("rmse", 1.0)

        def full(points):
            raise MlctlError("No space left on device")

        monkeypatch.setattr(e.log._points, "append", full)
        with pytest.warns(TrackingWarning, match="is no longer logged: No space left"):
            e.log_metric("rmse", 2.0, step=1)
        for step in range(5):
            e.log_metric("rmse", 2.0, step=step)  # a second warning would be an error here
    found = only(store)
    assert found.status == "finished"
    assert found.warnings == ["not all was logged: No space left on device"]


def test_a_store_that_was_removed_is_one_warning(store):
    e = mlctl.experiment("a/b")
    shutil.rmtree(store.root)
    with pytest.warns(TrackingWarning, match="is no longer logged: cannot write") as said:
        e.log_metric("rmse", 2.0)
    assert len(said) == 1
    e.log_metric("rmse", 3.0)
    e.end()


def test_a_store_that_is_removed_before_the_end_is_one_warning(store):
    e = mlctl.experiment("a/b")
    e.log_metric("rmse", 2.0)
    shutil.rmtree(store.root)
    e.log_metric("rmse", 3.0)  # into a file that nobody will see any more
    with pytest.warns(TrackingWarning, match="could not be ended"):
        e.end()


def test_a_store_that_cannot_be_used_is_one_warning_and_nothing_is_logged(nowhere_else):
    (nowhere_else / "mlstore").write_text("a file")
    with pytest.warns(TrackingWarning, match="nothing is logged"):
        e = mlctl.experiment("a/b")
    with e:
        e.log_metric("rmse", 1.0)
        e.log_param("k", 1)
    assert (e.name, e.experiment_id, e.log) == ("", "", None)


def test_a_directory_that_is_gone_is_a_warning(nowhere_else, monkeypatch):
    (nowhere_else / "x").mkdir()
    monkeypatch.chdir(nowhere_else / "x")
    (nowhere_else / "x").rmdir()
    with pytest.warns(TrackingWarning, match="nothing is logged"), mlctl.experiment("a/b") as e:
        e.log_metric("rmse", 1.0)
    assert e.name == ""


def test_where_warnings_are_errors_the_script_still_goes_on(nowhere_else, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logged()
    assert "warning: mlctl: there was no store" in capsys.readouterr().err


def test_two_threads_log_at_once(store):
    with mlctl.experiment("a/b") as e:

        def work(name):
            for step in range(200):
                e.log_metric(name, step, step=step)

        threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = only(store)
    assert found.evaluations["logged"] == {"one": 199.0, "two": 199.0}
    assert len(read_points(store.experiment_directory(found) / "metrics.csv")) == 400


def test_each_thread_has_its_own_and_shares_what_it_has_not(store):
    seen = []
    with mlctl.experiment("a/b") as e:

        def work():
            seen.append(active.current())
            with mlctl.experiment("a/b") as own:
                seen.extend((active.current() is own, active.own() is own))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert seen == [e, True, True]
        assert active.own() is e
    assert active.current() is None


def test_a_forked_child_writes_nothing_into_its_parents_experiment(store):
    with mlctl.experiment("a/b") as e:
        e.log_metric("rmse", 1.0)
        pid = os.fork()
        if pid == 0:
            e.log_metric("rmse", 2.0)
            e.end()
            os._exit(0 if active.is_child() and active.current() is None else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        e.log_metric("mae", 3.0)
    assert only(store).evaluations == {"logged": {"rmse": 1.0, "mae": 3.0}}


def test_a_running_experiment_can_be_watched(store, monkeypatch):
    with mlctl.experiment("a/b") as e:
        e.log_param("k", 3)
        running = only(store)
        assert (running.status, running.parameters) == ("running", {"k": 3})
        e.log_param("z", 4)
        assert only(store).parameters == {"k": 3}  # two seconds have not passed
        e.do(lambda log: log.save())
        assert only(store).parameters == {"k": 3, "z": 4}


ENDINGS = {
    "import mlctl; e = mlctl.experiment('a/b'); e.log_metric('rmse', 1); 1/0": (
        "failed",
        "ZeroDivisionError",
    ),
    "import mlctl; e = mlctl.experiment('a/b'); e.log_metric('rmse', 1)": ("finished", None),
    "import mlctl, os; e = mlctl.experiment('a/b'); e.log_metric('rmse', 1); os.kill(os.getpid(), 9)": (
        "interrupted",
        None,
    ),
}


@pytest.mark.parametrize("script", ENDINGS)
def test_how_a_process_ends_is_how_its_experiment_ends(store, script):
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    found = only(store)
    status, reason = ENDINGS[script]
    assert (found.status, found.error.get("reason")) == (status, reason)
    assert found.evaluations == {"logged": {"rmse": 1.0}}


def test_nothing_open_is_nothing_to_end():
    lost = Experiment(None)
    lost.log_metric("rmse", 1.0)
    lost.abandon()
    lost.end()
    assert active.current() is None
