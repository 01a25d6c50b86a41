"""One request to an address that a person gave, and in words why it failed."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping

from mlctl.errors import MlctlError
from mlctl.schedule.bounded import bounded

TIMEOUT = 5.0
"""Seconds for one message to the outside: training does not wait for those who are told of it."""

_SECONDS_BEYOND = 0.5


def post(address: str, body: bytes, headers: Mapping[str, str], timeout: float = TIMEOUT) -> None:
    """Send a POST, and take any 2xx for an answer.

    Raises
    ------
    MlctlError
        With the reason alone: the address may be a secret.
    """
    if not address.startswith(("http://", "https://")):
        raise MlctlError("the address begins with neither http:// nor https://")

    def send() -> None:
        request = urllib.request.Request(address, body, dict(headers), method="POST")  # noqa: S310 - checked
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - checked above
            answer.read(1)

    try:
        bounded(send, timeout + _SECONDS_BEYOND)
    except urllib.error.HTTPError as error:
        error.close()
        raise MlctlError(f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        raise MlctlError(_said(error.reason)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise MlctlError(_said(error)) from None


def _said(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    # What is wrong with an address is said with the address.
    return type(reason).__name__
