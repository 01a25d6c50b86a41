"""What a bundle's program refuses, with the exit code that it ends in: those of mlctl."""

from __future__ import annotations


class BundleError(Exception):
    """Something is wrong with the bundle or with what was asked of it.

    Attributes
    ----------
    message : str
        What, and where.
    hint : str
        What helps; may be empty.
    """

    code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BundleError):
    """The command line is wrong."""

    code = 2


class AbsentError(BundleError):
    """There is no such thing."""

    code = 3


class RefusedError(BundleError):
    """It is not trusted, or not signed as it should be."""

    code = 4


class RowsError(BundleError):
    """Rows were refused."""

    code = 5


class DamagedError(BundleError):
    """The bundle is damaged, is none, or is of a newer format."""

    code = 6
