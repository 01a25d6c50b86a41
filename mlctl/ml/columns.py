"""Which part each column plays in preprocessing."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.domain.columns import Column


@dataclass(frozen=True, slots=True)
class Roles:
    """The feature columns by kind, each in the table's order."""

    numbers: tuple[Column, ...]
    booleans: tuple[Column, ...]
    dates: tuple[Column, ...]
    categories: tuple[Column, ...]
    texts: tuple[Column, ...]

    @property
    def plain(self) -> tuple[Column, ...]:
        """Numbers and booleans: what an estimator can take as it is."""
        return self.numbers + self.booleans


def roles(columns: Sequence[Column]) -> Roles:
    """Sort the columns by kind.

    Parameters
    ----------
    columns : sequence of Column
        The features, as the examination of the data found them.
    """

    def of(kind: str) -> tuple[Column, ...]:
        return tuple(column for column in columns if column.kind == kind)

    return Roles(of("number"), of("boolean"), of("date"), of("category"), of("text"))


def names(columns: Sequence[Column]) -> list[str]:
    """Return the columns' names."""
    return [column.name for column in columns]


def any_missing(columns: Sequence[Column]) -> bool:
    """Tell whether a column has rows without a value."""
    return any(column.missing for column in columns)
