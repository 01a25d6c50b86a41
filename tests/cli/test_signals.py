import contextlib
import os
import signal
import sys
import time
from types import SimpleNamespace

import pytest

from mlctl.cli import signals
from mlctl.cli.signals import Interrupted


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    """Nothing was heard yet, and what listens does so for one test only."""
    before = {number: signal.getsignal(number) for number in (*signals.STOPPING, signal.SIGALRM)}
    hook = sys.unraisablehook
    state = signals._Heard()
    monkeypatch.setattr(signals, "_heard", state)
    yield state
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def listening(heard):
    for number in signals.STOPPING:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signals.listen()
    return heard


@pytest.mark.parametrize(
    ("number", "name", "words"),
    [
        (signal.SIGINT, "Ctrl-C", "interrupted"),
        (signal.SIGTERM, "SIGTERM", "interrupted by SIGTERM"),
        (signal.SIGHUP, "SIGHUP", "interrupted by SIGHUP"),
    ],
)
def test_each_signal_is_an_interruption_that_knows_its_name(listening, number, name, words):
    with pytest.raises(KeyboardInterrupt) as raised:
        signal.raise_signal(number)
    assert str(raised.value) == name
    assert signals.words(raised.value) == words
    assert signals.caught() == number


def test_what_the_starter_ignores_stays_ignored(heard):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.listen()
    signal.raise_signal(signal.SIGHUP)
    assert signals.caught() is None
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def clean_up_after(number, *more):
    """Be interrupted, and while that is on its way up, be sent more; return what was cleaned up."""
    done = []
    with contextlib.suppress(Interrupted):
        try:
            signal.raise_signal(number)
        finally:
            for other in more:
                signal.raise_signal(other)
                done.append(other)
    return done


def test_a_clean_up_is_not_cut_short(listening):
    assert clean_up_after(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) == [signal.SIGINT, signal.SIGHUP]
    assert signals.caught() == signal.SIGTERM


def test_one_that_was_wrapped_on_its_way_is_still_being_handled(listening):
    seen = []
    try:
        signal.raise_signal(signal.SIGINT)
    except Interrupted:
        try:
            raise ImportError
        except ImportError as error:
            signal.raise_signal(signal.SIGINT)
            seen.append(error)
    assert len(seen) == 1


def test_one_that_was_swallowed_can_be_sent_again(listening):
    with contextlib.suppress(Interrupted):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGINT)


class Careless:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


def drop_and_wait():
    Careless()
    time.sleep(10)  # cut short


def test_one_that_came_in_a_destructor_comes_again(listening, capsys):
    with pytest.raises(Interrupted, match="SIGTERM"):
        drop_and_wait()
    assert capsys.readouterr().err == ""


def test_the_second_coming_does_not_cut_a_clean_up_short_either(listening):
    assert clean_up_after(signal.SIGINT, signal.SIGALRM) == [signal.SIGALRM]


def test_what_else_a_destructor_raises_is_told_unless_all_is_ending(listening, capsys):
    error = ValueError("x")
    told = SimpleNamespace(
        exc_type=ValueError, exc_value=error, exc_traceback=None, err_msg=None, object=None
    )
    heard = []
    signals.sys.__unraisablehook__, kept = heard.append, signals.sys.__unraisablehook__
    try:
        sys.unraisablehook(told)
        signals.remember(signal.SIGINT)
        sys.unraisablehook(told)
    finally:
        signals.sys.__unraisablehook__ = kept
    assert heard == [told]


@pytest.mark.parametrize(
    ("seconds", "ended", "said"), [(0.0, [], []), (5.0, [130], [signals.STILL_CLEANING] * 2)]
)
def test_the_third_press_ends_a_clean_up_that_takes_long(listening, monkeypatch, seconds, ended, said):
    codes, lines = [], []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(os, "write", lambda _, line: lines.append(line))
    monkeypatch.setattr(time, "monotonic", iter([0.0, seconds, seconds]).__next__)
    clean_up_after(signal.SIGINT, signal.SIGINT, signal.SIGINT)
    assert codes == ended
    assert lines == said


def test_at_the_end_ctrl_c_is_ignored_and_the_others_end_what_hangs(listening):
    signals.over()
    signal.raise_signal(signal.SIGINT)
    assert signals.caught() is None
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_at_the_end_of_an_interruption_a_second_signal_changes_nothing(listening):
    signals.remember(signal.SIGTERM)
    signals.over()
    assert {signal.getsignal(number) for number in signals.STOPPING} == {signal.SIG_IGN}


def test_what_came_too_early_is_raised_when_asked_for(heard):
    signals.check()
    signals.remember(signal.SIGINT)
    with pytest.raises(Interrupted):
        signals.check()
