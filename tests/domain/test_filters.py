import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.domain.filters import compile_filter
from mlctl.errors import UsageError

ROW = {
    "accuracy_score": 0.95,
    "test.accuracy_score": 0.9,
    "rung": "svc",
    "C": 1.0,
    "kernel": None,
    "tags": ["prod", "eu"],
    "number": 12,
    "dirty": False,
}


def passes(text):
    return compile_filter(text, ROW)(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "accuracy_score > .9 and rung != dummy",
        "accuracy_score > .9 and rung != 'dummy'",
        "not accuracy_score < .9",
        "rung == svc or rung == dummy",
        ".9 < accuracy_score < .96",
        "rung in [svc, ridge]",
        "rung not in (ridge, 'dummy')",
        "'prod' in tags",
        "test.accuracy_score == .9",
        "number == 12",
        "number == '12'",
        "C >= 1",
        "kernel != rbf",
        "dirty == False",
        "(C > 5 or C < 2) and number <= 12",
    ],
)
def test_rows_that_pass(text):
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "accuracy_score > .96",
        "rung == dummy",
        "kernel == rbf",
        "kernel > 1",
        "rung > 3 and C == 2",
        "tags > 3",
    ],
)
def test_rows_that_do_not(text):
    assert not passes(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accuracy_score >", "cannot read"),
        ("", "cannot read"),
        ("accuracy_score", "a comparison is wanted"),
        ("acuracy_score > .9", "did you mean accuracy_score"),
        ("nothing_like_it == zzz", "names no field"),
        ("'a'.b > 3", "is no value"),
        ("C is 1", "unknown comparison"),
        ("__import__('os').system('true') == 0", "is no value"),
    ],
)
def test_what_cannot_be_read_is_said(text, told):
    with pytest.raises(UsageError, match=told):
        passes(text)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_an_error(text):
    with contextlib.suppress(UsageError):
        assert compile_filter(text, ROW)(ROW) in {True, False}
