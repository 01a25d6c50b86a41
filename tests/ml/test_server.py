import os
import signal
import subprocess
import sys
from multiprocessing import forkserver

from mlctl.ml import server

LOADING = """
import os, signal, sys
from mlctl.ml import server
server.PRELOAD = ["loud"]
server.start_server()
os.killpg(0, signal.SIGINT)  # as Ctrl-C does: every process of the terminal hears it
"""


def test_the_server_is_started_once():
    server.start_server()
    first = forkserver._forkserver._forkserver_pid
    server.start_server()
    assert forkserver._forkserver._forkserver_pid == first


def test_a_server_that_is_loading_hears_no_ctrl_c_and_says_nothing(tmp_path):
    (tmp_path / "loud.py").write_text(
        "import sys, time\nprint('loading', file=sys.stderr)\ntime.sleep(0.5)\nopen('loaded', 'w').close()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", LOADING],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == -signal.SIGINT
    assert ran.stderr.endswith("KeyboardInterrupt\n")
    assert ran.stderr.count("Traceback") == 1  # the parent's own
    assert "loading" not in ran.stderr


def test_the_parent_hears_ctrl_c_again_and_keeps_its_stderr(capfd):
    with server._apart():
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        os.write(2, b"nobody hears this")
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    os.write(2, b"this is heard")
    assert capfd.readouterr().err == "this is heard"


def test_a_parent_without_stderr_needs_none(monkeypatch):
    def closed(_):
        raise OSError

    monkeypatch.setattr(server.os, "dup", closed)
    with server._apart():
        pass
