"""A dead man's switch: an address that raises the alarm when nobody calls it (https://healthchecks.io/docs)."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from mlctl.errors import MlctlError
from mlctl.params.environment import fill
from mlctl.schedule.web import TIMEOUT, post

State = Literal["start", "success", "fail"]

MOST_BODY = 10_000
"""Bytes of the log's end that are sent; Healthchecks keeps at least as many."""

_ENDINGS: dict[State, str] = {"start": "/start", "success": "", "fail": "/fail"}


def ping(
    url: str,
    state: State,
    *,
    environ: Mapping[str, str],
    run_id: str | None = None,
    body: str = "",
    timeout: float = TIMEOUT,
) -> str:
    """Call the switch; a failure is returned, never raised.

    Parameters
    ----------
    url : str
        As the parameters file has it; ``${NAME}`` is looked up in ``environ``.
    state : {"start", "success", "fail"}
        ``success`` also when nothing was due: the switch watches whatever calls mlctl, not the training.
    run_id : str, default=None
        A UUID, the same at the start and the end of a run, which are then taken for a pair.
    body : str, default=""
        The log; its last 10 kB are sent.

    Returns
    -------
    str
        Why it failed, without the address; empty when it went well.
    """
    try:
        address = address_of(fill(url, environ), state, run_id)
        post(address, body.encode()[-MOST_BODY:], {"Content-Type": "text/plain; charset=utf-8"}, timeout)
    except MlctlError as error:
        return f"ping {state}: {error.message}"
    return ""


def address_of(url: str, state: State, run_id: str | None) -> str:
    """Return the address to call.

    Examples
    --------
    >>> address_of("https://hc.example/ping/1f2e?create=1", "fail", "a-b")
    'https://hc.example/ping/1f2e/fail?create=1&rid=a-b'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise MlctlError("the address is none") from None
    query = "&".join(filter(None, (parts.query, urlencode({"rid": run_id}) if run_id else "")))
    path = parts.path.rstrip("/") + _ENDINGS[state]
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))
