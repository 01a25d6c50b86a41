import multiprocessing
import pickle
import resource
import signal

import pytest

from mlctl.errors import DataError
from mlctl.ml import worker
from mlctl.ml.pool import start_server
from mlctl.ml.worker import Call, Conditions, Done, answer
from tests.ml import calls


def reply(function, *args, load=calls.shared_value):
    return pickle.loads(answer(Call("key", function, args), [], load))


def test_an_answer_is_the_value():
    assert reply(calls.add, 5) == Done("key", 105)


def test_the_shared_thing_is_loaded_once():
    shared, loads = [], []

    def load():
        loads.append(1)
        return {"base": 1}

    for number in range(3):
        answer(Call(number, calls.add, (number,)), shared, load)
    assert loads == [1]


@pytest.mark.parametrize(
    ("error", "reason", "message"),
    [
        (MemoryError("Unable to allocate 7 GiB\nmore"), "memory", "out of memory: Unable to allocate 7 GiB"),
        (MemoryError(), "memory", "out of memory"),
        (DataError("no rows", "add some"), "error", "no rows"),
        (ValueError("bad\nworse"), "error", "ValueError: bad"),
        (SystemExit(3), "error", "SystemExit: 3"),
    ],
)
def test_whatever_is_raised_is_a_failure(error, reason, message):
    def function(_):
        raise error

    failure = reply(function)
    assert (failure.key, failure.reason, failure.message) == ("key", reason, message)
    assert failure.traceback.startswith("Traceback")


def test_ctrl_c_in_this_process_is_not_swallowed():
    def function(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reply(function)


def test_a_call_that_cannot_be_received_ends_the_loop():
    ours, theirs = multiprocessing.Pipe()
    ours.send(Call(1, calls.add, (1,)))
    assert worker._receive(theirs) == Call(1, calls.add, (1,))
    ours.send(None)
    assert worker._receive(theirs) is None
    ours.close()
    assert worker._receive(theirs) is None
    theirs.close()
    assert worker._receive(theirs) is None


def test_a_process_without_a_parent_watches_none():
    assert worker._die_with_parent() is None  # pytest's own process


def test_the_end_of_the_parent_ends_the_whole_group(monkeypatch):
    ended = []
    monkeypatch.setattr(worker.os, "killpg", lambda group, number: ended.append((group, number)))
    ours, theirs = multiprocessing.Pipe()
    ours.close()
    worker._wait_for_end(theirs.fileno())
    theirs.close()
    assert ended == [(0, signal.SIGKILL)]


@pytest.mark.parametrize(
    ("asked", "hard", "soft"),
    [(1 << 30, resource.RLIM_INFINITY, 1 << 30), (1 << 30, 1 << 40, 1 << 30), (1 << 40, 1 << 30, 1 << 30)],
)
def test_the_memory_limit_stays_within_the_systems(monkeypatch, asked, hard, soft):
    limits = []
    monkeypatch.setattr(worker.resource, "getrlimit", lambda _: (hard, hard))
    monkeypatch.setattr(worker.resource, "setrlimit", lambda _, pair: limits.append(pair))
    worker._limit_memory(asked)
    worker._limit_memory(None)
    assert limits == [(soft, hard)]


def test_a_worker_serves_until_it_is_told_to_stop(tmp_path):
    start_server()
    context = multiprocessing.get_context("forkserver")
    ours, theirs = multiprocessing.Pipe()
    process = context.Process(
        target=worker.serve, args=(theirs, calls.shared_value, Conditions(tmp_path / "log", 1 << 33))
    )
    process.start()
    theirs.close()
    ours.send(Call(1, calls.talk))
    assert ours.recv() == Done(1, None)
    assert (tmp_path / "log").read_text() == "from Python\nfrom C\n"
    ours.send(Call(2, calls.add, (2,)))
    assert ours.recv() == Done(2, 102)
    assert (tmp_path / "log").read_text() == ""
    ours.send(None)
    process.join()
    assert process.exitcode == 0
    ours.close()


def test_what_a_foreign_error_says_can_be_kept_and_shown():
    def function(_):
        raise ValueError("half \ud800, \x1b[31mred\x07, \x00, 日本 " + "x" * 100_000)

    failure = reply(function)
    assert failure.message.startswith(r"ValueError: half \ud800, \x1b[31mred\x07, \x00, 日本 xxx")
    assert len(failure.message) <= worker.LONGEST_LINE + 20  # what was escaped is longer
    assert failure.message.endswith("x…")
    assert len(failure.traceback) == worker.LONGEST_TRACEBACK
    failure.traceback.encode()


def test_an_error_that_cannot_say_what_it_is():
    class MuteError(Exception):
        def __str__(self):
            raise ValueError

    def function(_):
        raise MuteError

    assert reply(function).message == "MuteError: (its message cannot be shown)"
