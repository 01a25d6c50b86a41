"""One file of the data: its format by its name, its first bytes, its stream of decompressed bytes.

What a file is gets decided by its name and checked against its first bytes, so that a spreadsheet that was
renamed to ``.csv`` is called a spreadsheet and not a CSV with strange characters.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from mlctl.errors import DataError, MlctlError

Format = Literal["csv", "parquet", "json"]

HEAD_BYTES = 1 << 18
"""How much of a file is looked at before it is read."""

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
_COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
READABLE = (
    "CSV (.csv, .tsv, .txt), JSON Lines (.jsonl, .ndjson, .json), each also .gz, .bz2 or .zst, and Parquet"
)

_EXPORT = "export the table as CSV or Parquet"
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"PAR1", "a Parquet file", "rename it to end in .parquet"),
    (b"ARROW1", "an Arrow or Feather file", "write it as Parquet"),
    (b"\x1f\x8b", "a gzip file", "let its name end in .gz"),
    (b"BZh9", "a bzip2 file", "let its name end in .bz2"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "let its name end in .zst"),
    (b"\xfd7zXZ", "an xz file", "unpack it with xz -d"),
    (b"7z\xbc\xaf", "a 7-zip archive", "unpack it"),
    (b"SQLite format 3", "an SQLite database", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"\x80\x04", "a Python pickle", _EXPORT),
    (b"\x80\x05", "a Python pickle", _EXPORT),
    (b"%PDF-", "a PDF document", _EXPORT),
    (b"\x89PNG", "a picture", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file to read.

    Attributes
    ----------
    name : str
        How errors and notes call it.
    format : {"csv", "parquet", "json"}
        By its name.
    compression : str or None
        Arrow's word for it.
    head : bytes
        The first :data:`HEAD_BYTES` of what it holds, decompressed.
    """

    name: str
    path: Path
    format: Format
    compression: str | None
    head: bytes = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether the head is all there is."""
        return len(self.head) < HEAD_BYTES

    def stream(self) -> Any:
        """Open the decompressed bytes, as a ``pyarrow.NativeFile``."""
        return pa.input_stream(str(self.path), compression=self.compression)


def look(name: str, path: Path) -> Member:
    """Tell what a file is, from its name and its first bytes.

    Raises
    ------
    DataError
        When it is empty, of a format that is not read, not what its name says, or cut short.
    MlctlError
        When the system does not let it be read.
    """
    file_format, compression = _by_name(name)
    with reading(name):
        with pa.input_stream(str(path), compression=None) as raw:
            start = raw.read(16)
        if not start:
            raise DataError(f"{name}: the file is empty", "check what wrote it")
        _check_compression(name, start, compression)
        with pa.input_stream(str(path), compression=compression) as stream:
            head = stream.read(HEAD_BYTES)
    if not head:
        raise DataError(f"{name}: the file is empty once unpacked", "check what wrote it")
    _check_content(name, head, file_format)
    return Member(name, path, file_format, compression, head)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the system or a codec says into an error that names the file."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise MlctlError(
                f"{name}: cannot be read: {os.strerror(error.errno).lower()}",
                "check that the file is still there, who owns it and its permissions",
            ) from error
        # Arrow has no class of its own for a compressed stream that ends early or is damaged.
        raise DataError(
            f"{name}: is cut short or damaged: {error}", "fetch or write the file again"
        ) from error


def _by_name(name: str) -> tuple[Format, str | None]:
    path = Path(name.lower())
    compression = _COMPRESSIONS.get(path.suffix)
    suffix = Path(path.stem).suffix if compression else path.suffix
    file_format = _FORMATS.get(suffix)
    if file_format is None or (compression and file_format == "parquet"):
        raise DataError(f"{name}: cannot tell from the name what the file is", f"mlctl reads {READABLE}")
    return file_format, compression


def _check_compression(name: str, start: bytes, compression: str | None) -> None:
    magic = {"gzip": b"\x1f\x8b", "bz2": b"BZh", "zstd": b"\x28\xb5\x2f\xfd"}.get(compression or "", b"")
    if not start.startswith(magic):
        raise DataError(f"{name}: is not a {compression} file, whatever its name says", "rename it")


def _check_content(name: str, head: bytes, file_format: Format) -> None:
    for magic, what, hint in _MAGIC:
        if head.startswith(magic) and (magic, file_format) != (b"PAR1", "parquet"):
            raise DataError(f"{name}: is {what}, not text", hint)
    if file_format == "parquet" and not head.startswith(b"PAR1"):
        raise DataError(
            f"{name}: is not a Parquet file, whatever its name says", "rename it after what it is"
        )
