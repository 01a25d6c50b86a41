"""What the operating system says when it refuses, as an error with a hint."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlctl.errors import DamagedError, MlctlError, NotFoundError

_NO_SPACE = "free some space there, then run the same command again; nothing half-written was left"
_NO_RIGHT = "check who owns it and its permissions; a store that cannot be written can still be read"
_TOO_MANY = "raise the limit of files that may be open at a time: ulimit -n 1024"

_HINTS = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EFBIG: "see `ulimit -f`: the largest file that you may write is smaller than this one",
    errno.EROFS: _NO_RIGHT,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EMFILE: _TOO_MANY,
    errno.ENFILE: _TOO_MANY,
    errno.ENAMETOOLONG: "choose shorter names, or a directory nearer to the root",
    errno.ELOOP: "it is a link; links inside a store are not followed, since they may lead out of it",
}
_KINDS = {errno.ENOENT: NotFoundError, errno.ELOOP: DamagedError}


@contextmanager
def explained(doing: str, path: Path) -> Iterator[None]:
    """Turn the OSError of a block into an error that says what was being done, where, and what helps.

    Parameters
    ----------
    doing : str
        A verb that follows "cannot": ``"write"``, ``"read"``.
    path : Path
        What it was done to.

    Raises
    ------
    NotFoundError
        When there is no such file.
    DamagedError
        When a link stands where a file should.
    MlctlError
        For every other refusal.
    """
    try:
        yield
    except OSError as error:
        raise said(error, doing, path) from error


def hint(code: int | None) -> str:
    """Return what helps against an error number of the system, or nothing."""
    return _HINTS.get(code or 0, "")


def said(error: OSError, doing: str, path: Path) -> MlctlError:
    """Return the error to raise for an OSError.

    Examples
    --------
    >>> said(OSError(errno.ENOSPC, "No space left on device"), "write", Path("a")).message
    'cannot write a: no space left on device'
    """
    code = error.errno or 0
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    kind = _KINDS.get(code, MlctlError)
    elsewhere = f" ({error.filename})" if _is_another(error.filename, path) else ""
    return kind(f"cannot {doing} {path}: {reason}{elsewhere}", hint(code))


def _is_another(filename: object, path: Path) -> bool:
    # The temporary file beside a target is the target, to the reader of a message.
    return isinstance(filename, str) and Path(filename).parent != path.parent and filename != os.fspath(path)
