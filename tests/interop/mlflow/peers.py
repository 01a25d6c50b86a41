"""Peers of the client that need no server: MLflow's own file store, and HTTP servers that misbehave."""

import contextlib
import http.server
import importlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from mlctl.interop.mlflow.client_open import DEFAULTS, Api


def file_api(root: Path, monkeypatch) -> Api:
    """A client of MLflow's on a file store of its own: what a server would do, without one."""
    ours = {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_TRACKING_URI": root.as_uri()}
    for key, value in {**DEFAULTS, **ours}.items():
        monkeypatch.setenv(key, value)
    mlflow = importlib.import_module("mlflow")
    client = mlflow.MlflowClient(root.as_uri(), root.as_uri())
    return Api(client, importlib.import_module("mlflow.entities"), "http://files")


class Counting:
    """A client that lets so many calls through and then raises."""

    def __init__(self, client, most: int, error: Callable[[], Exception]) -> None:
        self.client, self.most, self.error = client, most, error
        self.calls: list[str] = []

    def __getattr__(self, name):
        inner = getattr(self.client, name)

        def call(*words, **named):
            self.calls.append(name)
            if len(self.calls) > self.most:
                raise self.error()
            return inner(*words, **named)

        return call


@contextlib.contextmanager
def answering(status: int, body: bytes, kind: str = "text/html") -> Iterator[str]:
    """A server that gives every request one answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the standard library's name

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
