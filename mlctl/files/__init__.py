"""The only code that writes.

=============  =====================================================================================
module         what it does
=============  =====================================================================================
``atomic``     whole files and whole folders: built aside, synced, renamed into place; appended lines
``locks``      one writer at a time, and who it is
``log``        a file that only grows, locked while somebody writes to it
``reading``    bytes with a limit, never through a link
``checksums``  sha256 of files, in the form that ``sha256sum -c`` reads
``packing``    files into one compressed tar, in one pass
``unpacking``  and out of it again, with nothing taken on trust
``trouble``    what the operating system says, in words
=============  =====================================================================================

Each may be called as ``files.NAME``. Checksums and archives are imported on first use: they load OpenSSL and
zstandard, which a command that only lists has no use for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mlctl.files.atomic import (
    ASIDE,
    append_line,
    make_folder,
    move,
    new_folder,
    remove_file,
    remove_folder,
    scratch_folder,
    set_modified,
    write_atomic,
    write_via,
)
from mlctl.files.locks import is_locked, lock, try_lock_file
from mlctl.files.log import HeldLog
from mlctl.files.reading import modified, read_bytes_limited

if TYPE_CHECKING:
    from mlctl.files.checksums import fingerprint, parse_sums, sha256, sha256sums
    from mlctl.files.packing import Member, Packed, pack
    from mlctl.files.unpacking import unpack

__all__ = [
    "ASIDE",
    "HeldLog",
    "Member",
    "Packed",
    "append_line",
    "fingerprint",
    "is_locked",
    "lock",
    "make_folder",
    "modified",
    "move",
    "new_folder",
    "pack",
    "parse_sums",
    "read_bytes_limited",
    "remove_file",
    "remove_folder",
    "scratch_folder",
    "set_modified",
    "sha256",
    "sha256sums",
    "try_lock_file",
    "unpack",
    "write_atomic",
    "write_via",
]

_LATER = {
    **dict.fromkeys(("fingerprint", "parse_sums", "sha256", "sha256sums"), "checksums"),
    **dict.fromkeys(("Member", "Packed", "pack"), "packing"),
    "unpack": "unpacking",
}


def __getattr__(name: str) -> object:
    """Import the heavier modules when one of their names is first used."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
