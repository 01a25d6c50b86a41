from datetime import UTC, datetime, timedelta, timezone

import pytest

from mlctl.store.times import is_stamp, stamp


def test_every_zone_becomes_utc():
    seoul = timezone(timedelta(hours=9))
    assert stamp(datetime(2026, 1, 9, 9, 0, 0, 7, tzinfo=seoul)) == "2026-01-09T00:00:00.000007Z"


def test_a_time_without_a_zone_is_a_bug():
    with pytest.raises(ValueError, match="has no time zone"):
        stamp(datetime(2026, 1, 9))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (stamp(datetime(2026, 1, 9, tzinfo=UTC)), True),
        ("2026-01-09T00:00:00+09:00", True),
        ("2026-01-09T00:00:00", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_what_is_a_stamp(text, is_one):
    assert is_stamp(text) is is_one
