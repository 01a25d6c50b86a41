"""Files out of an archive, with nothing taken on trust: the checksum first, then member by member."""

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

import zstandard

from mlctl.errors import DamagedError
from mlctl.files.atomic import make_folder, write_all
from mlctl.files.packing import Member, check_member_name
from mlctl.files.trouble import explained

_CHUNK = 1 << 20
_REGULAR = {tarfile.REGTYPE, tarfile.AREGTYPE}
_LARGEST_HEADER = 1 << 16
"""Bytes of an extended header, which is read whole: a name of the longest path has 4,096."""
_GZIP_MAGIC = b"\x1f\x8b"
_HINT = "it is not as mlctl wrote it: restore it from a copy of the store"


class _Header(tarfile.TarInfo):
    """A header that cannot make the reader fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read one header block."""
        found = super().frombuf(buf, encoding, errors)
        if found.type not in _REGULAR and found.size > _LARGEST_HEADER:
            raise tarfile.ReadError(f"an extended header of {found.size:,} bytes")
        return found


def unpack(archive: Path, folder: Path, *, expect_sha256: str) -> tuple[tuple[str, Path], ...]:
    """Write the members of an archive into a folder.

    Parameters
    ----------
    archive : Path
        As :func:`mlctl.files.packing.pack` writes it, zstd or gzip.
    folder : Path
        Where to; nothing that is there is replaced.
    expect_sha256 : str
        Of the archive.

    Returns
    -------
    tuple of (str, Path)
        The members' names and files, as :func:`~mlctl.files.packing.pack` takes them.

    Raises
    ------
    DamagedError
        When the checksum differs, the archive is torn, or a member is a link, a device or a folder, leads
        out of the folder, or bears a name for the second time.
    MlctlError
        When the archive cannot be read, or a file cannot be written.
    """
    unpacked: dict[str, Path] = {}
    with explained("read", archive), archive.open("rb") as stream:
        _check_sum(stream, archive, expect_sha256)
        with _torn_is_damage(archive), _tar(stream) as tar:
            for info in tar:
                _check(info, unpacked, archive)
                unpacked[info.name] = folder / info.name
                _extract(tar, info, folder / info.name)
    return tuple(unpacked.items())


def members(archive: Path) -> tuple[Member, ...]:
    """Return what an archive holds, each with its size and sha256, in order; nothing is written.

    Raises
    ------
    DamagedError
        As :func:`unpack`, the archive's own checksum aside.
    """
    found: dict[str, Member] = {}
    with (
        explained("read", archive),
        archive.open("rb") as stream,
        _torn_is_damage(archive),
        _tar(stream) as tar,
    ):
        for info in tar:
            _check(info, found, archive)
            content = tar.extractfile(info)
            digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # a plain one
            found[info.name] = Member(info.name, info.size, digest)
    return tuple(found.values())


def _extract(tar: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> None:
    make_folder(path.parent)
    content = tar.extractfile(info)
    with explained("write", path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            while content and (part := content.read(_CHUNK)):
                write_all(handle, part)
        finally:
            os.close(handle)


def _check_sum(stream: IO[bytes], archive: Path, wanted: str) -> None:
    found = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # a plain binary file
    if found != wanted:
        raise DamagedError(f"{archive} has the sha256 {found[:12]}…, its record says {wanted[:12]}…", _HINT)
    stream.seek(0)


@contextmanager
def _torn_is_damage(archive: Path) -> Iterator[None]:
    try:
        yield
    except (
        tarfile.TarError,
        zstandard.ZstdError,
        gzip.BadGzipFile,
        zlib.error,
        EOFError,
        ValueError,
    ) as error:
        raise DamagedError(f"{archive} is no whole archive: {error}", _HINT) from error


@contextmanager
def _tar(stream: IO[bytes]) -> Iterator[tarfile.TarFile]:
    zipped = stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    stream.seek(0)
    inner = gzip.GzipFile(fileobj=stream) if zipped else zstandard.ZstdDecompressor().stream_reader(stream)
    with inner, tarfile.open(fileobj=inner, mode="r|", tarinfo=_Header, encoding="utf-8") as tar:
        yield tar


def _check(info: tarfile.TarInfo, names: Container[str], archive: Path) -> None:
    if info.type not in _REGULAR or info.sparse is not None:
        wrong = "is no plain file"
    else:
        wrong = check_member_name(info.name) or ("is there twice" if info.name in names else "")
    if wrong:
        raise DamagedError(f"{archive}: the member {info.name!r} {wrong}", _HINT)
