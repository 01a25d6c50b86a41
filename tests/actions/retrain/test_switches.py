"""The dead man's switch, against a server of the test's own."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from mlctl.errors import DamagedError
from tests.actions.retrain.stage import error


@pytest.fixture
def switch():
    """An address, and what it was called with."""
    calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            parts = urlsplit(self.path)
            calls.append((parts.path, parse_qs(parts.query)["rid"][0], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ping", calls
        server.shutdown()
        thread.join()


def test_start_success_fail_and_nothing_due(stage, switch):
    url, calls = switch
    target = stage.target(schedule="@daily", start_date="2026-01-01", ping=url)
    stage.one(target)
    assert [path for path, _, _ in calls] == ["/ping/start", "/ping"]
    assert calls[0][1] == calls[1][1]
    assert calls[1][2] == "p/m: kept: not better"
    calls.clear()
    assert [came.outcome for came in stage.all_due()] == ["nothing"]
    assert stage.all_due() == ()
    assert [path for path, _, _ in calls] == ["/ping", "/ping"]
    assert calls[1][2] == "p/m: nothing"
    calls.clear()
    stage.later(days=1)
    stage.plan(train=error())
    stage.all_due()
    assert [path for path, _, _ in calls] == ["/ping/start", "/ping/fail"]
    calls.clear()
    target.journal.path.unlink()
    target.journal.path.mkdir()
    with pytest.raises(DamagedError, match="regular file"):
        stage.one(target)
    assert [path for path, _, _ in calls] == ["/ping/fail"]


def test_one_that_nobody_answers_is_no_failure(stage):
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", ping="http://127.0.0.1:9/ping"))
    assert (came.outcome, came.warnings) == ("kept", ())
