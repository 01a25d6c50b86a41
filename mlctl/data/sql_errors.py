"""What a database says when it refuses, as an error with an exit code and without a password.

Drivers put what they like into their messages: an address, a user, the values that were bound. So a message
is cleaned, and the driver's exception is left behind: no traceback leads to it.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from mlctl.data.sql_url import Address
from mlctl.errors import BusyError, DataError, MlctlError, NotFoundError, UsageError

T = TypeVar("T")

_STATES: tuple[tuple[str, type[MlctlError]], ...] = (
    ("42P01", NotFoundError),  # undefined table
    ("42703", NotFoundError),  # undefined column
    ("3F", NotFoundError),  # schema
    ("3D", NotFoundError),  # database
    ("42501", MlctlError),  # insufficient privilege
    ("42", UsageError),  # syntax error or access rule violation
    ("25006", UsageError),  # read-only transaction
    ("0A", UsageError),  # feature not supported: a query that writes cannot be read by a cursor
    ("22", DataError),  # data exception
    ("40", BusyError),  # transaction rollback: a conflict with others
    ("55P03", BusyError),  # lock not available
)
"""Classes of SQLSTATE (ISO/IEC 9075; PostgreSQL's appendix A), the more special ones first."""

_PHRASES: tuple[tuple[str, type[MlctlError]], ...] = (
    (r"database is locked|could not set lock|lock wait timeout", BusyError),
    (r"no such (table|column)|(does not|doesn't) exist|unknown (column|table|database)", NotFoundError),
    (r"invalid object name|no files found|cannot open file|referenced column .* not found", NotFoundError),
    (r"syntax error|parser error|binder error|you have an error in your sql|readonly database", UsageError),
    (r"conversion error|out of range|invalid input|overflow|division by zero", DataError),
)
"""What drivers without SQLSTATE write."""

_HINTS: dict[type[MlctlError], str] = {
    BusyError: "somebody else holds it; the same command may succeed later",
    NotFoundError: "check the names in the query, and which database data.sql.url leads to",
    UsageError: "mend the query, which has to be one that reads",
    DataError: "change the query so that it passes over such values, or turns them into others",
    MlctlError: "check that the database is up, and that you may read from it",
}
_REFUSED_USER = re.compile(r"password|authentication|access denied|login failed", re.IGNORECASE)


def guarded(work: Callable[[], T], explain: Callable[[Exception], MlctlError]) -> T:
    """Call a driver, and leave its exception behind.

    Parameters
    ----------
    work : callable
        What to do.
    explain : callable
        Makes the error to raise from what the driver raised.

    Raises
    ------
    MlctlError
        With neither cause nor context: raised while the other is handled, it would carry that along.
    """
    try:
        return work()
    except MlctlError:
        raise
    except Exception as error:  # a driver may raise anything, and its message may hold the address
        failure = explain(error)
    raise failure


def cannot_connect(error: Exception, address: Address) -> MlctlError:
    """Say that there is no connection, and why."""
    reason = reason_of(error, address)
    kind = _by_phrase(reason)
    if kind is NotFoundError:
        return NotFoundError(f"{address.name}: {reason}", "check data.sql.url")
    if _REFUSED_USER.search(reason):
        return MlctlError(
            f"{address.name} refuses the user or the password: {reason}",
            "check the variable of the environment that data.sql.url names",
        )
    return MlctlError(
        f"cannot connect to {address.name}: {reason}",
        "check data.sql.url, that the server is up, and that this machine may reach it",
        may_pass=True,
    )


def refused_query(error: Exception, address: Address, rows: int) -> MlctlError:
    """Say that a query failed, and after how many rows."""
    reason = reason_of(error, address)
    state = _by_state(error)
    kind = state or _by_phrase(reason) or _by_class(error, rows)
    after = f" after {rows:,} rows" if rows else ""
    # A database that says nothing of the query may have gone away; a missing privilege stays missing.
    gone = kind is MlctlError and state is None
    return kind(f"{address.name}: the query failed{after}: {reason}", _HINTS[kind], may_pass=gone or None)


def reason_of(error: Exception, address: Address) -> str:
    """Return what the driver says, cleaned and on one line."""
    original = getattr(error, "orig", None) or error
    lines = [line.strip() for line in str(original).splitlines()]
    # What quotes the query quotes what the driver made of it; the user knows his own.
    text = " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))
    return address.hide(text) or type(original).__name__


def _by_state(error: Exception) -> type[MlctlError] | None:
    original: Any = getattr(error, "orig", None)
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or ""
    return next((kind for start, kind in _STATES if state.startswith(start)), None)


def _by_phrase(reason: str) -> type[MlctlError] | None:
    found = (kind for phrase, kind in _PHRASES if re.search(phrase, reason, re.IGNORECASE))
    return next(found, None)


def _by_class(error: Exception, rows: int) -> type[MlctlError]:
    """Judge by the class that PEP 249 gives the error; its name is the same in every driver."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if getattr(error, "connection_invalidated", False):
        return MlctlError
    if "DataError" in names:
        return DataError
    if "ProgrammingError" in names and not rows:
        return UsageError
    return MlctlError
