"""Refusals, as they are answered: a status, a code and a sentence, in the form of MLflow's server."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

CODES = {
    400: "BAD_REQUEST",
    404: "RESOURCE_DOES_NOT_EXIST",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "REQUEST_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "REQUEST_LIMIT_EXCEEDED",
    431: "REQUEST_HEADERS_TOO_LARGE",
    500: "INTERNAL_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "TEMPORARILY_UNAVAILABLE",
    505: "HTTP_VERSION_NOT_SUPPORTED",
}

MOST_DETAILS = 20
"""Faults of one request that are listed; the rest is counted."""


class Refusal(Exception):  # noqa: N818 - most are no errors of the server
    """A request that is not answered with what it asked for.

    Parameters
    ----------
    status : int
        Of HTTP.
    message : str
        What is wrong, where, and what was wanted.
    details : sequence of dict, default=()
        One ``{"row", "column", "message"}`` for each fault, where there are several.
    headers : tuple of (str, str), default=()
        Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        details: Sequence[dict[str, object]] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details
        self.headers = headers

    def body(self) -> bytes:
        """Return the JSON document."""
        told: dict[str, object] = {"error_code": CODES[self.status], "message": self.message}
        if self.details:
            told["details"] = list(self.details[:MOST_DETAILS])
            told["faults"] = len(self.details)
        return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


def busy(message: str) -> Refusal:
    """Return the refusal of a request that may be sent again in a moment."""
    return Refusal(429, message, headers=(("Retry-After", "1"),))
