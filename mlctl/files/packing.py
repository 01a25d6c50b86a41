"""Files into one compressed tar: read once, hashed and packed on the way, in constant memory."""

import os
import stat
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

import zstandard

from mlctl.errors import DataError
from mlctl.files.atomic import write_all, write_via
from mlctl.files.checksums import fingerprint
from mlctl.files.trouble import explained

Compression = Literal["zst", "gz"]

_CHUNK = 1 << 20
_GZIP_LEVEL = 6
_GZIP_WRAPPER = 16 + zlib.MAX_WBITS

# Measured with zstd 1.5.7 against `tar czf` (gzip -6) on 120 to 200 MB each of three tables: adult (text
# categories, integers), bikeshare (times, short numbers) and normal floats: sizes as shares of gzip's, and
# MB/s a core.
#
#   level 3                       1.25  1.21  1.05     300  too large
#   level 6                       1.03  0.99  0.99     110  too large, too slow
#   level 7                       0.98  0.99  0.99      90  too slow
#   these: greedy, matches of 6   1.00  1.01  0.93     165
#
# CSV repeats whole cells: short matches cost more than they save. What repeats does so near by: a window of
# 128 KB and tables that fit a core's cache find as much as level 6 does in 2 MB.
_ZSTD = {
    "window_log": 17,
    "hash_log": 16,
    "chain_log": 16,
    "search_log": 5,
    "min_match": 6,
    "strategy": zstandard.STRATEGY_GREEDY,
    "job_size": 4 << 20,
}


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive; ``sha256`` is of its bytes."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed.

    Attributes
    ----------
    members : tuple of Member
        In the archive's order: by name.
    fingerprint : str
        Equal for equal content, see :func:`mlctl.files.checksums.fingerprint`.
    archive_sha256 : str
        Of the archive itself.
    archive_bytes : int
        Its size.
    """

    members: tuple[Member, ...]
    fingerprint: str
    archive_sha256: str
    archive_bytes: int


class _Compressor(Protocol):
    def compress(self, data: bytes | memoryview, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Sink:
    """Compresses what it is given, and hashes and counts what comes out."""

    def __init__(self, out: int, compressor: _Compressor) -> None:
        self._out = out
        self._compressor = compressor
        self.digest = sha256()
        self.bytes = 0

    def write(self, data: bytes | memoryview) -> None:
        self._keep(self._compressor.compress(data))

    def close(self) -> None:
        self._keep(self._compressor.flush())

    def _keep(self, packed: bytes) -> None:
        write_all(self._out, packed)
        self.digest.update(packed)
        self.bytes += len(packed)


def pack(
    members: Sequence[tuple[str, Path]],
    target: Path,
    *,
    compression: Compression = "zst",
    threads: int = 1,
) -> Packed:
    """Pack files into an archive.

    The same names and bytes give the same tar on every machine: sorted names, no times, no owners. The bytes
    of the archive do not depend on the number of threads.

    Parameters
    ----------
    members : sequence of (str, Path)
        The name within the archive, relative and with ``/``, and the file. Links to files are followed.
    target : Path
        The archive to make; its folder exists.
    compression : {"zst", "gz"}, default="zst"
        Zstandard, or gzip for those who have no ``zstd``.
    threads : int, default=1
        Cores to use. Memory grows by about 12 MB a core, not with the files.

    Raises
    ------
    DataError
        When two members bear one name, a name leads out of the archive, or a file is no regular file or
        changes while it is read.
    MlctlError
        When a file cannot be read, or the archive cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("x,y")
    ...     packed = pack([("a.csv", Path(folder) / "a.csv")], Path(folder) / "a.tar.zst")
    >>> packed.members[0].bytes
    3
    """
    ordered = sorted(members)
    _check_names([name for name, _ in ordered])
    with write_via(target) as aside, aside.open("xb", buffering=0) as out:
        sink = _Sink(out.fileno(), _compressor(compression, threads))
        packed = tuple(_add(sink, name, path) for name, path in ordered)
        sink.write(bytes(2 * tarfile.BLOCKSIZE))  # the end of a tar
        sink.close()
    return Packed(packed, fingerprint(m.sha256 for m in packed), sink.digest.hexdigest(), sink.bytes)


def _compressor(compression: Compression, threads: int) -> _Compressor:
    if compression == "gz":
        return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WRAPPER)
    # One or more, never none: without workers zstd cuts its blocks otherwise. The calling thread hashes and
    # waits, so one worker more than there are cores keeps them all busy.
    workers = threads + 1 if threads > 1 else 1
    parameters = zstandard.ZstdCompressionParameters(threads=workers, **_ZSTD)
    return zstandard.ZstdCompressor(compression_params=parameters).compressobj()


def check_member_name(name: str) -> str:
    """Say what is wrong with a member's name, or return the empty string."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts:
        return "leads out of the archive"
    return "" if path.as_posix() == name and "\0" not in name else "is not in its simplest form"


def _check_names(names: Sequence[str]) -> None:
    for name, following in zip(names, [*names[1:], None], strict=True):
        if wrong := check_member_name(name):
            raise DataError(f"the file name {name!r} {wrong}", "name the files relative to one directory")
        if name == following:
            raise DataError(f"two files are named {name!r}", "name the files relative to one directory")


def _add(sink: _Sink, name: str, path: Path) -> Member:
    digest = sha256()
    with _opened(path) as (handle, size):
        sink.write(_header(name, size))
        buffer = memoryview(bytearray(min(_CHUNK, size)))
        left = size
        while left:
            part = buffer[: _read(handle, buffer[:left], path)]
            digest.update(part)
            sink.write(part)
            left -= len(part)
        sink.write(bytes(-size % tarfile.BLOCKSIZE))
    return Member(name, size, digest.hexdigest())


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, int]]:
    """Give the handle and the size of a file, and refuse it if it is another one when the block ends."""
    with explained("read", path):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise DataError(f"{path} is no regular file", "write the data to a file first")
        yield handle, before.st_size
        after = os.fstat(handle)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise _changed(path)
    finally:
        os.close(handle)


def _read(handle: int, buffer: memoryview, path: Path) -> int:
    with explained("read", path):
        count = os.readv(handle, [buffer])
    if not count:
        raise _changed(path)
    return count


def _changed(path: Path) -> DataError:
    return DataError(f"{path} changed while it was read", "try again when what writes it is done")


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
