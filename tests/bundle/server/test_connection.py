"""One connection on a transport that a test can look into: every byte and every moment is the test's."""

import json
from dataclasses import replace

import pytest

from mlctl.bundle.server import connection, hub
from mlctl.bundle.server.app import App
from mlctl.bundle.server.connection import LINGER_S, LINGERING, READ_AHEAD
from mlctl.bundle.server.heads import Heads
from mlctl.bundle.server.hub import SIGNS, Hub
from mlctl.bundle.server.metrics import Metrics
from mlctl.bundle.server.settings import Settings
from tests.bundle.server.small import ROW, Small, service

PING = b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = json.dumps({"dataframe_records": [ROW]}).encode()


def post(body=BODY, more=b"", length=None):
    size = len(body) if length is None else length
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return head + b"Content-Length: %d\r\n%b\r\n" % (size, more) + body


class Transport:
    def __init__(self):
        self.written, self.closed, self.aborted, self.half, self.reading = b"", False, False, False, True

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    def abort(self):
        self.aborted = True

    def can_write_eof(self):
        return True

    def write_eof(self):
        self.half = True

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True

    @property
    def statuses(self):
        return [int(part[:3]) for part in self.written.split(b"HTTP/1.1 ")[1:]]


class Place:
    """A hub and what its loop would call later."""

    def __init__(self, model=None, **settings):
        self.later = []
        app = App(service(model), Metrics(), self.later.append)
        self.hub = Hub(app, Heads(), replace(Settings(), **settings), 100.0, self.later.append)

    def connect(self):
        made = self.hub.connect()
        made.transport = Transport()
        made.connection_made(made.transport)
        return made

    def slow(self):
        self.hub.app.service.row_s = 0.001

    def turn(self):
        while self.later:
            self.later.pop(0)()


@pytest.fixture(autouse=True)
def open_slots(monkeypatch):
    """Let a test hang its transport onto a connection."""

    class Connection(connection.Connection):
        transport: Transport

    monkeypatch.setattr(hub, "Connection", Connection)


@pytest.fixture
def place():
    return Place()


def test_a_request_is_answered(place):
    client = place.connect()
    client.data_received(post())
    assert client.transport.statuses == [200]
    assert client.transport.written.endswith(b'{"predictions":["high"]}')
    assert client.is_idle
    assert client.deadline == 100.0 + 75.0


def test_bytes_may_come_one_by_one(place):
    client = place.connect()
    for at in range(len(post())):
        client.data_received(post()[at : at + 1])
    client.data_received(PING)
    assert client.transport.statuses == [200, 200]


def test_the_time_runs_from_the_first_byte(place):
    client = place.connect()
    client.data_received(b"G")
    assert client.deadline == 130.0
    place.hub.now = 120.0
    client.data_received(b"ET")
    assert client.deadline == 130.0
    client.late()
    assert client.transport.statuses == [408]
    assert client.transport.half
    assert client.deadline == 120.0 + LINGER_S
    client.data_received(b"more")
    client.late()
    assert client.transport.aborted


def test_a_client_that_says_nothing_is_let_go(place):
    client = place.connect()
    assert client.deadline == 130.0
    client.late()
    assert (client.transport.closed, client.transport.written) == (True, b"")


def test_several_requests_at_once_are_answered_in_order(place):
    client = place.connect()
    client.data_received(PING + post(b"{}") + PING + b"GET /nothing HT")
    assert client.transport.statuses == [200, 400, 200]
    client.data_received(b"TP/1.1\r\nHost: x\r\n\r\n")
    assert client.transport.statuses == [200, 400, 200, 404]


def test_what_comes_while_a_row_is_predicted_waits(place):
    place.slow()
    client = place.connect()
    client.data_received(post() + PING)
    client.data_received(PING)
    assert client.transport.written == b""
    assert not client.is_idle
    assert client.deadline == connection.NEVER
    place.turn()
    assert client.transport.statuses == [200, 200, 200]


