"""What examination finds worth saying; :mod:`mlctl.domain.checks` has the table of the codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlctl.errors import DataError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth saying; the work goes on.

    Attributes
    ----------
    code : str
        ``MLC0xx``, from the table in :mod:`mlctl.domain.checks`.
    severity : {"warn"}
        What refuses the data is a :class:`Problem`.
    message, hint : str
        What was found, and what to do about it.
    columns : tuple of str
        The columns it is about.
    """

    code: str
    severity: Literal["warn"]
    message: str
    hint: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing for which the data is refused."""

    message: str
    hint: str = ""


def warn(code: str, message: str, hint: str = "", columns: tuple[str, ...] = ()) -> Finding:
    """Build a finding."""
    return Finding(code, "warn", message, hint, columns)


def refuse(problems: list[Problem]) -> None:
    """Raise all problems as one error; do nothing where there is none.

    Raises
    ------
    DataError
        With one detail a problem where there are several.
    """
    if len(problems) == 1:
        raise DataError(problems[0].message, problems[0].hint)
    if problems:
        details = tuple(f"{p.message} ({p.hint})" if p.hint else p.message for p in problems)
        raise DataError(
            f"the data has {len(problems)} problems", "mend them all; none hides another", details
        )


def names(columns: Sequence[str], limit: int = 5) -> str:
    """Spell a few column names, and say how many more there are."""
    shown = ", ".join(repr(name) for name in columns[:limit])
    return shown if len(columns) <= limit else f"{shown} and {len(columns) - limit:,} more"
