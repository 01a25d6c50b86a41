"""The process's own stdin, stdout and stderr, made safe to write to.

Data that cannot be written is an error in words; talk that cannot be written is lost, and the work goes on:
a climb of hours does not end because its terminal did. A character that the stream cannot carry is escaped.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from mlctl.errors import MlctlError, ReaderGoneError


class Data(io.TextIOWrapper):
    """The stdout of this process: what it refuses is an error in words.

    Attributes
    ----------
    is_lost : bool
        Whether it refused anything.
    """

    is_lost = False

    def write(self, text: str, /) -> int:
        """Write text."""
        with self._in_words():
            return super().write(text)

    def flush(self) -> None:
        """Write what is held back."""
        with self._in_words():
            super().flush()

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.is_lost = True
            if isinstance(error, BrokenPipeError):
                raise ReaderGoneError("the reader of stdout went away") from None
            reason = (error.strerror or str(error)).lower()
            raise MlctlError(
                f"cannot write to stdout: {reason}",
                "whatever the command did is kept; only its output is lost",
            ) from error


class Talk(io.TextIOWrapper):
    """The stderr of this process: what it refuses is dropped."""

    def write(self, text: str, /) -> int:
        """Write text."""
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        with contextlib.suppress(OSError):
            super().flush()


def prepare() -> None:
    """Put :class:`Data` and :class:`Talk` in their places; one that was closed is opened first."""
    _open_closed()
    sys.stdout = _opened(Data, 1, sys.stdout)
    sys.stderr = _opened(Talk, 2, sys.stderr)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - for the life of the process


def drop_stdout() -> None:
    """Let what stdout still holds go nowhere: the interpreter would try it again, and fail, as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _open_closed() -> None:
    # Else the next file that is opened, perhaps in the store, would be the one that prints go to. Reading
    # from stdin finds its end; writing to stdout is refused, as a full disk refuses; talk is dropped.
    for descriptor, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)  # the lowest that is free: this one


def _opened(kind: type[io.TextIOWrapper], descriptor: int, before: TextIO | None) -> io.TextIOWrapper:
    """Return a stream on a descriptor, set up as the one that the environment asked for."""
    return kind(
        open(descriptor, "wb", closefd=False),
        encoding=before.encoding if before else "utf-8",
        errors="backslashreplace",
        # Under PYTHONUNBUFFERED a stream says write_through: whole lines are soon enough for a person.
        line_buffering=getattr(before, "line_buffering", True) or getattr(before, "write_through", False),
    )
