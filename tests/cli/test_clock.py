from datetime import UTC, datetime

import pytest

from mlctl.cli.clock import moment
from mlctl.errors import UsageError


def test_a_moment_that_was_given():
    at = datetime(2026, 1, 9, 3, tzinfo=UTC)
    assert moment("2026-01-09T03:00:00Z") == moment("2026-01-09 12:00+09:00") == at
    assert moment("2026-01-09T12:00+09:00").tzinfo is UTC


@pytest.mark.parametrize("text", [None, ""])
def test_else_it_is_now(text):
    before = datetime.now(UTC)
    assert before <= moment(text) <= datetime.now(UTC)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-01-09", "2026-01-09T03:00:00", "9999-01-01T00:00Z", "0001-01-01T00:00+09:00"]
)
def test_what_is_none(text):
    with pytest.raises(UsageError, match="is no moment"):
        moment(text)
