import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mlctl.errors import MlctlError
from mlctl.ml import pool as pool_module
from mlctl.ml.pool import Call, Done, Failure, Pool
from tests.ml import calls

ROOT = Path(__file__).parents[2]


@pytest.fixture
def make_pool(tmp_path):
    pools = []

    def make(load=calls.shared_value, **options):
        options = {"workers": 2, "scratch": tmp_path, "clock": time.monotonic} | options
        pools.append(Pool(load, **options).__enter__())
        return pools[-1]

    yield make
    for pool in pools:
        pool.__exit__()


def outcomes(pool, *given, deadline=None):
    pool.submit(given)
    return {outcome.key: outcome for outcome in pool.results(deadline)}


def test_every_call_gets_the_shared_thing_and_its_arguments(make_pool):
    done = outcomes(make_pool(), *(Call(n, calls.add, (n,)) for n in range(7)))
    assert done == {n: Done(n, 100 + n) for n in range(7)}


def test_workers_load_once_and_are_kept(make_pool):
    pool = make_pool(workers=1)
    first = outcomes(pool, Call("a", calls.pid), Call("b", calls.pid))
    second = outcomes(pool, Call("c", calls.pid))
    pids = {pid for outcome in (*first.values(), *second.values()) for pid in outcome.value}
    assert len(pids) == 1


def test_no_more_workers_than_calls(make_pool):
    pool = make_pool(workers=8)
    outcomes(pool, Call("a", calls.pid), Call("b", calls.pid))
    assert len(pool._workers) == 2


def test_more_calls_may_be_submitted_while_results_are_read(make_pool):
    pool = make_pool()
    pool.submit([Call(1, calls.add, (1,))])
    values = []
    for outcome in pool.results():
        values.append(outcome.value)
        if outcome.key == 1:
            pool.submit([Call(2, calls.add, (2,))])
    assert values == [101, 102]


def test_an_exception_is_told_in_one_line_with_its_traceback(make_pool):
    failure = outcomes(make_pool(), Call("x", calls.raise_value_error))["x"]
    assert (failure.reason, failure.message) == ("error", "ValueError: first line")
    assert "raise_value_error" in failure.traceback


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (calls.raise_data_error, "the column 'age' has no value"),
        (calls.raise_bare, "KeyError"),
        (calls.exit_by_itself, "SystemExit: enough"),
    ],
)
def test_what_an_error_says(make_pool, function, message):
    assert outcomes(make_pool(), Call("x", function))["x"].message == message


def test_a_value_that_cannot_be_sent_is_an_error(make_pool):
    failure = outcomes(make_pool(), Call("x", calls.unpicklable))["x"]
    assert failure.reason == "error"
    assert "pickle" in failure.message


def test_what_cannot_be_loaded_fails_each_call(make_pool):
    done = outcomes(make_pool(calls.broken_load), Call(1, calls.add, (1,)), Call(2, calls.add, (2,)))
    assert [outcome.message for outcome in done.values()] == ["ValueError: the table cannot be read"] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (Call("x", calls.exit_hard), "its process ended by itself with exit code 7"),
        (
            Call("x", calls.kill_itself, (int(signal.SIGKILL),)),
            "its process was killed (SIGKILL), as the system does when memory runs out",
        ),
        (Call("x", calls.kill_itself, (int(signal.SIGTERM),)), "its process was killed by SIGTERM"),
        (Call("x", calls.crash), "its process was killed by SIGSEGV"),
    ],
)
def test_a_dead_process_costs_its_call_alone(make_pool, call, message):
    done = outcomes(make_pool(), call, *(Call(n, calls.add, (n,)) for n in range(4)))
    assert (done["x"].reason, done["x"].message) == ("died", message)
    assert [done[n].value for n in range(4)] == [100, 101, 102, 103]


def test_last_words_of_a_crash_are_kept(make_pool):
    failure = outcomes(make_pool(), Call("x", calls.crash))["x"]
    assert "Segmentation fault" in failure.traceback
    assert "Extension modules" not in failure.traceback


def test_an_abort_for_want_of_memory_is_told_as_such(make_pool):
    failure = outcomes(make_pool(), Call("x", calls.abort_for_memory))["x"]
    assert failure.reason == "memory"
    assert failure.message == "out of memory: what():  std::bad_alloc"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces the limit")
def test_memory_is_limited(make_pool):
    pool = make_pool(memory=1 << 30)
    done = outcomes(pool, Call("x", calls.fill_memory, (2 << 30,)), Call("y", calls.fill_memory, (1 << 20,)))
    assert (done["x"].reason, done["x"].message) == ("memory", "out of memory")
    assert done["y"].value == 1 << 20


def test_a_call_beyond_the_deadline_is_killed(make_pool):
    pool = make_pool(workers=1)
    start = time.monotonic()
    done = outcomes(
        pool, Call("x", calls.nap, (600,)), Call("y", calls.nap, (600,)), deadline=time.monotonic() + 0.5
    )
    assert time.monotonic() - start < 60
    assert done == {key: Failure(key, "timeout", "not done in time") for key in ("x", "y")}
    assert outcomes(pool, Call(1, calls.add, (1,)))[1].value == 101


