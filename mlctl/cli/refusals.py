"""What was raised, as the error that a person is told: an interruption, or what the system refused.

Anything else is a bug, and keeps its traceback.
"""

import errno
import resource
import sys
from pathlib import Path

from mlctl.cli import signals
from mlctl.errors import CancelledError, MlctlError, NotFoundError

_ROOM = "free some memory, or raise the limit: see `ulimit -v` and `ulimit -d`"
_THREADS = "can't start new thread"

LEAST = {"v": (resource.RLIMIT_AS, 1_000_000_000), "d": (resource.RLIMIT_DATA, 600_000_000)}
"""Letter of ``ulimit`` to its limit, and the bytes that training takes to load and run at all (measured: two
cores, a table of kilobytes)."""


def told(error: BaseException) -> MlctlError | None:
    """Return the error to tell, or None for a bug."""
    number = signals.caught()
    if number is not None:
        return _cancelled(error, number)
    if isinstance(error, MlctlError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return CancelledError("interrupted")
    if isinstance(error, MemoryError):
        return MlctlError("out of memory", _ROOM)
    if isinstance(error, OSError):
        return _refused(error)
    if isinstance(error, ImportError):
        return _not_loaded(error)
    if isinstance(error, RuntimeError) and _THREADS in str(error):
        return MlctlError("no thread could be started", "see `ulimit -u` and `ulimit -v`")
    return None


def _cancelled(error: BaseException, number: int) -> MlctlError:
    """Return what to tell of a signal, whatever was made of it on its way up."""
    words = signals.words(signals.Interrupted(number))
    found = error if isinstance(error, CancelledError) else CancelledError(words)
    found.exit_code = 128 + number
    return found


def _refused(error: OSError) -> MlctlError:
    if _is_here_gone():
        return NotFoundError(
            "the working directory does not exist any more",
            "cd to one that does; a store elsewhere can be named: --store DIR",
        )
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    name = f": {error.filename}" if error.filename else ""
    return MlctlError(f"the system refused: {reason}{name}", _hint(error.errno))


def _hint(code: int | None) -> str:
    from mlctl.files.trouble import hint

    if code in {errno.ENOMEM, errno.EAGAIN}:
        return f"{_ROOM}; and `ulimit -u`"
    return hint(code) or "with --debug, mlctl shows where"


def _is_here_gone() -> bool:
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _not_loaded(error: ImportError) -> MlctlError | None:
    name = (error.name or "").partition(".")[0]
    if name == "mlctl":
        return None
    memory = any(mark in str(error) for mark in ("failed to map", "allocate memory"))
    return MlctlError(
        f"cannot load {name or 'a library'}: {error}",
        _ROOM if memory else "the installation is damaged; install mlctl again",
    )


class _Guard:
    """A finder that refuses numpy: OpenBLAS asks for memory again and again, for ever, where it gets none."""

    def __init__(self, letter: str, most: int) -> None:
        self._letter, self._most = letter, most

    def find_spec(self, name: str, *_: object) -> None:
        if name == "numpy":
            raise MlctlError(
                f"numpy and scikit-learn do not load within {self._most / 1e6:.0f} MB of memory",
                f"raise the limit: ulimit -{self._letter} unlimited",
            )


def guard_memory() -> None:
    """Refuse to load numpy where `ulimit -v` or `-d` is too small for it; the light commands need less."""
    for letter, (limit, least) in LEAST.items():
        most = resource.getrlimit(limit)[0]
        if most != resource.RLIM_INFINITY and most < least:
            sys.meta_path.insert(0, _Guard(letter, most))
