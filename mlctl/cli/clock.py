"""Which moment a command takes for now: ``--now``, then ``MLCTL_NOW``, then the machine's clock."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from mlctl.errors import UsageError

NowOption = Annotated[
    str | None,
    typer.Option(
        "--now", envvar="MLCTL_NOW", help="Take this moment for now: 2026-01-09T03:00:00Z.", metavar="TIME"
    ),
]

_YEARS = range(1970, 2201)


def moment(text: str | None) -> datetime:
    """Return the moment, in UTC.

    Raises
    ------
    UsageError
        When the text is no ISO 8601 time with its zone.
    """
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in _YEARS:
        raise UsageError(
            f"{text!r} is no moment", "wanted a time with its zone, such as --now 2026-01-09T03:00:00Z"
        )
    return found.astimezone(UTC)
