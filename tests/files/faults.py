"""A stand-in for the os module that fails at the step it is told to."""

import errno
import os
from typing import Any

STEPS = ("open", "write", "fsync", "replace", "rename", "mkdir", "utime", "ftruncate", "unlink", "readv")


class FaultyOs:
    """Counts the calls that change something, and raises at one of them; all else is the real thing."""

    def __init__(self, fail_at: int, code: int = errno.ENOSPC, steps: tuple[str, ...] = STEPS) -> None:
        self.calls = 0
        self.failed: str | None = None
        self._fail_at = fail_at
        self._code = code
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self._steps:
            return real

        def step(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self._fail_at:
                self.failed = name
                raise OSError(self._code, os.strerror(self._code))
            return real(*args, **kwargs)

        return step
