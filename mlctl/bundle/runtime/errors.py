"""What the runtime refuses: a model file that is not sound, and a row that is not what the model takes."""

from __future__ import annotations


class FormatError(ValueError):
    """The model file is damaged, was made by something else, or is of a newer format."""


class InputError(ValueError):
    """A row cannot be taken.

    Attributes
    ----------
    row : int
        Its number, from 1.
    column : str or None
        The column; None where the fault shows only within the model.
    message : str
        What is wrong, and what was wanted; ``str()`` of the error says the row and the column as well.
    """

    def __init__(self, row: int, column: str | None, message: str) -> None:
        place = "" if column is None else f"column {column!r}, "
        super().__init__(f"{place}row {row:,}: {message}")
        self.row = row
        self.column = column
        self.message = message


class ValueFault(ValueError):  # noqa: N818 - whoever catches it makes an error of it
    """One cell or one row cannot be taken; whoever knows its place makes an :class:`InputError` of it."""

    def __init__(self, message: str, place: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place  # the row within the table at hand, from 0; None in a single row
