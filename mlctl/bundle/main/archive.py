"""A bundle that is one file: a zip in the one form that mlctl writes, so that every byte is accounted for.

two lines of text | for each entry its local header and data | the central directory | its end. There are
no gaps, no comments, no extra fields, no data descriptors; times are 1980-01-01; names are plain ASCII and
differ; entries are stored or deflated, and their modes are 0644. What is not so is refused before it is
unpacked.
"""

from __future__ import annotations

import re
import zlib
from mmap import ACCESS_READ, mmap
from struct import Struct

from .trouble import DamagedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

SHEBANG = b"#!/usr/bin/env python3\n# coding: the_bundle_is_damaged_or_cut_short_fetch_it_again\n"
"""How each bundle begins. Python takes a file that is no zip any more for source, and stops at an encoding
that it does not know with the name of it: so that one which was cut short says what is wrong.
"""
STORED, DEFLATED = 0, 8
MOST_ENTRIES = 4096
MOST_BYTES = (1 << 31) - 1

_LOCAL = Struct("<4s5H3I2H")
_CENTRAL = Struct("<4s6H3I5H2I")
_END = Struct("<4s4H2IH")
_NAME = re.compile(r"(?!\.)[A-Za-z0-9_.-]+(?:/(?!\.)[A-Za-z0-9_.-]+)*")
_DATE = 0x21
_MODE = 0o100644 << 16


def is_name(name: Any) -> bool:
    """Tell whether an entry may be called so: relative, no dot or nothing in front, plain ASCII."""
    return isinstance(name, str) and len(name) <= 200 and _NAME.fullmatch(name) is not None


def local_header(name: bytes, method: int, crc: int, packed: int, size: int) -> bytes:
    """Return what stands before an entry's data."""
    return _LOCAL.pack(b"PK\3\4", 20, 0, method, 0, _DATE, crc, packed, size, len(name), 0) + name


def central_header(name: bytes, method: int, crc: int, packed: int, size: int, at: int) -> bytes:
    """Return an entry's line in the central directory."""
    known = (b"PK\1\2", 3 << 8 | 20, 20, 0, method, 0, _DATE, crc, packed, size, len(name))
    return _CENTRAL.pack(*known, 0, 0, 0, 0, _MODE, at) + name


def end_record(entries: int, size: int, at: int) -> bytes:
    """Return what ends the file."""
    return _END.pack(b"PK\5\6", 0, 0, entries, entries, size, at, 0)


class Archive:
    """The entries of a file; made by :func:`open_archive`.

    Attributes
    ----------
    sizes : dict
        Name to bytes, unpacked, as the file says.
    """

    def __init__(self, data: Any) -> None:
        self._data = data
        self._places: dict[str, tuple[int, int, int, int]] = {}
        self.sizes: dict[str, int] = {}
        for name, method, crc, packed, size, begin in _entries(data):
            if name in self._places:
                raise DamagedError(f"the bundle has two entries {name!r}")
            self._places[name] = (method, crc, packed, begin)
            self.sizes[name] = size

    def read(self, name: str) -> Any:
        """Return what an entry holds.

        Raises
        ------
        DamagedError
            When it is damaged, or longer than it says.
        """
        method, crc, packed, begin = self._places[name]
        raw = memoryview(self._data)[begin : begin + packed]
        data = raw if method == STORED else _inflated(raw, self.sizes[name])
        if data is None or len(data) != self.sizes[name] or zlib.crc32(data) != crc:
            raise DamagedError(f"the bundle's entry {name!r} is damaged")
        return data

    def packed(self, left_out: Sequence[str]) -> Iterator[Any]:
        """Go through the entries as they lie in the file, in their order."""
        for name, (_, _, packed, begin) in self._places.items():
            if name not in left_out:
                yield memoryview(self._data)[begin : begin + packed]


def open_archive(path: str) -> Archive:
    """Open a file.

    Raises
    ------
    DamagedError
        When it is no bundle, is cut short, or holds a byte that it should not.
    OSError
        When the system does not let it be read.
    """
    with open(path, "rb") as stream:
        try:
            data = mmap(stream.fileno(), 0, access=ACCESS_READ)
        except ValueError:
            raise DamagedError(f"{path} is empty") from None
    return Archive(data)


def _inflated(raw: Any, size: int) -> Any:
    engine = zlib.decompressobj(-15)
    try:
        data = engine.decompress(raw, size + 1)
    except zlib.error:
        return None
    return data if engine.eof and not engine.unused_data else None


def _entries(data: Any) -> Iterator[tuple[str, int, int, int, int, int]]:
    """Go through the entries; whoever has seen all of them knows that there is nothing else."""
    entries, size, place = _directory(data)
    at, total = len(SHEBANG), 0
    end = place + size
    for _ in range(entries):
        name, known, place = _line(data, place, end, at)
        method, crc, packed, length = known
        header = local_header(name, method, crc, packed, length)
        if data[at : at + len(header)] != header:
            raise DamagedError("the bundle is damaged: an entry does not begin as it should")
        total += length
        if total > MOST_BYTES:
            raise DamagedError(f"the bundle would unpack to more than {MOST_BYTES:,} bytes")
        yield name.decode(), method, crc, packed, length, at + len(header)
        at += len(header) + packed
    if place != end or at != end - size:
        raise DamagedError("the bundle is damaged: something stands between its entries")


def _directory(data: Any) -> tuple[int, int, int]:
    """Return how many entries there are, and the size and the place of their list."""
    begin = len(data) - _END.size
    if data[: len(SHEBANG)] != SHEBANG or begin < 0:
        raise DamagedError(
            "this is not a bundle of mlctl, or its beginning is damaged", "fetch or build it again"
        )
    _, _, _, entries, _, size, at, _ = _END.unpack(data[begin:])
    if data[begin:] != end_record(entries, size, at) or at + size != begin or entries > MOST_ENTRIES:
        raise DamagedError("the bundle is cut short, or something was added to its end", "fetch it again")
    return entries, size, at


def _line(data: Any, place: int, end: int, at: int) -> tuple[bytes, tuple[int, int, int, int], int]:
    if place + _CENTRAL.size > end:
        raise DamagedError("the bundle's list of entries is cut short")
    fields = _CENTRAL.unpack(data[place : place + _CENTRAL.size])
    method, (crc, packed, size, length) = fields[4], fields[7:11]
    begin = place + _CENTRAL.size
    name = data[begin : begin + length]
    line = central_header(name, method, crc, packed, size, at)
    if data[place : begin + length] != line or method not in (STORED, DEFLATED):
        raise DamagedError("the bundle's list of entries is damaged")
    if not is_name(name.decode("latin-1")):
        raise DamagedError(f"the bundle has an entry of a name that is not allowed: {name!r:.80}")
    return name, (method, crc, packed, size), begin + length