def test_who_sends_too_far_ahead_has_to_wait(place):
    place.slow()
    client = place.connect()
    client.data_received(post())
    client.data_received(PING * (READ_AHEAD // len(PING) + 1))
    assert not client.transport.reading
    place.turn()
    assert client.transport.reading
    assert len(client.transport.statuses) == READ_AHEAD // len(PING) + 2


def test_who_does_not_read_is_not_answered_further(place):
    client = place.connect()
    client.data_received(PING)
    client.pause_writing()
    assert client.deadline == 130.0
    client.data_received(PING)
    assert client.transport.statuses == [200]
    client.resume_writing()
    assert client.transport.statuses == [200, 200]
    client.pause_writing()
    client.late()
    assert client.transport.aborted
    client.connection_lost(None)
    client.resume_writing()


def test_the_connection_closes_where_it_is_said(place):
    for request in (
        post(more=b"Connection: close\r\n"),
        b"GET /ping HTTP/1.0\r\n\r\n",
    ):
        client = place.connect()
        client.data_received(request + PING)
        assert client.transport.statuses == [200]
        assert b"Connection: close\r\n" in client.transport.written
        assert client.transport.closed


def test_a_client_that_ends_its_half_is_still_answered(place):
    place.slow()
    client = place.connect()
    client.data_received(post() + PING)
    assert client.eof_received()
    place.turn()
    assert client.transport.statuses == [200, 200]
    assert client.transport.closed
    other = place.connect()
    other.data_received(post() + b"GET")
    other.eof_received()
    place.turn()
    assert (other.transport.statuses, other.transport.closed) == ([200], True)
    idle = place.connect()
    assert not idle.eof_received()


def test_a_client_that_hangs_up_is_forgotten_with_its_rows(place):
    place.slow()
    client = place.connect()
    client.data_received(post())
    client.connection_lost(None)
    place.turn()
    assert place.hub.app.service.model.calls == []
    assert place.hub.connections == set()


def test_an_answer_for_who_is_gone_goes_nowhere(place):
    place.slow()
    client = place.connect()
    client.data_received(post())
    job = client.job
    client.connection_lost(None)
    job.done([place.hub.app.service.model.predict_row(ROW)], (), None)
    assert client.transport.written == b""


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\r\n\r\n", 400),
        (b"\n", 400),
        (b"not http\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
        (post(length=1 << 30), 413),
        (post(more=b"Transfer-Encoding: chunked\r\n"), 501),
        (post(more=b"Content-Length: 3\r\n"), 400),
    ],
)
def test_what_cannot_be_read_to_its_end_is_refused_and_closes(place, data, status):
    client = place.connect()
    client.data_received(data)
    assert client.transport.statuses == [status]
    assert client.transport.half
    assert b"Connection: close\r\n" in client.transport.written
    client.data_received(b"x" * 100_000)
    assert client.transport.statuses == [status]


def test_who_waits_before_a_body_is_told_to_go_on(place):
    client = place.connect()
    head, _, _ = post(more=b"Expect: 100-continue\r\n").partition(b"\r\n\r\n")
    client.data_received(head + b"\r\n\r\n")
    assert client.transport.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.data_received(BODY[:5])
    client.data_received(BODY[5:])
    assert client.transport.statuses == [100, 200]
    client.data_received(head + b"\r\n\r\n")
    assert client.transport.statuses == [100, 200, 100]


def test_who_waits_is_told_once(place):
    client = place.connect()
    head, _, _ = post(more=b"Expect: 100-continue\r\n").partition(b"\r\n\r\n")
    client.data_received(head + b"\r\n\r\n" + BODY[:3])
    client.data_received(b"")
    assert client.transport.written.count(b"100 Continue") == 1


def test_large_bodies_have_to_fit_together():
    place = Place(most_waiting_bytes=250_000)
    one, two, three = (place.connect() for _ in range(3))
    large = post(b'{"dataframe_records": [' + b" " * 150_000 + b"]}")
    one.data_received(large[:1000])
    two.data_received(large[:1000])
    assert two.transport.statuses == [429]
    assert b"Retry-After: 1\r\n" in two.transport.written
    one.data_received(large[1000:])
    assert one.transport.statuses == [400]
    three.data_received(large[:1000])
    assert three.transport.statuses == []
    three.connection_lost(None)
    assert place.hub.held == 0


def test_there_is_an_end_to_connections():
    place = Place(most_connections=2)
    one, two = place.connect(), place.connect()
    three = place.connect()
    assert three.transport.statuses == [429]
    assert not three.transport.closed
    one.data_received(PING)
    assert one.transport.statuses == [200]
    two.connection_lost(None)
    three.connection_lost(None)
    assert place.connect().transport.statuses == []
    refused = [place.connect() for _ in range(LINGERING + 1)]
    assert refused[-1].transport.closed


def test_a_server_that_ends_says_so_with_the_last_answer(place):
    client, idle = place.connect(), place.connect()
    place.hub.draining = True
    client.data_received(PING + PING)
    assert client.transport.written.count(b"Connection: close") == 1
    assert client.transport.statuses == [200, 200]
    assert client.transport.closed
    assert idle.is_idle
    idle.close()
    idle.abort()
    assert idle.transport.aborted


def test_a_transport_that_cannot_close_its_half_is_closed(place):
    client = place.connect()
    client.transport.can_write_eof = lambda: False
    client.data_received(b"not http\r\n\r\n")
    assert client.transport.closed


def test_an_answer_that_nobody_reads_holds_the_rest_back():
    place = Place(Small())
    place.slow()
    client = place.connect()
    client.data_received(post() + PING)
    client.pause_writing()
    place.turn()
    assert client.transport.statuses == [200]
    client.resume_writing()
    assert client.transport.statuses == [200, 200]


class TestTogether:
    def turns(self, place, clients, count):
        for at in range(count):
            clients[at % len(clients)].data_received(PING)

    def test_answers_of_one_turn_are_written_together(self, place):
        clients = [place.connect() for _ in range(3)]
        self.turns(place, clients, SIGNS + 1)
        before = [len(client.transport.statuses) for client in clients]
        self.turns(place, clients, 6)
        assert [len(client.transport.statuses) for client in clients] == before
        (flush,) = place.later
        place.turn()
        assert [len(client.transport.statuses) for client in clients] == [count + 2 for count in before]
        assert callable(flush)

    def test_a_client_alone_does_not_wait(self, place):
        clients = [place.connect() for _ in range(3)]
        self.turns(place, clients, SIGNS + 2)
        for _ in range(SIGNS + 1):
            clients[0].data_received(PING)
            place.turn()
        before = len(clients[0].transport.statuses)
        clients[0].data_received(PING)
        assert place.later == []
        assert len(clients[0].transport.statuses) == before + 1

    def test_what_waits_is_written_before_a_connection_closes(self, place):
        clients = [place.connect() for _ in range(3)]
        self.turns(place, clients, SIGNS + 2)
        for last in (b"GET /ping HTTP/1.0\r\n\r\n", b"not http\r\n\r\n"):
            client = place.connect()
            client.data_received(PING + last)
            assert client.transport.statuses in ([200, 200], [200, 400])
