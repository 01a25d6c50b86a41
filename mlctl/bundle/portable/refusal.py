"""What the portable form cannot hold."""

from typing import Any

from mlctl.errors import RefusedError


class NotPortable(RefusedError):  # noqa: N818 - the contract's word for it
    """A part of the pipeline cannot be written exactly, and nothing is ever approximated.

    Attributes
    ----------
    message : str
        Which part, and why.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "build the sklearn tier, or train with parts that docs/portable.md lists")


def name_of(part: Any) -> str:
    """Return a part's name as its user knows it."""
    return type(part).__name__


def need(holds: Any, part: Any, otherwise: str) -> None:
    """Refuse a part unless a condition holds."""
    if not holds:
        raise NotPortable(f"{name_of(part)}: {otherwise}")
