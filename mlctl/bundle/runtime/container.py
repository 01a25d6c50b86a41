"""The file: eight bytes of magic, the header's length, a JSON header, raw arrays.

``MLCTLPM1`` | length of the header, 8 bytes, little-endian | header, UTF-8 JSON | padding to 8 | arrays

The header's ``arrays`` list has for each array its type, its shape and where it begins, counted from the end
of the padding. ``docs/portable.md`` is the specification.
"""

from __future__ import annotations

import json
import sys
from array import array

from .errors import FormatError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAGIC = b"MLCTLPM1"
FORMAT = 1

MOST_HEADER = 64 << 20
MOST_ARRAYS = 100_000
MOST_DIMENSIONS = 3

_CODES = {"f8": "d", "i4": "i", "u1": "B"}
_SIZES = {"f8": 8, "i4": 4, "u1": 1}


class Array:
    """One array of the file, not yet taken apart."""

    __slots__ = ("_data", "kind", "shape")

    def __init__(self, kind: str, shape: tuple[int, ...], data: memoryview) -> None:
        self.kind = kind
        self.shape = shape
        self._data = data

    def flat(self) -> list[Any]:
        """Return all values, row after row."""
        values = array(_CODES[self.kind])
        values.frombytes(self._data)
        if sys.byteorder == "big":  # pragma: no cover - the tests run on little-endian machines
            values.byteswap()
        return values.tolist()

    def rows(self) -> list[list[Any]]:
        """Return the rows of a table."""
        values, width = self.flat(), self.shape[1]
        return [values[start : start + width] for start in range(0, self.shape[0] * width, width or 1)]

    def numpy(self, np: Any) -> Any:
        """Return the same as a NumPy array that cannot be written to."""
        return np.frombuffer(self._data, dtype="<" + self.kind).reshape(self.shape)


def read_container(buffer: bytes | bytearray | memoryview) -> tuple[dict[str, Any], list[Array]]:
    """Take a file apart.

    Returns
    -------
    tuple of (dict, list of Array)
        The header and the arrays.

    Raises
    ------
    FormatError
        When it is no such file, is cut short, has something after its end, or is of a newer format.
    """
    data = memoryview(buffer).cast("B")
    if bytes(data[:8]) != MAGIC:
        newer = bytes(data[:7]) == MAGIC[:7]
        raise FormatError(
            "the model file is of a newer format" if newer else "this is not a portable model file"
        )
    length = int.from_bytes(data[8:16], "little")
    if length > MOST_HEADER or len(data) < 16 + length:
        raise FormatError("the model file is cut short, or its header is larger than is allowed")
    header = _json(bytes(data[16 : 16 + length]))
    begin = 16 + length + -length % 8
    return header, _arrays(header.get("arrays"), data[begin:])


def _json(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the model file's header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise FormatError("the model file's header is no object")
    if header.get("format") != FORMAT:
        raise FormatError(
            "the model file is of format {!r:.40}; this runtime reads {}".format(header.get("format"), FORMAT)
        )
    return header


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _arrays(listed: Any, data: memoryview) -> list[Array]:
    if not isinstance(listed, list) or len(listed) > MOST_ARRAYS:
        raise FormatError("the model file's list of arrays is missing or too long")
    arrays, end = [], 0
    for entry in listed:
        kind, shape, size = _entry(entry)
        end += -end % 8
        if end + size > len(data):
            raise FormatError("the model file is cut short: an array lies beyond its end")
        arrays.append(Array(kind, shape, data[end : end + size]))
        end += size
    if end != len(data):
        raise FormatError(f"the model file has {len(data) - end:,} bytes after its end")
    return arrays


def _entry(entry: Any) -> tuple[str, tuple[int, ...], int]:
    if not isinstance(entry, list) or not entry or entry[0] not in _SIZES:
        raise FormatError(f"the model file's list of arrays has an entry that is none: {entry!r:.80}")
    shape = tuple(entry[1:])
    if len(shape) > MOST_DIMENSIONS or not all(type(n) is int and 0 <= n < 1 << 48 for n in shape):
        raise FormatError(f"the model file has an array of the shape {shape!r:.80}")
    size = _SIZES[entry[0]]
    for count in shape:
        size *= count
    return entry[0], shape, size
