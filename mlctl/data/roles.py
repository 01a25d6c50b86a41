"""Which column plays which part, by the parameters file."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.data.findings import Problem, names
from mlctl.params.model import Data
from mlctl.params.words import did_you_mean

ASIDE = ("time", "group", "key")
"""The parts that a column may have in the split."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns, told apart.

    Attributes
    ----------
    target : str or None
        None where there is no such column.
    features : tuple of str
        In the table's order. The time column stays among them; group and key never do.
    aside : dict
        Part (``time``, ``group``, ``key``) to column.
    dropped : tuple of (str, str)
        Column and why: by the parameters file.
    problems : tuple of Problem
        Columns that are named and not there.
    """

    target: str | None
    features: tuple[str, ...]
    aside: dict[str, str]
    dropped: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


def assign(columns: Sequence[str], data: Data) -> Roles:
    """Tell target, features and the columns kept aside apart.

    Parameters
    ----------
    columns : sequence of str
        The table's columns.
    data : Data
        The parameters file's section.
    """
    present = set(columns)
    aside = {part: name for part in ASIDE if (name := getattr(data, part)) is not None}
    why = dict.fromkeys(data.drop, "data.drop says so")
    why |= {name: "data.types says so" for name, kind in data.types.items() if kind == "drop"}
    why.pop(data.target, None)
    why |= {aside[part]: f"is the {part} column" for part in ("group", "key") if part in aside}
    kept_out = {data.target, *why}
    return Roles(
        target=data.target if data.target in present else None,
        features=tuple(name for name in columns if name not in kept_out),
        aside={part: name for part, name in aside.items() if name in present},
        dropped=tuple((name, why[name]) for name in columns if name in why),
        problems=tuple(_unknown(columns, data, aside)),
    )


def _unknown(columns: Sequence[str], data: Data, aside: dict[str, str]) -> list[Problem]:
    named = [
        ("target", data.target),
        *aside.items(),
        *(("drop", name) for name in data.drop),
        *((f"types.{name}", name) for name in data.types),
        *((f"dates.{name}", name) for name in data.dates),
    ]
    present = set(columns)
    return [
        Problem(
            f"data.{key}: there is no column {name!r}",
            did_you_mean(name, columns) or f"the columns are {names(columns, 10)}",
        )
        for key, name in named
        if name not in present
    ]
