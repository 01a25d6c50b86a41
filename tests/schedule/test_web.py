import socket
import threading

import pytest

from mlctl.errors import MlctlError
from mlctl.schedule import web as module
from mlctl.schedule.web import post
from tests.schedule.servers import web


def test_a_request():
    with web() as asked:
        post(f"{asked.url}/a?b=c", b"body", {"Content-Type": "text/plain"})
    assert (asked.paths, asked.bodies, asked.types) == (["/a?b=c"], [b"body"], ["text/plain"])


@pytest.mark.parametrize("status", [404, 500, 307])
def test_an_answer_that_is_none(status):
    with web(status) as asked, pytest.raises(MlctlError, match=f"^HTTP {status}$"):
        post(asked.url, b"", {})


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://secret/x", "the address begins with neither http:// nor https://"),
        ("file:///etc/passwd", "the address begins with neither http:// nor https://"),
        ("http://127.0.0.1:{port}/secret", "connection refused"),
        ("http://127.0.0.1:{port}/se cret", "InvalidURL"),
        ("http://[secret", "ValueError"),
        ("http://127.0.0.1:secret/", "InvalidURL"),
    ],
)
def test_an_address_that_cannot_be_reached_is_not_shown(address, reason):
    with pytest.raises(MlctlError) as caught:
        post(address.format(port=free_port()), b"", {})
    assert caught.value.message == reason


def test_a_server_that_is_silent():
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(MlctlError, match="no answer in time"),
    ):
        post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"", {}, timeout=0.05)


def test_a_server_that_sends_a_byte_now_and_then(monkeypatch):
    monkeypatch.setattr(module, "_SECONDS_BEYOND", 0.1)
    end = threading.Event()
    with web(drip=end) as asked:
        with pytest.raises(MlctlError, match="no answer in time"):
            post(asked.url, b"", {}, timeout=0.1)
        end.set()
