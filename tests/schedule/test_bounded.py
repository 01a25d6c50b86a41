import threading

import pytest

from mlctl.schedule.bounded import bounded


def test_work_that_ends():
    done = []
    bounded(lambda: done.append(1), 5)
    assert done == [1]


def test_what_it_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        bounded(lambda: 1 / 0, 5)


def test_work_that_does_not_end_is_left_behind():
    end = threading.Event()
    with pytest.raises(TimeoutError, match=r"no end within 0\.05 s"):
        bounded(end.wait, 0.05)
    end.set()
