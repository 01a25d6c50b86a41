"""The server as a process, asked through raw sockets."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from mlctl.bundle.bench import abuse
from mlctl.bundle.bench.load import Order
from mlctl.bundle.bench.processes import Server, children, found_in, resident, running, started
from mlctl.bundle.bench.target import request
from mlctl.bundle.server import Settings
from mlctl.bundle.server.process import raise_file_limit
from mlctl.errors import MlctlError
from tests.bundle.server import small

BODY = json.dumps({"dataframe_records": [small.ROW]}).encode()
ASK = request(BODY)
MANY = 1500


def command(*words):
    return [sys.executable, small.__file__, *words]


def get(server, path, sock=None):
    data = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    if sock is None:
        return abuse.ask(server, data)
    sock.sendall(data)
    return abuse.answer_from(sock)


def version(server, sock=None):
    return json.loads(get(server, "/version", sock)[1])["version"]


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextlib.contextmanager
def listening(*words):
    """Run a server, and hand out what it says on stderr."""
    with running(command(*words)) as server:
        yield server


def test_a_server_answers_until_it_is_told_to_end():
    with listening() as server, abuse.connected(server) as sock:
        for _ in range(3):
            sock.sendall(ASK)
            assert abuse.answer_from(sock) == (200, b'{"predictions":["high"]}')
        assert server.memory() < 60e6
        assert server.stop() == 0


def test_what_was_asked_when_the_end_came_is_answered():
    with listening("seconds=0.4", "grace_s=0.5") as server:
        with contextlib.ExitStack() as held:
            busy, half, silent = (held.enter_context(abuse.connected(server)) for _ in range(3))
            busy.sendall(ASK)
            half.sendall(ASK[:40])
            time.sleep(0.1)
            server.process.send_signal(signal.SIGTERM)
            waiting = held.enter_context(
                abuse.connected(server)
            )  # the loop is in the model: not accepted yet
            waiting.sendall(ASK)
            time.sleep(0.5)
            half.sendall(ASK[40:])
            for sock in (busy, half, waiting):
                assert abuse.answer_from(sock)[0] == 200
            assert silent.recv(10) == b""
        assert server.process.wait(10) == 0


def test_what_takes_too_long_at_the_end_is_given_up():
    with listening("grace_s=0.1", "drain_s=0.3") as server, abuse.connected(server) as sock:
        sock.sendall(ASK[:40])
        time.sleep(0.3)
        assert server.stop() == 1


def test_who_asks_twice_does_not_wait():
    with listening() as server, abuse.connected(server) as sock:
        sock.sendall(ASK[:40])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 0


def test_a_new_version_is_taken_up_without_a_refused_request(tmp_path):
    file = tmp_path / "version"
    file.write_text("first_abc123_1")
    with listening(f"file={file}", "watch_s=0.1") as server:
        order = Order(server.host, server.port, (ASK.decode(),), 4, 1.2)
        with started(order) as generator:
            for number in (2, 3):
                time.sleep(0.2)
                file.write_text(f"first_abc123_{number}")
                until(lambda number=number: version(server) == f"first_abc123_{number}")
            file.write_text("bad")
            found = found_in(generator, *generator.communicate())
        assert (found.refused, found.lost) == (0, 0)
        assert found.requests > 10
        until(lambda: b"mlctl_reload_failures_total 1" in get(server, "/metrics")[1])
        assert version(server) == "first_abc123_3"
        assert b"mlctl_reloads_total 2" in get(server, "/metrics")[1]
        file.unlink()
        file.write_text("first_abc123_4")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: version(server) == "first_abc123_4")
        file.unlink()
        time.sleep(0.3)
        assert version(server) == "first_abc123_4"


def test_a_slow_client_is_told_so_and_others_do_not_notice():
    with (
        listening("request_s=0.5", "idle_s=0.6") as server,
        abuse.connected(server) as slow,
        abuse.connected(server) as idle,
        abuse.connected(server) as other,
    ):
        begin = time.monotonic()
        for at in range(4):
            slow.sendall(ASK[at : at + 1])
            other.sendall(ASK)
            assert abuse.answer_from(other)[0] == 200
            time.sleep(0.05)
        assert abuse.answer_from(slow)[0] == 408
        assert 0.4 < time.monotonic() - begin < 5
        assert idle.recv(10) == b""


def test_many_connections_and_the_server_stays_up():
    raise_file_limit(MANY)
    with listening("most_connections=1000") as server, abuse.connected(server) as first:
        assert version(server, first) == "small_abc123_1"
        with contextlib.ExitStack() as held:
            many = [held.enter_context(abuse.connected(server)) for _ in range(MANY)]
            assert version(server, first) == "small_abc123_1"
            assert abuse.answer_from(many[-1])[0] == 429
        until(lambda: abuse.ask(server, ASK)[0] == 200)


def test_a_large_body_is_refused_before_it_is_read():
    with listening("most_body=1000") as server:
        head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n"
        with abuse.connected(server) as sock:
            sock.sendall(head)
            sent = 0
            with contextlib.suppress(OSError):
                sock.settimeout(0.5)
                while sent < 50 << 20:
                    sent += sock.send(bytes(1 << 20))
            assert abuse.answer_from(sock)[0] == 413
        assert server.memory() < 80e6


def test_several_workers_share_a_port(tmp_path):
    file = tmp_path / "version"
    file.write_text("many_abc123_1")
    with listening("workers=2", f"file={file}", "watch_s=60", f"log_dir={tmp_path / 'log'}") as server:
        workers = children(server.process.pid)
        assert len(workers) == 2
        asked = 0
        while len({path.name.split("-")[2] for path in (tmp_path / "log").glob("*")}) < 2:
            assert abuse.ask(server, ASK)[0] == 200
            asked += 1
            time.sleep(0.02)
        until(lambda: f"mlctl_predictions_total {asked}".encode() in get(server, "/metrics")[1])
        file.write_text("many_abc123_2")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: b"mlctl_reloads_total 2" in get(server, "/metrics")[1])
        os.kill(workers[0], signal.SIGKILL)
        until(lambda: len(set(children(server.process.pid)) - set(workers)) == 1)
        until(lambda: {version(server) for _ in range(8)} == {"many_abc123_2"})
        assert server.stop() == 0


def test_workers_that_cannot_begin_end_the_server():
    begun = listening("workers=2", "log_redact=broken")
    with pytest.raises(MlctlError, match=r"the server did not start: .*inside of the model"), begun:
        pass


def test_workers_do_not_outlive_who_started_them():
    with listening("workers=2", "grace_s=0.1") as server:
        workers = children(server.process.pid)
        server.process.kill()
        until(lambda: not any(map(resident, workers)))


def test_a_worker_that_is_started_again_keeps_what_it_has_where_the_new_one_is_bad(tmp_path):
    file = tmp_path / "version"
    file.write_text("kept_abc123_1")
    with listening("workers=2", f"file={file}", "watch_s=60") as server:
        file.write_text("bad")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: b"mlctl_reload_failures_total 2" in get(server, "/metrics")[1])
        workers = children(server.process.pid)
        os.kill(workers[0], signal.SIGKILL)
        until(lambda: len(set(children(server.process.pid)) - set(workers)) == 1)
        until(lambda: {version(server) for _ in range(8)} == {"kept_abc123_1"})
        os.kill(workers[1], signal.SIGKILL)
        time.sleep(0.1)
        assert server.stop() == 0


def test_loading_does_not_hold_back_the_end(tmp_path):
    file = tmp_path / "version"
    file.write_text("first_abc123_1")
    with listening(f"file={file}", "watch_s=0.1") as server:
        file.write_text("slow")
        time.sleep(0.5)
        begin = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begin < 5


@pytest.mark.parametrize("name", ["lost_abc123_1", "told_abc123_1"])
def test_what_was_served_is_told_now_and_then(tmp_path, name):
    file, said = tmp_path / "version", tmp_path / "said"
    file.write_text(name)
    with (
        said.open("wb") as err,
        subprocess.Popen(command(f"file={file}", "count_s=0.1"), stderr=err) as process,
    ):
        until(lambda: b"http://" in said.read_bytes())
        server = Server(process, "127.0.0.1", int(said.read_text().rsplit(":", 1)[1]), 0.0)
        assert abuse.ask(server, ASK)[0] == 200
        words = "the count is lost" if name.startswith("lost") else f"served {name} 1"
        until(lambda: words in said.read_text())
        assert server.stop() == 0


def test_an_error_of_the_model_is_in_the_log_of_the_server_alone(tmp_path):
    said = tmp_path / "said"
    with said.open("wb") as err:
        process = subprocess.Popen(command(), stderr=err)
        until(lambda: b"http://" in said.read_bytes())
        port = int(said.read_text().rsplit(":", 1)[1])
        bad = request(json.dumps({"instances": [[13, "red"]]}).encode())
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(bad)
            assert abuse.answer_from(sock)[0] == 500
            sock.sendall(ASK)
            assert abuse.answer_from(sock)[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    text = said.read_text()
    assert "ZeroDivisionError: the inside of the model" in text
    assert text.splitlines()[-1].endswith("served small_abc123_1 1")


def test_a_port_that_is_taken(capfd):
    with listening() as server:
        from mlctl.bundle.server import serve
        from mlctl.bundle.server.sockets import ListenError

        for workers in (1, 2):
            with pytest.raises(ListenError):
                serve(small.service(), Settings(port=server.port, workers=workers))


def test_the_limit_of_open_files_is_raised_as_far_as_it_goes():
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    raise_file_limit(10)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    raise_file_limit(before[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert before[0] <= soft <= hard
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
