"""An object written once and read by many processes, its arrays shared rather than copied.

The arrays lie outside the pickle (protocol 5) and are mapped read-only into each reader, so a table costs its
size once however many workers there are, and counts against no worker's memory limit. The file: the number of
parts, then for each its offset and its bytes (8 bytes each, little endian); then the parts, the pickle first,
each on a multiple of 64 bytes.
"""

import mmap
import pickle
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlctl import files

_ALIGNMENT = 64


def write(thing: object, path: Path) -> None:
    """Write an object for :func:`read`.

    Parameters
    ----------
    thing : object
        Anything picklable.
    path : path
        The file to make; replaced where it exists.
    """
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    places = _places(parts)
    with files.write_via(path) as aside, aside.open("wb") as file:
        file.write(struct.pack(f"<Q{2 * len(parts)}Q", len(parts), *(n for place in places for n in place)))
        for (offset, _), part in zip(places, parts, strict=True):
            file.seek(offset)
            file.write(part)


def _places(parts: Sequence[memoryview]) -> list[tuple[int, int]]:
    end = 8 + 16 * len(parts)
    places = []
    for part in parts:
        start = -(-end // _ALIGNMENT) * _ALIGNMENT
        places.append((start, part.nbytes))
        end = start + part.nbytes
    return places


def read(path: Path) -> Any:
    """Return the object; its arrays are read-only views of the file, which may be unlinked meanwhile.

    Only for files that this process's own program wrote: reading runs what the pickle says.
    """
    with path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    (count,) = struct.unpack_from("<Q", whole)
    numbers = struct.unpack_from(f"<{2 * count}Q", whole, 8)
    head, *buffers = (
        whole[start : start + size] for start, size in zip(numbers[::2], numbers[1::2], strict=True)
    )
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - written by the parent process
