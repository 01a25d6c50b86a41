"""What a server asks of the system that it runs on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SPARE_FILES = 64


def in_thread(work: Callable[[], Any]) -> asyncio.Future[Any]:
    """Have something done aside; unlike an executor's, the thread does not hold back the process's end."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def settle(found: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(found)
        else:
            future.set_exception(error)

    def run() -> None:
        found, failed = None, None
        try:
            found = work()
        except Exception as error:  # whoever waits for it takes care of it
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop may be over
            loop.call_soon_threadsafe(settle, found, failed)

    threading.Thread(target=run, daemon=True).start()
    return future


def raise_file_limit(connections: int) -> None:
    """Allow this process as many open files as connections need, as far as the system lets it."""
    import resource  # noqa: PLC0415 - not every system has it

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections * 2 + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))


def say(line: str) -> None:
    """Tell whoever reads the server's own log."""
    with contextlib.suppress(OSError, ValueError):  # nobody does
        sys.stderr.write(f"[{os.getpid()}] {line}\n")
        sys.stderr.flush()


def report(error: BaseException) -> None:
    """Write an exception that nobody foresaw to the server's own log."""
    say("".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip())
