"""Calls that end, whatever is at the other end of the wire."""

import threading
from collections.abc import Callable


def bounded(work: Callable[[], None], timeout: float) -> None:
    """Do some work, and leave it behind when it takes too long.

    The time-out of a socket is none of the whole call: a name server that is silent and a server that sends a
    byte a second both hold it up for ever.

    Parameters
    ----------
    work : callable
        Runs in a thread of its own.
    timeout : float
        Seconds.

    Raises
    ------
    TimeoutError
        When it has not ended by then.
    Exception
        What the work raised.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # raised again below
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise TimeoutError(f"no end within {timeout:g} s")
    if raised:
        raise raised[0]
