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
``copying``    plain files and folders of them, once more
``gathering``  a folder of another program's, and the sync of all that is in a folder
``staging``    a tree of many files, built aside, synced once and put in place
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
from mlctl.files.reading import is_regular, modified, read_bytes_limited

if TYPE_CHECKING:
    from mlctl.files.checksums import fingerprint, parse_sums, sha256, sha256sums
    from mlctl.files.gathering import gather_folder, sync_folder
    from mlctl.files.packing import Member, Packed, pack
    from mlctl.files.staging import copy_staged, make_staged, put_staged, sync_staged, write_staged
    from mlctl.files.unpacking import members, unpack

__all__ = [
    "ASIDE",
    "HeldLog",
    "Member",
    "Packed",
    "append_line",
    "copy_staged",
    "fingerprint",
    "gather_folder",
    "is_locked",
    "is_regular",
    "lock",
    "make_folder",
    "make_staged",
    "members",
    "modified",
    "move",
    "new_folder",
    "pack",
    "parse_sums",
    "put_staged",
    "read_bytes_limited",
    "remove_file",
    "remove_folder",
    "scratch_folder",
    "set_modified",
    "sha256",
    "sha256sums",
    "sync_folder",
    "sync_staged",
    "try_lock_file",
    "unpack",
    "write_atomic",
    "write_staged",
    "write_via",
]

_LATER = {
    **dict.fromkeys(("fingerprint", "parse_sums", "sha256", "sha256sums"), "checksums"),
    **dict.fromkeys(("Member", "Packed", "pack"), "packing"),
    **dict.fromkeys(("gather_folder", "sync_folder"), "gathering"),
    **dict.fromkeys(("copy_staged", "make_staged", "put_staged", "sync_staged", "write_staged"), "staging"),
    **dict.fromkeys(("members", "unpack"), "unpacking"),
}


def __getattr__(name: str) -> object:
    """Import the heavier modules when one of their names is first used."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
