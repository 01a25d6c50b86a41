"""What surrounds the process: signals at any moment, closed and full streams, a directory that is gone."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Ran
from tests.test_interruptions import HANGING, PARAMETERS, Training, start, statuses

__all__ = ["start"]  # a fixture

MLCTL = f"{sys.executable} -m mlctl"

# Read by the interpreter as it starts: sends signals at the moment that a module is about to be imported.
STOP = """
import os, signal, sys, time

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["STOP_AT"]:
            sys.meta_path.remove(self)
            for word in os.environ["STOP_BY"].split():
                if word == "destructor":
                    Careless()
                    time.sleep(20)
                else:
                    os.kill(os.getpid(), getattr(signal, word))

class Careless:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Stop())
"""


@pytest.fixture
def shell(mlctl: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
    """Run a line of bash beside a store; ``mlctl`` in it is the program, from a process of its own."""
    assert mlctl("init").code == 0
    assert mlctl("project", "add", "日本 é").code == 0
    (tmp_path / "sitecustomize.py").write_text(STOP)

    def run(line: str, **environment: str) -> Ran:
        path = f"{tmp_path}{os.pathsep}{REPOSITORY}" if "STOP_AT" in environment else str(REPOSITORY)
        done = subprocess.run(
            ["bash", "-c", f'mlctl() {{ {MLCTL} "$@"; }}; {line}'],
            env=os.environ | {"PYTHONPATH": path} | environment,
            capture_output=True,
            check=False,
            timeout=100,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


SILENT = ""
NO_SPACE = "error: cannot write to stdout: no space left on device\n"
CLOSED = "error: cannot write to stdout: bad file descriptor\n"
GONE = "error: the working directory does not exist any more\n"
EMPTY = "mkdir d; cd d; rmdir ../d; "


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("mlctl status > /dev/full", 0, SILENT),  # an empty store has nothing to write
        ("mlctl project list > /dev/full", 1, NO_SPACE),
        ("mlctl project list --json > /dev/full", 1, NO_SPACE),
        ("mlctl project list --json > /dev/full 2>&1", 1, SILENT),
        ("mlctl --help > /dev/full", 1, NO_SPACE),
        ("mlctl nope --json > /dev/full", 1, NO_SPACE),
        ("mlctl nope 2> /dev/full", 2, SILENT),
        ("mlctl project list >&-", 1, CLOSED),
        ("mlctl project list 2>&-", 0, SILENT),
        ("mlctl project list <&- >&- 2>&-", 1, SILENT),
        ("mlctl project list <&-", 0, SILENT),
        ("mlctl project list | true; exit ${PIPESTATUS[0]}", 141, SILENT),
        ("mlctl --help | true; exit ${PIPESTATUS[0]}", 141, SILENT),
        ("PYTHONIOENCODING=ascii mlctl --help | true; exit ${PIPESTATUS[0]}", 141, SILENT),
        (f"{EMPTY}mlctl project list", 3, GONE),
        (f"{EMPTY}mlctl init", 3, GONE),
        (f"{EMPTY}mlctl train --params x", 3, "error: no parameters file 'x'"),
        (f"s=$PWD/mlstore; {EMPTY}mlctl project list --store $s", 0, SILENT),
        (f"export MLCTL_STORE=$PWD/mlstore; {EMPTY}mlctl project list", 0, SILENT),
        ("unset HOME; COLUMNS=1 TERM= mlctl project list", 0, SILENT),
        ("ulimit -n 16; mlctl project list", 0, SILENT),
    ],
)
def test_no_surrounding_gives_a_traceback(shell, line, code, said):
    ran = shell(line)
    assert ran.code == code, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert "Exception ignored" not in ran.err
    if code in {0, 141} and "status" not in line:
        assert ran.err == ""


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-16"])
def test_json_is_json_in_every_encoding(shell, encoding):
    done = subprocess.run(
        [sys.executable, "-m", "mlctl", "project", "list", "--json"],
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout.decode(encoding))["projects"][0]["project_name"] == "日本 é"


def test_a_name_that_the_terminal_cannot_show_is_spelled_out(shell):
    assert "\\u65e5\\u672c \\xe9" in shell("mlctl project list", PYTHONIOENCODING="ascii").out
    assert "日本 é" in shell("mlctl project list", LC_ALL="C").out


def test_memory_that_is_too_small_for_numpy_is_refused(shell):
    Path("p.yaml").write_text(PARAMETERS)
    ran = shell("ulimit -v 500000; mlctl train --params p.yaml")
    assert ran.code == 1
    assert ran.err == (
        "error: numpy and scikit-learn do not load within 512 MB of memory\n"
        "  fix: raise the limit: ulimit -v unlimited\n"
    )


def test_too_few_open_files_are_named(shell):
    Path("p.yaml").write_text(PARAMETERS)
    ran = shell("ulimit -n 8; mlctl train --params p.yaml")
    assert ran.code == 1
    assert "too many open files" in ran.err
    assert "ulimit -n 1024" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("moment", "by", "code", "said"),
    [
        ("mlctl.cli.signals", "SIGINT", 130, "error: interrupted\n"),
        ("mlctl.cli.streams", "SIGINT", 130, "error: interrupted\n"),
        ("typer", "SIGINT", 130, "error: interrupted\n"),
        ("typer", "SIGTERM", 143, "error: interrupted by SIGTERM\n"),
        ("typer", "SIGHUP SIGHUP", 129, "error: interrupted by SIGHUP\n"),
        ("mlctl.cli.status", "SIGINT", 130, "error: interrupted\n"),
        ("mlctl.actions.status", "SIGINT", 130, "error: interrupted\n"),
        ("mlctl.actions.status", "destructor", 130, "error: interrupted\n"),
    ],
)
def test_an_interruption_has_one_answer_whenever_it_comes(shell, moment, by, code, said):
    ran = shell("mlctl status", STOP_AT=moment, STOP_BY=by)
    assert (ran.code, ran.out, ran.err) == (code, "", said)


def test_an_interruption_is_one_json_document_too(shell):
    ran = shell("mlctl status --json", STOP_AT="typer", STOP_BY="SIGINT")
    assert (ran.code, ran.err) == (130, "")
    assert ran.json["error"] == {"code": "interrupted", "message": "interrupted", "hint": ""}


def test_what_the_starter_ignores_is_ignored(shell):
    ran = shell(
        "trap '' HUP; mlctl status", STOP_AT="mlctl.actions.status", STOP_BY="SIGHUP"
    )  # as under nohup
    assert ran.code == 0


def test_with_debug_an_interruption_shows_where(shell):
    ran = shell("mlctl status --debug", STOP_AT="typer", STOP_BY="SIGINT")
    assert ran.code != 0
    assert "Interrupted: Ctrl-C" in ran.err


@pytest.mark.parametrize(
    ("sent", "code", "name", "said"),
    [
        ([signal.SIGINT, signal.SIGINT], 130, "Ctrl-C", "interrupted; every"),
        ([signal.SIGTERM], 143, "SIGTERM", "interrupted by SIGTERM; every"),
        ([signal.SIGHUP, signal.SIGHUP, signal.SIGTERM], 129, "SIGHUP", "interrupted by SIGHUP; every"),
    ],
)
def test_a_training_that_is_told_to_end_leaves_nothing_behind(mlctl, start, sent, code, name, said):
    training: Training = start(parameters=HANGING)
    training.wait_until(lambda: any(Path("mlstore/tmp").glob("*/rung-1")))
    for number in sent[:-1]:
        os.killpg(training.process.pid, number)
    ended, told = training.end(sent[-1], group=True)
    assert ended == code
    assert f"error: {said} rung that was done is kept" in told
    assert "Traceback" not in told
    assert list(Path("mlstore/tmp").iterdir()) == []
    assert statuses(mlctl) == {"p_nogit_1": "finished", "p_nogit_2": "interrupted"}
    shown = mlctl("show", "2", "--json").json["experiments"][0]
    assert shown["error"] == {"reason": "interrupted", "message": name}


def test_a_reader_that_goes_away_costs_no_climb(mlctl, shell):
    Path("p.yaml").write_text(PARAMETERS)
    ran = shell("mlctl train --params p.yaml 2>&1 | true; exit ${PIPESTATUS[0]}")
    assert (ran.code, ran.err) == (141, "")
    assert list(statuses(mlctl).values()) == ["finished"] * 3
