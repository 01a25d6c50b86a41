"""What is different between two tables: rows, columns, types, categories, distributions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_columns import LEAST_ROWS, ColumnDrift, compare, judge_columns
from mlctl.data.drift_levels import code_levels
from mlctl.data.frames import family
from mlctl.data.profile_rows import shared_rows
from mlctl.data.validate_frame import check_frame

SHOWN = 50
"""So many categories are named; of the others the number is told."""


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A column that holds something else: ``number``, ``boolean``, ``date``, ``text``."""

    column: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Categories:
    """Categories that only one of the tables has.

    Attributes
    ----------
    count, rows : int
        How many they are, and in how many rows.
    named : tuple of (str, int)
        The commonest fifty with their rows.
    """

    count: int = 0
    rows: int = 0
    named: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnDiff:
    """A column that both tables have.

    Attributes
    ----------
    appeared, vanished : Categories
        For categories: those that only the other table, and only the first one has.
    distribution : ColumnDrift
        How far the values lie apart. It is called drifted where the difference is large and no chance.
    """

    column: str
    appeared: Categories
    vanished: Categories
    distribution: ColumnDrift


@dataclass(frozen=True, slots=True)
class Diff:
    """Two tables, compared.

    Attributes
    ----------
    rows : tuple of (int, int)
        Rows of the one and of the other.
    shared : int
        Rows of the one that have an equal row of their own in the other, in the columns that both have.
    added, removed : tuple of str
        Columns that only the other, and only the one has.
    types : tuple of TypeChange
        Columns that hold something else.
    columns : tuple of ColumnDiff
        The columns that both have, in the order of the one; empty where a table has no rows.
    """

    rows: tuple[int, int]
    shared: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    types: tuple[TypeChange, ...]
    columns: tuple[ColumnDiff, ...]


def diff(one: pd.DataFrame, other: pd.DataFrame) -> Diff:
    """Compare two tables.

    Parameters
    ----------
    one, other : pandas.DataFrame
        As :func:`mlctl.data.read.read` returns them.

    Raises
    ------
    DataError
        When a table has two columns of one name, or a column holds lists or mappings.
    """
    check_frame(one)
    check_frame(other)
    both = [name for name in one.columns if name in other]
    described = both if len(one) and len(other) else []
    enough = min(len(one), len(other)) >= LEAST_ROWS
    drifts = judge_columns([(name, *compare(one[name], other[name])) for name in described], enough=enough)
    return Diff(
        rows=(len(one), len(other)),
        shared=shared_rows(one, other, both),
        added=tuple(name for name in other.columns if name not in one),
        removed=tuple(name for name in one.columns if name not in other),
        types=tuple(_types(one, other, described)),
        columns=tuple(_column(one, other, found) for found in drifts),
    )


def _types(one: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> list[TypeChange]:
    found = [TypeChange(name, family(one[name]), family(other[name])) for name in columns]
    return [
        change
        for change in found
        if change.before != change.now
        and one[change.column].notna().any()
        and other[change.column].notna().any()
    ]


def _column(one: pd.DataFrame, other: pd.DataFrame, found: ColumnDrift) -> ColumnDiff:
    if found.kind != "category":
        return ColumnDiff(found.column, Categories(), Categories(), found)
    first, second, levels = code_levels(one[found.column], other[found.column])
    before, now = (np.bincount(codes + 1, minlength=len(levels) + 1)[1:] for codes in (first, second))
    return ColumnDiff(found.column, _only(now, before, levels), _only(before, now, levels), found)


def _only(here: Any, there: Any, levels: Any) -> Categories:
    found = np.flatnonzero((here > 0) & (there == 0))
    commonest = found[np.argsort(-here[found], kind="stable")][:SHOWN]
    named = tuple((str(levels[code]), int(here[code])) for code in commonest)
    return Categories(len(found), int(here[found].sum()), named)
