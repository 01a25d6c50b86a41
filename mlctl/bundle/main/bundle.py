"""A bundle: its manifest, and entries that are as the manifest says.

``manifest.json`` is an object with ``format`` (1), ``model``, ``version``, ``tier`` and what else is known of
the model, and ``entries``: name to ``sha256`` and ``bytes`` of every entry but itself and its signature. That
of a bundle of one file also has ``packed_sha256``, over the entries as they lie in the file, one after the
other, but for those two: it tells at every start, and quickly, that the whole is as it was.
"""

from __future__ import annotations

import json
import os

from .archive import Archive, is_name, open_archive
from .trouble import AbsentError, DamagedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .folder import Folder

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
MODEL = "model/portable.bin"
SCHEMA = "schema.json"
GOLDEN = "golden.json"
MOST_MANIFEST = 8 << 20
LARGE = 16 << 20
"""Bytes above which OpenSSL's sha256 is quicker, although it takes longer to load than Python's own."""

_TEXTS = ("project", "model", "version", "tier")


class Bundle:
    """A bundle whose every entry is as its manifest says; made by :func:`opened`.

    Attributes
    ----------
    path : str
        The file or folder.
    manifest : dict
        What it says of itself.
    names : tuple of str
        Its entries.
    """

    def __init__(self, path: str, source: Archive | Folder) -> None:
        if MANIFEST not in source.sizes or source.sizes[MANIFEST] > MOST_MANIFEST:
            raise DamagedError(f"{path} is not a bundle of mlctl: it has no {MANIFEST}")
        self.path = path
        self._source = source
        self.manifest_bytes = bytes(source.read(MANIFEST))
        self.manifest = read_manifest(self.manifest_bytes)
        self._entries = self.manifest["entries"]
        self.names = tuple(sorted(self._entries))
        self.is_signed = SIGNATURE in source.sizes
        self._check()

    @property
    def cached(self) -> list[str]:
        """Files of a folder that no manifest names: what Python keeps of its run."""
        return list(getattr(self._source, "cached", ()))

    @property
    def size(self) -> int:
        """Bytes of all entries, unpacked."""
        return sum(self._source.sizes.values())

    def read(self, name: str) -> Any:
        """Return an entry's bytes.

        Raises
        ------
        AbsentError
            When the manifest does not name it.
        DamagedError
            When it is not as the manifest says.
        """
        if name not in self._entries:
            raise AbsentError(f"the bundle has no entry {name!r}", "see: info --entries")
        data = self._source.read(name)
        if _sha256(len(data))(data).hexdigest() != self._entries[name]["sha256"]:
            raise DamagedError(
                f"the bundle's entry {name!r} is not what its manifest says",
                "fetch or build it again",
            )
        return data

    def json(self, name: str) -> Any:
        """Return an entry that is JSON.

        Raises
        ------
        DamagedError
            When it is none.
        """
        return _json(bytes(self.read(name)), name)

    def signature(self) -> bytes:
        """Return the signature of the manifest."""
        return bytes(self._source.read(SIGNATURE))

    def _check(self) -> None:
        present = set(self._source.sizes) - {MANIFEST, SIGNATURE}
        for name in sorted(present ^ set(self._entries)):
            what = "lacks" if name in self._entries else "holds what its manifest does not name:"
            raise DamagedError(f"the bundle {what} {name!r:.200}", "fetch or build it again")
        for name in self.names:
            if self._source.sizes[name] != self._entries[name]["bytes"]:
                raise DamagedError(f"the bundle's entry {name!r} is of another size")
        packed = self.manifest.get("packed_sha256")
        if packed is None or not isinstance(self._source, Archive):
            self.check_entries()
        elif packed != self._packed_sha256(self._source):
            raise DamagedError(
                "the bundle is damaged: its bytes are not what its manifest says", "fetch it again"
            )

    def check_entries(self) -> None:
        """Unpack every entry, and hold it against the manifest.

        Raises
        ------
        DamagedError
            When one is not as the manifest says.
        """
        for name in self.names:
            self.read(name)

    def _packed_sha256(self, source: Archive) -> str:
        digest = _sha256(os.stat(self.path).st_size)()
        for data in source.packed((MANIFEST, SIGNATURE)):
            digest.update(data)
        return str(digest.hexdigest())


def opened(path: str) -> Bundle:
    """Open a bundle, and check every entry.

    Raises
    ------
    DamagedError
        When it is none, is damaged, or is of a newer format.
    AbsentError
        When there is no such file.
    """
    try:
        return Bundle(path, _source(path))
    except FileNotFoundError:
        raise AbsentError(f"there is no bundle {path!r}") from None
    except OSError as error:
        raise DamagedError(f"the bundle {path} cannot be read: {error.strerror}") from None


def _source(path: str) -> Archive | Folder:
    if not os.path.isdir(path):
        return open_archive(path)
    from .folder import Folder

    return Folder(path)


def read_manifest(data: bytes) -> dict[str, Any]:
    """Return a manifest that can be relied on.

    Raises
    ------
    DamagedError
        When it is none, or of a newer format.
    """
    found = _json(data, MANIFEST)
    if not isinstance(found, dict) or type(found.get("format")) is not int:
        raise DamagedError(f"{MANIFEST} is not the manifest of a bundle")
    if found["format"] > FORMAT:
        raise DamagedError(
            "the bundle is of format {}, and this program reads formats up to {}".format(
                found["format"], FORMAT
            ),
            "take a newer mlctl, or build the bundle again with this one",
        )
    entries = found.get("entries")
    if not isinstance(entries, dict) or not all(isinstance(found.get(name), str) for name in _TEXTS):
        raise DamagedError(f"{MANIFEST} lacks what every manifest has")
    if not all(is_name(name) and _is_entry(entry) for name, entry in entries.items()):
        raise DamagedError(f"{MANIFEST} names an entry that may not be")
    return found


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict) and type(entry.get("bytes")) is int and isinstance(entry.get("sha256"), str)
    )


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{name} cannot be read: {error}") from None


def _sha256(size: int) -> Any:
    """Return Python's own sha256 for what is small: loading OpenSSL takes longer than it then saves."""
    if size <= LARGE:
        try:
            return __import__("_sha256").sha256  # to 3.11
        except ImportError:
            pass
        try:
            return __import__("_sha2").sha256  # from 3.12
        except ImportError:
            pass
    from hashlib import sha256

    return sha256
