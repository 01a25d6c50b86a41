"""Files behind an address: ``https://…``, ``s3://…``, ``gs://…`` and what else fsspec reaches."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from mlctl import files
from mlctl.data.extras import extra
from mlctl.data.sql_errors import guarded
from mlctl.domain.secrets import hide_secrets
from mlctl.errors import DataError, MlctlError, NotFoundError, UsageError

_WEB = frozenset(("http", "https"))
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "http": "remote", "https": "remote"}
_MAGIC = re.compile(r"[*?\[]")
_ASK_AGAIN = (408, 425, 429)
"""HTTP's answers to a request that is right, but came too slowly, too early or too often."""

_CONNECT_SECONDS, _SILENT_SECONDS = 30, 120
"""How long to wait for a connection, and for the next bytes; there is no limit to the whole."""


def is_remote(path: str) -> bool:
    """Tell whether a path is an address."""
    return "://" in path


def download(addresses: Sequence[str], typed: Sequence[str], scratch: Path) -> tuple[tuple[str, Path], ...]:
    """Copy files to a local directory, in constant memory.

    Parameters
    ----------
    addresses : sequence of str
        Each may hold ``*``, ``?``, ``[…]`` and ``**``, but for those of the web, which have no directories.
    typed : sequence of str
        The same as they were typed: errors show only these.
    scratch : Path
        Where to put the files.

    Returns
    -------
    tuple of (str, Path)
        Name and place of each file, sorted by name; names are relative to the common directory.

    Raises
    ------
    NotFoundError
        When nothing is there.
    DataError
        When a file arrives cut short, or changes meanwhile.
    UsageError
        When fsspec knows no such kind of address.
    MlctlError
        When it cannot be reached, or not be read.
    """
    found: dict[str, _Remote] = {}
    for address, shown in zip(addresses, typed, strict=True):
        found |= {remote.name: remote for remote in _find(address, hide_secrets(shown, is_path=True))}
    names = sorted(found)
    root = _common([PurePosixPath(name).parent for name in names])
    places = [scratch / f"remote-{position}" for position in range(len(names))]
    for name, place in zip(names, places, strict=True):
        found[name].fetch(place)
    return tuple(
        (str(PurePosixPath(name).relative_to(root)), place) for name, place in zip(names, places, strict=True)
    )


class _Remote:
    """One file behind an address."""

    def __init__(self, system: Any, path: str, address: str, shown: str) -> None:
        self._system, self._path, self._address, self._shown = system, path, address, shown
        self.name = _name(path)

    def fetch(self, place: Path) -> None:
        before = self._ask(self._facts)
        with files.write_via(place) as aside:
            self._ask(lambda: self._system.get_file(self._path, str(aside)))
            size = aside.stat().st_size
            if before.get("size") not in (None, size):
                raise DataError(
                    f"data.path: {self._shown}: {size:,} of {before['size']:,} bytes arrived", "try again"
                )
            if _stamp(self._ask(self._facts)) != _stamp(before):
                raise DataError(
                    f"data.path: {self._shown} changed while it was fetched", "try again when it is settled"
                )

    def _facts(self) -> dict[str, Any]:
        self._system.invalidate_cache()
        facts: dict[str, Any] = self._system.info(self._path)
        if facts.get("type") == "directory":
            raise NotFoundError(
                f"data.path: {self._shown} is a directory, not a file", "name its files: …/*.csv"
            )
        return facts

    def _ask(self, work: Any) -> Any:
        return guarded(work, lambda error: _failed(error, self._address, self._shown))


def _find(address: str, shown: str) -> list[_Remote]:
    fsspec = extra("remote", "fsspec", f"data.path: {shown}")
    protocol = address.partition("://")[0].rpartition("::")[2]

    def failed(error: Exception) -> MlctlError:
        return _failed(error, address, shown)

    system, path = guarded(lambda: fsspec.core.url_to_fs(address, **_options(protocol)), failed)
    paths = [path]
    if protocol not in _WEB and _MAGIC.search(path):
        system.invalidate_cache()
        paths = guarded(lambda: system.glob(path), failed)
        if not paths:
            raise NotFoundError(f"data.path: no file matches {shown}", "check the address")
    return [_Remote(system, str(each), address, shown) for each in paths]


def _options(protocol: str) -> dict[str, Any]:
    if protocol not in _WEB:
        return {}
    aiohttp = extra("remote", "aiohttp", "data.path: a file on the web")
    # aiohttp gives the whole download five minutes; a large file takes longer.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENT_SECONDS)
    return {"client_kwargs": {"timeout": timeout}}


def _failed(error: Exception, address: str, shown: str) -> MlctlError:
    what = f"data.path: {shown}"
    cause = error.__cause__
    if isinstance(error, FileNotFoundError) and isinstance(cause, Exception):
        # So fsspec calls whatever goes wrong on the web; only 404 and 410 say that nothing is there.
        error = error if getattr(cause, "status", 0) in (404, 410) else cause
    if isinstance(error, ImportError):
        protocol = address.partition("://")[0].rpartition("::")[2]
        name = _EXTRAS.get(protocol)
        hint = f"pip install 'mlctl[{name}]'" if name else f"install what fsspec needs for {protocol}://"
        return MlctlError(f"{what} needs a library that is not installed", hint)
    if isinstance(error, FileNotFoundError):
        return NotFoundError(f"{what}: there is no such file", "check the address")
    if isinstance(error, ValueError) and "rotocol not known" in str(error):
        return UsageError(
            f"{what}: fsspec knows no such kind of address", "it knows https://, s3://, gs:// …"
        )
    if isinstance(error, PermissionError) or getattr(error, "status", 0) in (401, 403):
        return MlctlError(f"{what}: access is refused", "check the credentials in the environment")
    status = getattr(error, "status", None) or 500
    return MlctlError(
        f"{what}: cannot be fetched: {_reason(error, address)}",
        "check that it can be reached",
        may_pass=status >= 500 or status in _ASK_AGAIN,
    )


def _reason(error: Exception, address: str) -> str:
    status = getattr(error, "status", None)
    if status:
        return f"HTTP {status} {getattr(error, 'message', '')}".rstrip()
    text = " ".join(str(error).split()) or type(error).__name__
    parts = urlsplit(address)
    secrets = [address, parts.query, parts.password, *(value for _, value in parse_qsl(parts.query))]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***").replace(quote_plus(secret), "***")
    return hide_secrets(text)


def _stamp(facts: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("size", "ETag", "etag", "LastModified", "updated", "mtime", "created")
    return tuple(facts.get(key) for key in keys)


def _name(path: str) -> str:
    parts = urlsplit(path)
    # Of the web the whole address is the path; a bucket's file may hold a question mark.
    return f"{parts.hostname}{parts.path}" if parts.scheme in _WEB else path.lstrip("/")


def _common(folders: Sequence[PurePosixPath]) -> PurePosixPath:
    shared = folders[0]
    while not all(folder.is_relative_to(shared) for folder in folders):
        shared = shared.parent
    return shared
