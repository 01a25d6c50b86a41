"""Once more, where what went wrong may pass by itself: disks, networks, databases, time-outs."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from mlctl.errors import MlctlError
from mlctl.params.retrain import Retry, seconds

T = TypeVar("T")

PASSING = frozenset(
    getattr(errno, name)
    for name in (
        *("EAGAIN", "EBUSY", "EINTR", "EIO", "ENFILE", "EMFILE", "ENOLCK", "ENOMEM", "ESTALE", "EREMOTEIO"),
        *("ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETRESET"),
        *("ENETUNREACH", "ENOBUFS", "EPIPE", "ETIMEDOUT"),
    )
)
"""What the system says of disks and networks that may answer the next time (errno(3)). A full disk and a
missing right are not among them: somebody has to act."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How often, and how long apart.

    Attributes
    ----------
    attempts : int
        In all, the first included.
    first_wait, longest_wait : float
        Seconds. Before attempt ``n + 1`` comes a wait between ``first_wait`` and ``first_wait · 2ⁿ``, drawn
        evenly, and none is longer than ``longest_wait``.
    deadline : float
        Seconds from the first attempt on; a wait that would end later is not begun.
    """

    attempts: int = 3
    first_wait: float = 30.0
    longest_wait: float = 900.0
    deadline: float = 3_600.0

    def wait(self, attempt: int, random: Random) -> float:
        """Return the seconds to wait after an attempt, counted from 1."""
        most = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt, 1000))
        return random.uniform(min(self.first_wait, most), most)


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that failed and is followed by another one.

    Attributes
    ----------
    attempt : int
        Which one, from 1.
    wait : float
        Seconds until the next.
    """

    attempt: int
    error: BaseException
    wait: float


def policy_of(retry: Retry) -> Policy:
    """Return the policy that a parameters file asks for."""
    return Policy(
        retry.attempts, seconds(retry.first_wait), seconds(retry.longest_wait), seconds(retry.deadline)
    )


def may_pass(error: BaseException) -> bool:
    """Tell whether the same work may succeed later, with nobody doing anything."""
    if isinstance(error, MlctlError):
        return error.may_pass or (isinstance(error.__cause__, OSError) and may_pass(error.__cause__))
    if isinstance(error, TimeoutError | ConnectionError):
        return True
    return isinstance(error, OSError) and error.errno in PASSING


def retried(
    work: Callable[[], T],
    policy: Policy,
    *,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
    random: Random,
    failed: Callable[[Failed], None],
    passes: Callable[[BaseException], bool] = may_pass,
) -> T:
    """Do some work, again where what went wrong may pass, and return what it returns.

    Parameters
    ----------
    work : callable
        What to do.
    sleep, clock : callable
        Wait so many seconds; seconds that never go back.
    random : Random
        Draws the waits, so that many machines do not come back at once.
    failed : callable
        Is told of each failure that is followed by another attempt, before the wait.
    passes : callable, default=may_pass
        Tells whether another attempt is worth its while.

    Raises
    ------
    Exception
        What the last attempt raised.
    """
    began = clock()

    def stops(state: RetryCallState) -> bool:
        out_of_time = clock() - began + state.upcoming_sleep > policy.deadline
        return state.attempt_number >= policy.attempts or out_of_time

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error:
            failed(Failed(state.attempt_number, error, state.upcoming_sleep))

    again = Retrying(
        sleep=sleep,
        stop=stops,
        wait=lambda state: policy.wait(state.attempt_number, random),
        retry=retry_if_exception(passes),
        before_sleep=tell,
        reraise=True,
    )
    return again(work)
