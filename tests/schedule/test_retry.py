import errno
import pickle
from random import Random

import pytest

from mlctl.errors import BusyError, DataError, MlctlError, NotFoundError, UsageError
from mlctl.params.retrain import Retry
from mlctl.schedule.retry import Failed, Policy, may_pass, policy_of, retried

DEFAULT = Policy()


class World:
    """A clock that only waiting moves, and work that fails so many times."""

    def __init__(self, *errors, takes=0.0):
        self.now, self.waits, self.told, self.errors, self.takes, self.calls = (
            1000.0,
            [],
            [],
            list(errors),
            takes,
            0,
        )

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds

    def work(self):
        self.calls += 1
        self.now += self.takes
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def run(self, policy=DEFAULT, **more):
        return retried(
            self.work,
            policy,
            sleep=self.sleep,
            clock=lambda: self.now,
            random=Random(0),
            failed=self.told.append,
            **more,
        )


def test_what_goes_well_is_done_once():
    world = World()
    assert (world.run(), world.calls, world.waits, world.told) == ("done", 1, [], [])


def test_what_may_pass_is_tried_again():
    first, second = BusyError("locked"), TimeoutError()
    world = World(first, second)
    assert world.run() == "done"
    assert world.calls == 3
    assert [(told.attempt, told.error) for told in world.told] == [(1, first), (2, second)]
    assert [told.wait for told in world.told] == world.waits
    assert 30 <= world.waits[0] <= 60
    assert 30 <= world.waits[1] <= 120


def test_after_the_last_attempt_the_last_error_is_raised():
    last = ConnectionResetError("third")
    world = World(ConnectionResetError("first"), ConnectionResetError("second"), last, BusyError("never"))
    with pytest.raises(ConnectionResetError) as caught:
        world.run()
    assert caught.value is last
    assert (world.calls, len(world.told)) == (3, 2)


@pytest.mark.parametrize(
    "error",
    [DataError("refused"), UsageError("wrong"), NotFoundError("gone"), MlctlError("odd"), ValueError("bug")],
)
def test_what_will_not_pass_is_not_tried_again(error):
    world = World(error)
    with pytest.raises(type(error)):
        world.run()
    assert (world.calls, world.waits) == (1, [])


def test_no_attempt_begins_after_the_deadline():
    world = World(*[TimeoutError()] * 9, takes=100.0)
    with pytest.raises(TimeoutError):
        world.run(Policy(attempts=9, first_wait=10, longest_wait=10, deadline=300))
    assert world.calls == 3
    assert world.now - 1000 <= 300 + 100


def test_whoever_calls_may_judge():
    world = World(ValueError("once"))
    assert world.run(passes=lambda error: isinstance(error, ValueError)) == "done"


def test_the_waits_grow_and_are_bounded():
    policy, chance = Policy(), Random(1)
    for attempt in range(1, 2000, 7):
        waits = [policy.wait(attempt, chance) for _ in range(20)]
        most = min(900, 30 * 2**attempt)
        assert 30 <= min(waits) < max(waits) <= most
    assert Policy(first_wait=60, longest_wait=5).wait(1, chance) == 5


def test_the_policy_of_a_parameters_file():
    assert policy_of(Retry()) == Policy(3, 30, 900, 3600) == Policy()
    asked = Retry(attempts=5, first_wait="1 s", longest_wait="2 min", deadline="1 d")
    assert policy_of(asked) == Policy(5, 1, 120, 86_400)


def caused(code):
    error = MlctlError("cannot read")
    error.__cause__ = OSError(code, "x")
    return error


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (BusyError("x"), True),
        (MlctlError("x"), False),
        (MlctlError("x", may_pass=True), True),
        (BusyError("x", may_pass=False), False),
        (caused(errno.EIO), True),
        (caused(errno.ENOSPC), False),
        (OSError(errno.ESTALE, "x"), True),
        (OSError(errno.EACCES, "x"), False),
        (OSError("no number"), False),
        (ConnectionError("no number"), True),
        (TimeoutError("no number"), True),
        (MemoryError(), False),
        (KeyboardInterrupt(), False),
    ],
)
def test_what_may_pass(error, passes):
    assert may_pass(error) is passes


def test_it_travels_between_processes():
    assert may_pass(pickle.loads(pickle.dumps(MlctlError("x", may_pass=True))))
    assert Failed(1, TimeoutError(), 3.0).wait == 3.0
