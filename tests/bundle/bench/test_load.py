import contextlib
import socket
import struct
import sys
import threading

import pytest

from mlctl.bundle.bench.load import Found, Generator, Order, percentile, spread
from mlctl.bundle.bench.processes import Server, children, found_in, generate, resident, running, started
from mlctl.bundle.bench.stages import NOTHING
from mlctl.bundle.bench.target import body, request
from mlctl.errors import MlctlError
from tests.bundle.server import small

ASK = request(body([small.ROW])).decode()


@pytest.fixture(scope="module")
def server():
    with running([sys.executable, small.__file__]) as made:
        yield made


def order(server, **more):
    given = {"requests": (ASK,), "clients": 3, "seconds": 0.2}
    return Order(server.host, server.port, **given | more)


def test_a_closed_loop(server):
    found = Generator(order(server, warm_up=0.05)).run()
    assert found.requests > 10
    assert (found.refused, found.lost, found.ended) == (0, 0, False)
    assert 0 < found.latency["p50"] <= found.latency["p99"] <= found.latency["max"]
    assert sum(window["requests"] for window in found.windows) == found.requests
    assert found.rate == found.requests / found.seconds


def test_an_open_loop_keeps_to_its_rate(server):
    found = Generator(order(server, rate=100.0, clients=20)).run()
    assert 15 <= found.requests <= 21
    assert found.behind >= 0


def test_an_open_loop_counts_from_when_a_request_was_due(server):
    with running([sys.executable, small.__file__, "seconds=0.05"]) as slow:
        found = Generator(order(slow, rate=100.0, clients=1)).run()
    # One client has 20 answers a second; what was due meanwhile waited for it.
    assert found.latency["max"] > 0.1


def test_refusals_are_told_apart(server):
    found = Generator(order(server, requests=(ASK, request(b"{}").decode()))).run()
    assert found.refused > 3
    assert found.requests > 3


def test_the_generator_as_a_process(server):
    found = generate(order(server, seconds=0.1))
    assert found.requests > 3
    with started(order(server, seconds=0.1)) as process:
        assert found_in(process, *process.communicate()).requests > 3


def test_a_generator_that_fails_says_why():
    nowhere = Server(None, "127.0.0.1", 1, 0.0)
    with pytest.raises(MlctlError, match=r"the load generator failed: .*[Rr]efused"):
        generate(order(nowhere))
    with pytest.raises(RuntimeError), started(order(nowhere)):
        raise RuntimeError


RESET = b""
"""A piece that has the connection cut rather than closed."""


@contextlib.contextmanager
def answering(*answers):
    """Answer each connection once with some bytes, in pieces, and close it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            with contextlib.suppress(OSError):
                for pieces in answers:
                    sock, _ = listening.accept()
                    with sock:
                        sock.recv(65536)
                        if RESET in pieces:
                            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        for piece in pieces:
                            sock.sendall(piece)

        thread = threading.Thread(target=answer)
        thread.start()
        yield Server(None, *listening.getsockname()[:2], 0.0)
        thread.join()


def test_an_answer_in_pieces_a_close_and_a_loss():
    whole = (b"HTTP/1.1 200 OK\r\n", b"content-length: 2\r\nConnection: close\r\n\r\n{", b"}")
    with answering(whole) as server:
        found = Generator(order(server, clients=1)).run()
        assert (found.requests, found.lost, found.ended) == (1, 0, True)
    with answering((b"HTTP/1.1 200 OK\r\n",), (), (RESET,)) as server:
        found = Generator(order(server, clients=3)).run()
        assert (found.requests, found.lost, found.ended) == (0, 3, False)


def test_a_request_that_cannot_be_sent_is_lost(server):
    generator = Generator(order(server))
    client = generator._connect()
    client.sock.shutdown(socket.SHUT_WR)
    generator._send(client, 0.0)
    assert generator._lost == 1


def test_percentiles():
    assert percentile([], 0.5) == 0.0
    assert percentile([1, 2, 3, 4], 0.5) == 3
    assert spread([1.0])["p999"] == 1.0
    assert Found(1, 0, 0, 0.0, {}).rate == 0.0


class TestProcesses:
    def test_a_server_that_does_not_start_says_why(self):
        ends = running([sys.executable, "-c", "import sys; sys.exit('no luck')"])
        with pytest.raises(MlctlError, match="the server did not start: no luck"), ends:
            pass
        sleeps = running([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.1)
        with pytest.raises(MlctlError, match="it said nothing"), sleeps:
            pass

    def test_a_server_that_does_not_end_is_killed(self, monkeypatch):
        monkeypatch.setattr("mlctl.bundle.bench.processes.STOP_S", 0.1)
        code = (
            "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            "print('http://127.0.0.1:1', file=sys.stderr, flush=True); time.sleep(60)"
        )
        with running([sys.executable, "-c", code]) as server:
            assert server.stop() == -9
            assert server.stop() == -9

    def test_who_is_gone_has_no_memory(self):
        assert resident(2**30) == 0
        assert children(2**30) == []

    def test_doing_nothing(self):
        with running(NOTHING) as nothing, running([*NOTHING, "--bare"]) as bare:
            one, other = (Generator(order(each)).run() for each in (nothing, bare))
            assert nothing.memory() > 1_000_000
        assert one.requests > 10
        assert other.requests > 10
