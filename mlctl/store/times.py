"""Times as the store writes them."""

from datetime import UTC, datetime


def stamp(now: datetime) -> str:
    """Return a time in UTC, RFC 3339 with microseconds and ``Z``.

    Raises
    ------
    ValueError
        When the time has no time zone: which moment it means is then a guess.

    Examples
    --------
    >>> stamp(datetime(2026, 1, 9, 12, 30, tzinfo=UTC))
    '2026-01-09T12:30:00.000000Z'
    """
    if now.tzinfo is None:
        raise ValueError(f"{now!r} has no time zone")
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def is_stamp(text: str) -> bool:
    """Tell whether a text is a time with its zone, as :func:`stamp` or another RFC 3339 writer spells it."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
