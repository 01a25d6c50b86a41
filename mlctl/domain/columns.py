"""What one column of a table is, as the examination of the data found it."""

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["number", "category", "text", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One feature column.

    Attributes
    ----------
    kind : {"number", "category", "text", "date", "boolean"}
        How the column is read; decides which preprocessing it gets.
    distinct : int
        Number of distinct values, missing ones aside.
    missing : int
        Number of rows without a value.
    integer : bool
        Whether every number of a ``number`` column is whole.
    reason : str
        Why it is of that kind.
    """

    name: str
    kind: ColumnKind
    distinct: int
    missing: int
    integer: bool = False
    reason: str = ""
