"""What a listing gives: the records that can be read, and the names of those that cannot."""

from dataclasses import dataclass
from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class DamagedRecord:
    """A record that cannot be read; ``path`` is relative to the directory that holds the store."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[R_co]):
    """Records, and what was in their place but could not be read."""

    records: tuple[R_co, ...]
    damaged: tuple[DamagedRecord, ...] = ()
