"""One operation of the header, read as if an enemy had written it: every field is asked for by its form."""

from __future__ import annotations

from math import isfinite

from .errors import FormatError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    from .container import Array

MOST_WIDTH = 1 << 21
"""Numbers in one row, at any point of a model: no file can ask for more memory than that."""

MOST_DEPTH = 40
MOST_NODES = 100_000


class Node:
    """A JSON object with its fields checked as they are read.

    Every reading method raises :class:`FormatError` where the field is missing or of another form.
    """

    __slots__ = ("_arrays", "_count", "_depth", "_fields", "_left")

    def __init__(self, fields: Any, arrays: Sequence[Array], depth: int = 0, count: Any = None) -> None:
        self._count = [0, 0] if count is None else count  # operations, and cells of the widest row
        self._count[0] += 1
        if not isinstance(fields, dict) or depth > MOST_DEPTH or self._count[0] > MOST_NODES:
            raise FormatError("the model file has something that is no operation, or too many of them")
        self._fields = fields
        self._arrays = arrays
        self._depth = depth
        self._left = set(fields)

    def __contains__(self, key: str) -> bool:
        return key in self._fields

    @property
    def widest(self) -> int:
        """The most cells that a row has at any point of the whole model, as far as it was built."""
        found: int = self._count[1]
        return found

    def saw(self, cells: int) -> None:
        """Take note of a row's width."""
        self._count[1] = max(self._count[1], cells)

    def fault(self, what: str) -> FormatError:
        """Return the error that says what is wrong with this operation."""
        return FormatError("the model file's operation {!r:.40}: {}".format(self._fields.get("op"), what))

    def _get(self, key: str) -> Any:
        self._left.discard(key)
        if key not in self._fields:
            raise self.fault(f"{key} is missing")
        return self._fields[key]

    def end(self) -> None:
        """Refuse whatever was not asked for: it would change the answers if it were understood."""
        if self._left:
            raise self.fault(f"has {sorted(self._left)!r:.80}, which is not known")

    def text(self, key: str, among: Collection[str] = ()) -> str:
        """Return a text, one of a closed set where that is given."""
        value = self._get(key)
        if not isinstance(value, str) or (among and value not in among):
            raise self.fault(f"{key} is {value!r:.40}")
        return value

    def texts(self, key: str, count: int | None = None) -> list[str]:
        """Return a list of texts."""
        value = self._list(key, count)
        if not all(isinstance(each, str) for each in value):
            raise self.fault(f"{key} is no list of texts")
        return value

    def values(self, key: str) -> list[Any]:
        """Return a list of texts, finite numbers, truths and nulls."""
        value = self._list(key, None)
        if not all(each is None or isinstance(each, str) or _is_number(each) for each in value):
            raise self.fault(f"{key} has something that is no plain value")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return true or false."""
        if default is not None and key not in self._fields:
            return default
        value = self._get(key)
        if not isinstance(value, bool):
            raise self.fault(f"{key} is {value!r:.40}")
        return value

    def whole(self, key: str, low: int = 0, high: int = MOST_WIDTH) -> int:
        """Return an integer within [low, high]."""
        value = self._get(key)
        if type(value) is not int or not low <= value <= high:
            raise self.fault(f"{key} is {value!r:.40}")
        return value

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self._get(key)
        if isinstance(value, bool) or not _is_number(value):
            raise self.fault(f"{key} is {value!r:.40}")
        return float(value)

    def node(self, key: str) -> Node:
        """Return an operation."""
        return Node(self._get(key), self._arrays, self._depth + 1, self._count)

    def nodes(self, key: str, count: int | None = None) -> list[Node]:
        """Return a list of operations."""
        return [Node(each, self._arrays, self._depth + 1, self._count) for each in self._list(key, count)]

    def wholes(self, key: str, high: int, count: int | None = None) -> list[int]:
        """Return a list of integers within [0, high)."""
        value = self._list(key, count)
        if not all(type(each) is int and 0 <= each < high for each in value):
            raise self.fault(f"{key} has an index out of bounds")
        return value

    def array(self, key: str, kind: str, *shape: int | None, finite: bool = True) -> Array:
        """Return an array of a type and a shape; None stands for any length.

        Unless ``finite`` is False, numbers that are infinite or none are refused.
        """
        place = self.whole(key, 0, len(self._arrays) - 1)
        found = self._arrays[place]
        same = len(found.shape) == len(shape) and all(
            want is None or want == have for want, have in zip(shape, found.shape)
        )
        if found.kind != kind or not same:
            raise self.fault(f"{key} is {found.kind} {found.shape}, not {kind} {shape}")
        if kind == "f8" and finite and not _all_finite(found.flat()):
            raise self.fault(f"{key} has numbers that are not finite")
        return found

    def _list(self, key: str, count: int | None) -> list[Any]:
        value = self._get(key)
        if not isinstance(value, list) or (count is not None and len(value) != count):
            raise self.fault(f"{key} is no list of the right length")
        return value


def within(values: Sequence[int], low: int, high: int) -> bool:
    """Tell whether every index lies in [low, high)."""
    return not values or (min(values) >= low and max(values) < high)


def _is_number(value: Any) -> bool:
    # A whole number may be too large for a float, and true is a number to Python.
    if type(value) is int:
        return -(1 << 63) <= value < 1 << 64
    return isinstance(value, bool) or (type(value) is float and isfinite(value))


def _all_finite(values: Sequence[float]) -> bool:
    return isfinite(sum(values)) or all(map(isfinite, values))
