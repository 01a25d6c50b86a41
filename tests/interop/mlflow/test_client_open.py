"""A client of a server: addresses, the environment, and what refusals mean."""

import json
import logging
import sys

import pytest

from mlctl.errors import MlctlError, UsageError
from mlctl.interop.mlflow import client_open
from tests.interop.mlflow.peers import answering

pytestmark = pytest.mark.filterwarnings("default")  # what MLflow's own imports warn of


@pytest.mark.parametrize(
    "url",
    ["", "localhost:5000", "ftp://host", "http://", "http://h:x", "http://h:0", "file:///tmp/x", "http://["],
)
def test_what_is_no_address(url):
    with pytest.raises(UsageError, match="is no address of a server") as caught:
        client_open.check_url(url)
    assert "mlctl export mlflow DIR" in caught.value.hint


def test_addresses():
    assert client_open.check_url("http://127.0.0.1:5000/") == "http://127.0.0.1:5000"
    assert client_open.check_url("https://host/mlflow") == "https://host/mlflow"


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(UsageError) as caught:
        client_open.check_url("https://kim:s3cret@host")
    assert "s3cret" not in caught.value.message
    assert "MLFLOW_TRACKING_PASSWORD" in caught.value.hint


def _refusal(url, environ=None):
    surroundings = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"} if environ is None else environ
    with pytest.raises(MlctlError) as caught, client_open.opened(url, surroundings):
        pass
    return caught.value


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")


PERMISSION = json.dumps({"error_code": "PERMISSION_DENIED", "message": "no"}).encode()
BAD = json.dumps({"error_code": "INVALID_PARAMETER_VALUE", "message": "bad " * 100}).encode()


@pytest.mark.parametrize(
    ("status", "body", "said", "passes"),
    [
        (401, b"who are you", "refuses the credentials (HTTP 401)", False),
        (403, PERMISSION, "refuses the credentials (HTTP 403)", False),
        (404, b"<html>nothing here</html>", "does not answer as an MLflow server", False),
        (404, b"nothing here", "does not answer as an MLflow server", False),
        (200, b"<html>please log in</html>", "does not answer as an MLflow server", False),
        (500, b"boom", "failed on its side (HTTP 500)", True),
        (503, b"", "failed on its side (HTTP 503)", True),
        (0, b"", "broke the connection off", True),
        (400, BAD, "refuses: INVALID_PARAMETER_VALUE: bad bad", False),
    ],
)
def test_what_a_server_answers(status, body, said, passes):
    with answering(status, body) as url:
        error = _refusal(url)
    assert error.message.startswith(f"{url} {said}")
    assert error.may_pass is passes
    assert len(error.message) < 400
    assert "Traceback" not in error.message
    assert error.hint


def test_where_nothing_listens():
    with answering(200, b"{}") as url:
        pass
    assert _refusal(url).message == f"{url} cannot be reached: nothing listens there"


def test_credentials_reach_the_server_and_no_message(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "s3cret-token")
    with answering(401, b"no") as url:
        error = _refusal(url)
    assert "s3cret" not in error.message + error.hint


def test_the_environment_is_as_it_was_and_the_person_has_the_say():
    environ = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "7", "MLFLOW_TRACKING_URI": "elsewhere"}
    before, level = dict(environ), logging.getLogger("mlflow").level
    with answering(200, b"{}", "application/json") as url, client_open.opened(url, environ) as api:
        assert environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "7"
        assert environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
        assert environ["MLFLOW_TRACKING_URI"] == url
        assert api.url == url
    assert environ == before
    assert logging.getLogger("mlflow").level == level


def test_what_is_no_refusal_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError), client_open.in_words("http://h"):
        raise ZeroDivisionError


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    monkeypatch.setattr(client_open, "import_module", _missing("mlflow"))
    assert _refusal("http://h", {}).hint == "pip install 'mlctl[mlflow]'"


def test_a_broken_client_is_a_bug(monkeypatch):
    monkeypatch.setattr(client_open, "import_module", _missing("google.protobuf"))
    with pytest.raises(ModuleNotFoundError, match=r"google\.protobuf"), client_open.opened("http://h", {}):
        pass


def _missing(name):
    def refuse(_module):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    return refuse


class _ResponseError(Exception):
    class response:  # noqa: N801
        status_code = 418


def test_the_status_behind_an_error():
    assert client_open.status_of(_ResponseError()) == 418
    assert client_open.status_of(ValueError("failed with error code 404 != 200")) == 404
    assert client_open.status_of(ValueError("401 Client Error: UNAUTHORIZED for url")) == 401
    assert client_open.status_of(ValueError("what")) == 0
