"""Dates and times as microseconds since 1970-01-01, in UTC."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from .cells import is_missing, shown
from .errors import ValueFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[ T]([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]+))?)?)? ?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?: ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?()()")
_DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()

LIMIT = (2**63 - 1) // 1000
"""Beyond these microseconds (the years 1677 and 2262) training moves dates to the nearer end."""


def moment(value: Any, form: str | None, missing: frozenset[str]) -> int | None:
    """Return a cell's microseconds; None where it is missing.

    Parameters
    ----------
    value : object
        A datetime (an aware one is read as its UTC), a date, or text.
    form : str or None
        The strptime form of texts; None for ISO 8601 and ``2026/01/31``.
    missing : frozenset of str
        The texts that stand for a missing value.

    Raises
    ------
    ValueFault
        For what is no date.
    """
    if is_missing(value, missing):
        return None
    try:
        found = _from_object(value) if not isinstance(value, str) else _from_text(value, form)
    except (ValueError, OverflowError):
        found = None
    if found is None and form is not None and type(value) in (int, float):
        return moment(repr(int(value)) if value == int(value) else repr(value), form, missing)
    if found is None:
        wanted = (
            "a date as 2026-01-31 or 2026-01-31T23:59:59" if form is None else "a date of the form " + form
        )
        raise ValueFault(f"{shown(value)} is not {wanted}")
    return max(-LIMIT, min(LIMIT, found))


def _from_object(value: Any) -> int | None:
    if isinstance(value, datetime):
        return _from_datetime(value)
    return (value.toordinal() - _EPOCH) * _DAY_US if isinstance(value, date) else None


def _from_datetime(value: datetime) -> int:
    if value.tzinfo is not None:
        value = value.astimezone(timezone.utc).replace(tzinfo=None)
    return (value - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def _from_text(text: str, form: str | None) -> int | None:
    if form is not None:
        return _from_datetime(datetime.strptime(text, form))
    found = _ISO.fullmatch(text) or _SLASHED.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    clock = (int(hour or 0), int(minute or 0), int(second or 0))
    if clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return None
    seconds = (clock[0] * 60 + clock[1]) * 60 + clock[2] - _offset(zone)
    return days * _DAY_US + seconds * 1_000_000 + int((fraction or "").ljust(6, "0")[:6])


def _offset(zone: str | None) -> int:
    if not zone or zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    seconds = (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60
    return -seconds if zone[0] == "-" else seconds
