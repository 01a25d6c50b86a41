"""sha256, and the lines that ``sha256sum -c`` reads."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from mlctl.errors import DamagedError
from mlctl.files.trouble import explained

_LINE = re.compile(r"(\\?)([0-9a-f]{64}) [ *](.+)", re.DOTALL)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPED = re.compile(r"\\[\\nr]")


def sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, as 64 hexadecimal digits."""
    with explained("read", path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256sums(folder: Path, names: Iterable[str]) -> str:
    """Return what ``sha256sum NAME…`` prints in a folder; names that need it are escaped as it does."""
    return "".join(_line(sha256(folder / name), name) for name in names)


def _line(digest: str, name: str) -> str:
    escaped = "".join(_ESCAPES.get(c, c) for c in name)
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n"


def parse_sums(text: str) -> Mapping[str, str]:
    r"""Return name to digest, from what ``sha256sum`` printed.

    Raises
    ------
    DamagedError
        When a line has another form.

    Examples
    --------
    >>> parse_sums(_line("0" * 64, "a\\b"))
    {'a\\b': '0000000000000000000000000000000000000000000000000000000000000000'}
    """
    found = {}
    for number, line in enumerate(text.split("\n"), 1):
        if match := _LINE.fullmatch(line):
            escaped, digest, name = match.groups()
            found[_unescaped(name) if escaped else name] = digest
        elif line:
            raise DamagedError(f"line {number} is no checksum as sha256sum writes it")
    return found


def _unescaped(name: str) -> str:
    back = {escape: character for character, escape in _ESCAPES.items()}
    return _ESCAPED.sub(lambda match: back[match[0]], name)


def fingerprint(digests: Iterable[str]) -> str:
    r"""Return the identity of a set of files, whatever they are called and in whatever order they come.

    Parameters
    ----------
    digests : iterable of str
        The sha256 of each file's bytes, in hexadecimal.

    Returns
    -------
    str
        The sha256 of the digests, sorted, each followed by ``\n``.
    """
    return hashlib.sha256("".join(f"{digest}\n" for digest in sorted(digests)).encode()).hexdigest()