def test_nothing_starts_once_the_deadline_is_past(make_pool):
    pool = make_pool(clock=lambda: 10.0)
    assert outcomes(pool, Call("x", calls.nap, (600,)), deadline=10.0)["x"].reason == "timeout"


def test_cancelled_calls_are_never_heard_of(make_pool):
    pool = make_pool()
    pool.submit([Call("x", calls.nap, (600,)), Call("y", calls.add, (1,)), Call("z", calls.add, (2,))])
    heard = []
    for outcome in pool.results():
        heard.append(outcome.key)
        pool.cancel(["x", "z"])
    assert heard == ["y"]


def test_a_worker_that_died_while_idle_is_replaced(make_pool):
    pool = make_pool(workers=1)
    outcomes(pool, Call(1, calls.add, (1,)))
    os.kill(pool._workers[0].process.pid, signal.SIGKILL)
    pool._workers[0].process.join()
    assert outcomes(pool, Call(2, calls.add, (2,)))[2].value == 102


def test_libraries_have_one_thread_and_the_parent_keeps_its_environment(make_pool, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    variables, threads = outcomes(make_pool(), Call("x", calls.environment))["x"].value
    assert variables["OMP_NUM_THREADS"] == variables["OPENBLAS_NUM_THREADS"] == "1"
    assert threads <= {1}
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_prints_go_to_the_workers_own_log(make_pool, tmp_path, capfd):
    outcomes(make_pool(workers=1), Call("x", calls.talk))
    assert (tmp_path / "worker-1.log").read_text() == "from Python\nfrom C\n"
    assert capfd.readouterr() == ("", "")


def test_workers_ignore_ctrl_c(make_pool):
    assert outcomes(make_pool(), Call("x", calls.interrupt_itself))["x"].value is True


def test_the_main_module_is_not_imported_again(make_pool):
    assert outcomes(make_pool(), Call("x", calls.main_files))["x"].value == [None, None]
    assert sys.modules["__main__"].__name__ == "__main__"


def test_no_process_can_be_started(make_pool, monkeypatch):
    pool = make_pool()

    class NoProcess:
        def Process(self, **_):  # noqa: N802 - multiprocessing's name
            return self

        def start(self):
            raise EOFError

    monkeypatch.setattr(pool_module.multiprocessing, "get_context", lambda _: NoProcess())
    with pytest.raises(MlctlError, match="no worker process could be started: its server died") as caught:
        outcomes(pool, Call(1, calls.add, (1,)))
    assert "jobs=1" in caught.value.hint


def test_leaving_ends_busy_workers(make_pool, tmp_path):
    pool = make_pool()
    pool.submit([Call("x", calls.hold, (str(tmp_path / "held"),)), Call(1, calls.add, (1,))])
    next(pool.results())
    wait_for(tmp_path / "held.ready")
    pool.__exit__()
    assert_free(tmp_path / "held")


SCRIPT = """
import sys, time
from pathlib import Path
from mlctl.ml.pool import Call, Pool
from tests.ml import calls

Path("ran").open("a").write("x")
with Pool(calls.shared_value, workers=1, scratch=Path("."), clock=time.monotonic) as pool:
    pool.submit([Call("x", getattr(calls, sys.argv[1]), tuple(sys.argv[2:]))])
    for outcome in pool.results():
        sys.stdout.write(repr(outcome))
"""


@pytest.fixture
def run_script(tmp_path):
    """Run a program of its own that uses a pool; it has no guard around its main part."""
    path = tmp_path / "bin" / "program.py"
    path.parent.mkdir()
    path.write_text(textwrap.dedent(SCRIPT))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = []

    def run(*arguments):
        started.append(
            subprocess.Popen(
                [sys.executable, path, *arguments],
                cwd=tmp_path,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_for(path, seconds=60):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not appear"
        time.sleep(0.01)


def assert_free(path, seconds=20):
    """The lock is free when every process that held it is gone."""
    end = time.monotonic() + seconds
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                assert time.monotonic() < end, "a worker outlived its parent"
                time.sleep(0.02)


@pytest.mark.parametrize("function", ["hold", "hold_greedily", "hold_in_a_child"])
def test_workers_die_with_a_killed_parent(run_script, tmp_path, function):
    if function == "hold_greedily" and sys.platform != "linux":
        pytest.skip("only Linux ends a process that never lets its other threads run")
    program = run_script(function, str(tmp_path / "held"))
    wait_for(tmp_path / "held.ready")
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert_free(tmp_path / "held")


def test_workers_die_with_an_interrupted_parent(run_script, tmp_path):
    program = run_script("hold", str(tmp_path / "held"))
    wait_for(tmp_path / "held.ready")
    program.send_signal(signal.SIGINT)
    assert program.wait(60) != 0
    assert_free(tmp_path / "held")


def test_a_script_without_a_guard_runs_once_and_the_working_directory_shadows_nothing(run_script, tmp_path):
    (tmp_path / "selectors.py").write_text("raise SystemExit")
    output, errors = run_script("add_to_base").communicate(timeout=60)
    assert (output, errors) == ("Done(key='x', value=101)", "")
    assert (tmp_path / "ran").read_text() == "x"


def test_a_worker_that_died_before_it_could_write_has_no_last_words(tmp_path):
    assert pool_module._tail(tmp_path / "never") == ""
