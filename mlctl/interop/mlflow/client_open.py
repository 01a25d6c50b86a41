"""MLflow's client for a tracking server, and what its refusals mean. It comes with the extra ``mlflow``."""

import logging
import os
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from mlctl.domain.secrets import hide_secrets
from mlctl.errors import MlctlError, UsageError

DEFAULTS = MappingProxyType(
    {
        # MLflow's own would have a person wait for minutes before a server that is gone is told.
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
        "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
)
"""Set while a server is spoken to, where the person has not set them."""

AGAIN = "run the same command again: it goes on from where it stopped"
_CREDENTIALS = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
_NO_SERVER = "does not answer as an MLflow server"
_STATUS = re.compile(r"error code (\d{3})\b|^(\d{3}) (?:Client|Server) Error|too many (\d{3}) error")
_BROKEN = (
    (r"NameResolution|Name or service|getaddrinfo", "cannot be reached: no host has that name"),
    (r"[Cc]onnection refused|NewConnectionError", "cannot be reached: nothing listens there"),
    (r"CERTIFICATE_VERIFY_FAILED|SSLError", "cannot be reached: its certificate is not trusted"),
    (r"[Tt]ime(?:d )?out", "did not answer in time"),
    (r"[Cc]onnection (?:aborted|broken|reset)|RemoteDisconnected|reset by peer", "broke the connection off"),
)
_LONGEST = 300
NO_SUCH_ROUTE = (404, 405, 501)
"""What servers answer to a request that came after their time."""

_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _SERVER = 401, 403, 404, 500


@dataclass(frozen=True, slots=True)
class Api:
    """A client of MLflow's, with the classes that it takes.

    Attributes
    ----------
    client : mlflow.MlflowClient
        Of the server.
    entities : module
        ``mlflow.entities``.
    url : str
        The server's address, as it may be shown.
    """

    client: Any
    entities: Any
    url: str


def check_url(url: str) -> str:
    """Return the address of a server.

    Raises
    ------
    UsageError
        When it is none, or holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address(url) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise _no_address(url)
    if parts.username or parts.password:
        raise UsageError(
            f"{hide_secrets(url)}: a password in an address is seen by others, in the list of processes",
            _CREDENTIALS,
        )
    return url.rstrip("/")


def _no_address(url: str) -> UsageError:
    return UsageError(
        f"{hide_secrets(url)!r} is no address of a server",
        "write http://HOST:PORT; into a directory: mlctl export mlflow DIR",
    )


@contextmanager
def opened(url: str, environ: MutableMapping[str, str] = os.environ) -> Iterator[Api]:
    """Hand out a client of a server that was seen to answer; what it refuses is raised in words.

    Parameters
    ----------
    url : str
        As :func:`check_url` returns it.
    environ : mutable mapping
        The process's environment, which MLflow goes by; credentials stand there.

    Raises
    ------
    MlctlError
        When ``mlflow-skinny`` is not installed, or the server does not answer, refuses, or is none.
    """
    with _surroundings(url, environ):
        mlflow = _mlflow()
        talk = logging.getLogger("mlflow")
        before = talk.level
        talk.setLevel(logging.ERROR)
        try:
            with in_words(url):
                api = Api(mlflow.MlflowClient(url, url), import_module("mlflow.entities"), url)
                api.client.search_experiments(max_results=1)
                yield api
        finally:
            talk.setLevel(before)


@contextmanager
def _surroundings(url: str, environ: MutableMapping[str, str]) -> Iterator[None]:
    """Set what MLflow reads from the environment, and put back what stood there."""
    wanted = {**DEFAULTS, **environ, "MLFLOW_TRACKING_URI": url, "MLFLOW_REGISTRY_URI": url}
    before = {key: environ.get(key) for key in (*DEFAULTS, "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}
    environ.update({key: wanted[key] for key in before})
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                environ.pop(key, None)
            else:
                environ[key] = value


def _mlflow() -> Any:
    try:
        return import_module("mlflow")
    except ModuleNotFoundError as error:
        if error.name != "mlflow":
            raise
    raise MlctlError(
        "an MLflow server needs mlflow-skinny, which is not installed", "pip install 'mlctl[mlflow]'"
    )


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """Turn what MLflow's client raises into an error that says what to do."""
    try:
        yield
    except Exception as error:
        if not is_refusal(error):
            raise
        raise said(error, url) from None


def is_refusal(error: BaseException) -> bool:
    """Tell whether an error comes from the server or the way to it, and is no bug."""
    names = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(error).__mro__}
    return bool(names & {"mlflow.MlflowException", "requests.RequestException", "urllib3.HTTPError"})


def status_of(error: BaseException) -> int:
    """Return the HTTP status behind an error; 0 where none is told."""
    response = getattr(error, "response", None)
    if response is not None:
        return int(response.status_code)
    if match := _STATUS.search(str(error)):
        return int(match[1] or match[2] or match[3])
    ask = getattr(error, "get_http_status_code", None)
    return int(ask()) if ask and hasattr(error, "json") else 0


def said(error: BaseException, url: str) -> MlctlError:
    """Return the error to raise for a refusal; no credentials and no page of HTML are in it."""
    text, status = str(error), status_of(error)
    if status in (_UNAUTHORISED, _FORBIDDEN):
        return MlctlError(f"{url} refuses the credentials (HTTP {status})", _CREDENTIALS)
    body = text.partition("Response body:")[2].lstrip(" '").lower()
    if "not in a valid JSON format" in text or body.startswith("<") or (status == _NOT_FOUND and body):
        return MlctlError(f"{url} {_NO_SERVER}", "check the address; a path that a proxy adds belongs to it")
    if lasting := next((words for pattern, words in _BROKEN if re.search(pattern, text)), ""):
        return MlctlError(f"{url} {lasting}", AGAIN, may_pass=True)
    if status >= _SERVER:
        return MlctlError(
            f"{url} failed on its side (HTTP {status})", f"see the server's log, then {AGAIN}", may_pass=True
        )
    return MlctlError(f"{url} refuses: {_short(text)}", AGAIN)


def _short(text: str) -> str:
    line = hide_secrets(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
