"""Entries to one file, or to a folder: the same entries give the same bytes.

The file is a zip as :mod:`mlctl.bundle.main.archive` specifies it: nothing in it depends on when or where it
was made.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from mlctl import files
from mlctl.bundle.main.archive import (
    DEFLATED,
    MOST_BYTES,
    MOST_ENTRIES,
    SHEBANG,
    STORED,
    central_header,
    end_record,
    local_header,
)
from mlctl.bundle.main.bundle import MANIFEST, SIGNATURE
from mlctl.errors import RefusedError

START = "__main__.py"
_FIRST = (START, MANIFEST, SIGNATURE)

_STORED_FROM = 8 << 20
"""Bytes from which an entry is stored as it is: unpacking it would be most of the start."""


def to_file(entries: Mapping[str, bytes]) -> bytes:
    """Return the bundle's file.

    Parameters
    ----------
    entries : mapping
        Name to bytes; ``__main__.py``, the manifest and its signature come first, the others by name.

    Raises
    ------
    RefusedError
        When it would hold more than a bundle may.
    """
    check_size(entries)
    parts, lines, at = [SHEBANG], [], len(SHEBANG)
    for name, data in _ordered(entries):
        method, packed = (STORED, data) if name == SIGNATURE else _packed(data)
        fields = (name.encode("ascii"), method, zlib.crc32(data), len(packed), len(data))
        header = local_header(*fields)
        lines.append(central_header(*fields, at))
        parts += [header, packed]
        at += len(header) + len(packed)
    directory = b"".join(lines)
    return b"".join([*parts, directory, end_record(len(lines), len(directory), at)])


def packed_sha256(entries: Mapping[str, bytes]) -> str:
    """Return the sum over the entries as they will lie in the file, but for manifest and signature."""
    digest = hashlib.sha256()
    for name, data in _ordered(entries):
        if name not in (MANIFEST, SIGNATURE):
            digest.update(_packed(data)[1])
    return digest.hexdigest()


def sealed(manifest: bytes) -> bytes:
    """Return a manifest with spaces behind it, until its packed form has no bit to spare.

    All else is covered by sums over the packed bytes; with this a flipped bit shows anywhere in the file.
    """
    return next(data for data in (manifest + b" " * count for count in range(1000)) if _is_tight(data))


def _is_tight(data: bytes) -> bool:
    packed = _packed(data)[1]
    engine = zlib.decompressobj(-15)
    again = None
    with suppress(zlib.error):
        again = engine.decompress(packed[:-1] + bytes([packed[-1] ^ 0x80]))
    return again != data or not engine.eof


def to_folder(entries: Mapping[str, bytes], target: Path) -> None:
    """Write the bundle as a folder that is not there yet; it appears whole or not at all.

    Raises
    ------
    MlctlError
        When it cannot be made, or something stands there.
    """
    check_size(entries)
    with files.new_folder(target, aside=target.parent) as place:
        for name, data in _ordered(entries):
            files.make_folder((place / name).parent)
            files.write_atomic(place / name, data)


def check_size(entries: Mapping[str, bytes]) -> None:
    """Refuse what no bundle may hold."""
    total = sum(map(len, entries.values()))
    if total > MOST_BYTES or len(entries) > MOST_ENTRIES:
        raise RefusedError(
            f"the bundle would hold {total:,} bytes in {len(entries):,} entries, which is more than it may",
            f"at most {MOST_BYTES:,} bytes and {MOST_ENTRIES:,} entries; train a smaller model",
        )


def _ordered(entries: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name in (*_FIRST, *sorted(set(entries) - set(_FIRST))):
        if name in entries:
            yield name, entries[name]


def _packed(data: bytes) -> tuple[int, bytes]:
    if len(data) >= _STORED_FROM:
        return STORED, data
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = engine.compress(data) + engine.flush()
    return (DEFLATED, packed) if len(packed) < len(data) else (STORED, data)
