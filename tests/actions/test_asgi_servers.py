"""``mlctl.actions.asgi:app`` behind real ASGI servers, by the command lines that its module names."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec

import pytest

from tests.bundle import made

SERVERS = {
    "uvicorn": ["-m", "uvicorn", "mlctl.actions.asgi:app", "--log-level", "warning", "--port"],
    "granian": ["-m", "granian", "--interface", "asgi", "mlctl.actions.asgi:app", "--port"],
}
PAGES = {
    "/": b"openapi.json",
    "/ping": b"",
    "/health": b"",
    "/version": b'"toy_nogit_1"',
    "/schema": b'"b b"',
    "/openapi.json": b'"openapi"',
    "/metrics": b"# TYPE ",
    "/v2": b'"mlctl"',
    "/v2/health/live": b"true",
    "/v2/health/ready": b"true",
    "/v2/models/kind": b'"inputs"',
    "/v2/models/kind/ready": b"true",
}
V2 = {
    "inputs": [
        {"name": "a", "shape": [1], "datatype": "FP64", "data": [0.5]},
        {"name": "b b", "shape": [1], "datatype": "FP64", "data": [1.0]},
        {"name": "c", "shape": [1], "datatype": "BYTES", "data": ["x"]},
    ]
}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def server(name, bundle):
    """Start a server as a person does, and wait until it answers."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, *SERVERS[name], str(port)]
    environ = {**os.environ, "MLCTL_SERVE": str(bundle)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{url}/ping", timeout=20).close()
                    break
                assert process.poll() is None, process.stdout.read().decode()
                time.sleep(0.05)
            yield url
        finally:
            process.terminate()
            process.communicate(timeout=20)


def ask(url, body=None, media="application/json", method=None):
    headers = {"content-type": media} if body is not None else {}
    asked = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=20) as found:
            return found.status, found.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("name", SERVERS)
def test_every_endpoint(name, tmp_path):
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    row = json.dumps({"dataframe_records": [made.ROWS[0]]}).encode()
    with server(name, made.write(tmp_path / "b.pyz")) as url:
        for page, part in PAGES.items():
            status, body = ask(url + page)
            assert (page, status, part in body) == (page, 200, True)
        wanted = made.toy().golden["answers"][0]
        status, body = ask(f"{url}/invocations", row)
        assert (status, json.loads(body)) == (200, {"predictions": [wanted[0]]})
        status, body = ask(f"{url}/predict", row)
        told = json.loads(body)["predictions"][0]
        assert (status, told["label"]) == (200, wanted[0])
        status, body = ask(f"{url}/v2/models/kind/infer", json.dumps(V2).encode())
        assert (status, json.loads(body)["outputs"][0]["data"]) == (200, [wanted[0]])
        assert ask(f"{url}/feedback", b"{}")[0] in (400, 404, 501)
        bad(url, row)


def bad(url, row):
    """Ask for what is refused."""
    assert ask(f"{url}/invocations")[0] == 405
    assert ask(f"{url}/nothing")[0] == 404
    assert ask(f"{url}/invocations", row, "text/html")[0] == 415
    assert ask(f"{url}/invocations", b"{")[0] == 400
    status, body = ask(f"{url}/invocations", b'{"dataframe_records": [{"a": "much"}]}')
    assert (status, b"Traceback" in body) == (400, False)


def test_a_server_that_is_told_nothing_to_serve():
    command = [sys.executable, "-m", "uvicorn", "mlctl.actions.asgi:app", "--port", str(free_port())]
    if find_spec("uvicorn") is None:
        pytest.skip("uvicorn is not installed")
    environ = {name: value for name, value in os.environ.items() if name != "MLCTL_SERVE"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "MLCTL_SERVE is not set\n  fix: name a bundle or an experiment" in done.stderr
    assert "Traceback" not in done.stderr
