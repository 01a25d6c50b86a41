"""The instants of schedules, the days on which clocks change above all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlctl.errors import UsageError
from mlctl.schedule.instants import AT_ONCE, Schedule


def utc(text):
    return datetime.fromisoformat(text + "+00:00")


def of_day(expression, zone, day):
    """Return the instants of one local day, as they read there, with their offset."""
    schedule, place = Schedule(expression, zone), ZoneInfo(zone)
    begin = datetime.fromisoformat(day).replace(tzinfo=place).astimezone(UTC) - timedelta(seconds=1)
    found = [at.astimezone(place) for at in schedule.upcoming(begin, 60)]
    return [at.isoformat()[11:16] + at.isoformat()[19:] for at in found if at.date().isoformat() == day]


CHANGES = [
    # zone, day, expression, what it fires at
    ("Europe/Berlin", "2026-03-29", "30 2 * * *", ["03:00+02:00"]),
    ("Europe/Berlin", "2026-03-29", "0 2 * * *", ["03:00+02:00"]),
    ("Europe/Berlin", "2026-03-29", "30 1 * * *", ["01:30+01:00"]),
    ("Europe/Berlin", "2026-03-29", "0 3 * * *", ["03:00+02:00"]),
    ("Europe/Berlin", "2026-03-29", "0,30 2,3 * * *", ["03:00+02:00", "03:30+02:00"]),
    ("Europe/Berlin", "2026-03-29", "@daily", ["00:00+01:00"]),
    ("Europe/Berlin", "2026-10-25", "30 2 * * *", ["02:30+02:00"]),
    ("Europe/Berlin", "2026-10-25", "0 2,3 * * *", ["02:00+02:00", "03:00+01:00"]),
    ("Europe/Berlin", "2026-10-25", "@daily", ["00:00+02:00"]),
    ("America/New_York", "2026-03-08", "30 2 * * *", ["03:00-04:00"]),
    ("America/New_York", "2026-03-08", "59 1 * * *", ["01:59-05:00"]),
    ("America/New_York", "2026-11-01", "30 1 * * *", ["01:30-04:00"]),
    ("America/New_York", "2026-11-01", "0 1,2 * * *", ["01:00-04:00", "02:00-05:00"]),
    ("Australia/Lord_Howe", "2026-10-04", "15 2 * * *", ["02:30+11:00"]),
    ("Australia/Lord_Howe", "2026-10-04", "45 2 * * *", ["02:45+11:00"]),
    ("Australia/Lord_Howe", "2026-04-05", "45 1 * * *", ["01:45+11:00"]),
    ("Australia/Lord_Howe", "2026-04-05", "0 2 * * *", ["02:00+10:30"]),
    ("Asia/Seoul", "2026-03-29", "30 2 * * *", ["02:30+09:00"]),
    ("Asia/Seoul", "2026-10-25", "30 2 * * *", ["02:30+09:00"]),
    ("Asia/Seoul", "1988-05-08", "30 2 * * *", ["03:00+10:00"]),
    ("Asia/Seoul", "1988-10-09", "30 2 * * *", ["02:30+10:00"]),
    ("Africa/Cairo", "2026-04-24", "@daily", ["01:00+03:00"]),
    ("America/Havana", "2026-11-01", "@daily", ["00:00-04:00"]),
]
HOURS = [
    ("Europe/Berlin", "2026-03-29", 23),
    ("Europe/Berlin", "2026-10-25", 25),
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Asia/Seoul", "2026-06-01", 24),
]


@pytest.mark.parametrize(("zone", "day", "expression", "fires"), CHANGES)
def test_a_time_of_day_comes_once_on_the_day_of_a_change(zone, day, expression, fires):
    assert of_day(expression, zone, day) == fires


@pytest.mark.parametrize(("zone", "day", "expression", "fires"), CHANGES)
def test_looking_back_finds_the_same(zone, day, expression, fires):
    schedule, place = Schedule(expression, zone), ZoneInfo(zone)
    begin = datetime.fromisoformat(day).replace(tzinfo=place).astimezone(UTC) - timedelta(seconds=1)
    found, handled = [], begin
    for minute in range(1, 27 * 60):  # a tick every minute, through the whole day
        now = begin + timedelta(seconds=1, minutes=minute - 1)
        due = schedule.last_due(handled, now)
        if due:
            assert handled < due <= now
            found.append(due.astimezone(place))
            handled = now
    there = [at.isoformat()[11:16] + at.isoformat()[19:] for at in found if at.date().isoformat() == day]
    assert there == fires


@pytest.mark.parametrize(("zone", "day", "hours"), HOURS)
def test_every_hour_goes_by_the_time_that_passes(zone, day, hours):
    fires = of_day("@hourly", zone, day)
    assert len(fires) == hours == len(set(fires))


def test_a_shift_of_half_an_hour_skips_and_repeats_half_an_hour():
    assert len(of_day("*/30 * * * *", "Australia/Lord_Howe", "2026-10-04")) == 47
    assert len(of_day("*/30 * * * *", "Australia/Lord_Howe", "2026-04-05")) == 49


def fields(text, whole):
    """Return the numbers of a field, read without cronsim."""
    if text.startswith("*"):
        return set(list(whole)[:: int(text[2:] or 1)])
    return {int(each) for each in text.split(",")}


ZONE_DAYS = [
    ("Europe/Berlin", "2026-03-28T12:00"),
    ("Europe/Berlin", "2026-10-24T12:00"),
    ("America/New_York", "2026-11-01T00:00"),
    ("Australia/Lord_Howe", "2026-10-03T09:00"),
    ("Australia/Lord_Howe", "2026-04-04T09:00"),
]


BY_TIME_THAT_PASSES = [
    *((minute, hour) for minute in ("0", "45", "15,45", "*/20", "*") for hour in ("*", "*/2")),
    ("*/20", "3"),
    ("*", "3"),
]


@pytest.mark.parametrize(("zone", "day"), ZONE_DAYS)
@pytest.mark.parametrize(("minute", "hour"), BY_TIME_THAT_PASSES)
def test_what_goes_by_the_time_that_passes_fires_whenever_the_clock_shows_it(zone, day, minute, hour):
    begin, place = utc(day), ZoneInfo(zone)
    minutes, hours = fields(minute, range(60)), fields(hour, range(24))
    every = (begin + timedelta(minutes=passed) for passed in range(1, 18 * 60 + 1))
    local = ((at, at.astimezone(place)) for at in every)
    wanted = [at for at, there in local if there.minute in minutes and there.hour in hours]
    found = Schedule(f"{minute} {hour} * * *", zone).upcoming(begin, len(wanted) + 1)
    assert list(found[: len(wanted)]) == wanted
    assert found[-1] > begin + timedelta(hours=18)


@pytest.mark.parametrize(
    "now", ["2026-11-01T05:29", "2026-11-01T05:30", "2026-11-01T06:10", "2026-11-01T06:40"]
)
def test_on_either_side_of_the_fold_the_last_one_is_the_last_one(now):
    due = Schedule("30 1 * * *", "America/New_York").last_due(utc("2026-10-30T00:00"), utc(now))
    day = "2026-10-31" if now < "2026-11-01T05:30" else "2026-11-01"
    assert due == utc(f"{day}T05:30")


def test_due_is_what_lies_after_the_last_and_not_after_now():
    daily = Schedule("@daily", "Asia/Seoul")
    midnight = utc("2026-01-09T15:00")
    assert daily.last_due(utc("2026-01-09T14:00"), midnight) == midnight
    assert daily.last_due(midnight, midnight) is None
    assert daily.last_due(midnight - timedelta(microseconds=1), midnight) == midnight
    assert daily.last_due(utc("2026-01-09T14:00"), midnight - timedelta(microseconds=1)) is None
    assert daily.last_due(midnight, utc("2026-01-10T14:59:59")) is None


@pytest.mark.parametrize(
    ("expression", "last"),
    [
        ("*/5 * * * *", "2026-06-15T12:30"),
        ("@hourly", "2026-06-15T12:00"),
        ("@daily", "2026-06-15T00:00"),
        ("@weekly", "2026-06-14T00:00"),
        ("@monthly", "2026-06-01T00:00"),
        ("@yearly", "2026-01-01T00:00"),
        ("0 0 29 2 *", "2024-02-29T00:00"),
        ("0 0 29 2 */7", "2004-02-29T00:00"),
    ],
)
def test_many_missed_ones_are_the_last_one(expression, last):
    schedule = Schedule(expression)
    now = utc("2026-06-15T12:34:56")
    assert schedule.last_due(utc("1980-01-01T00:00"), now) == utc(last)
    assert schedule.last_due(utc(last), now) is None


def test_a_clock_set_back_fires_nothing_twice():
    hourly = Schedule("@hourly")
    handled = utc("2026-01-09T12:00:10")
    for minutes in range(-180, 60, 7):
        assert hourly.last_due(handled, handled + timedelta(minutes=minutes - 1)) is None
    assert hourly.last_due(handled, utc("2026-01-09T13:00")) == utc("2026-01-09T13:00")


def test_nothing_comes_before_the_start():
    schedule = Schedule("0 3 * * *", "Asia/Seoul", utc("2026-01-08T18:00"))
    assert schedule.upcoming(utc("2020-01-01T00:00"), 2)[0] == utc("2026-01-08T18:00")
    assert schedule.last_due(None, utc("2026-01-08T17:59")) is None
    assert schedule.last_due(None, utc("2026-01-08T18:00")) == utc("2026-01-08T18:00")
    assert schedule.last_due(utc("2020-01-01T00:00"), utc("2026-01-08T17:59")) is None
    assert schedule.last_due(None, utc("2026-03-01T00:00")) == utc("2026-02-28T18:00")
    assert schedule.last_due(utc("2026-02-28T18:00"), utc("2026-03-01T00:00")) is None


def test_without_a_start_what_was_before_the_first_look_is_not_due():
    assert Schedule("@hourly").last_due(None, utc("2026-01-09T12:00")) is None


def test_once():
    start = utc("2026-01-09T00:00")
    once = Schedule("@once", "Asia/Seoul", start)
    before, after = start - timedelta(hours=1), start + timedelta(days=400)
    assert once.upcoming(before, 5) == (start,)
    assert once.upcoming(start, 5) == ()
    assert once.last_due(None, before) is None
    assert once.last_due(None, start) == once.last_due(before, after) == start
    assert once.last_due(start, after) is None


def test_once_without_a_start_is_at_once():
    once = Schedule("@ONCE")
    now = utc("2026-01-09T00:00")
    assert once.last_due(None, now) == AT_ONCE
    assert once.last_due(now, now + timedelta(days=1)) is None
    assert once.upcoming(now, 3) == ()


def test_what_comes_is_meant_in_its_own_zone():
    found = Schedule("0 3 * * MON", "Europe/Berlin").upcoming(utc("2026-03-22T12:00"), 3)
    assert found == (utc("2026-03-23T02:00"), utc("2026-03-30T01:00"), utc("2026-04-06T01:00"))


@pytest.mark.parametrize(
    ("expression", "rounds"),
    [
        ("@once", 1),
        ("@yearly", 1),
        ("@monthly", 12),
        ("@weekly", 365.25 / 7),
        ("@daily", 365.25),
        ("@hourly", 24 * 365.25),
        ("*/15 9-17 * * MON-FRI", 4 * 9 * 365.25 * 5 / 7),
        ("0 0 29 2 *", 0.25),
        ("0 3 1,15 * *", 24),
        ("0 3 13 * FRI", 12 + 365.25 / 7 - 48 / 28),
    ],
)
def test_rounds_per_year(expression, rounds):
    assert Schedule(expression, "Europe/Berlin").rounds_per_year() == pytest.approx(rounds, abs=1e-9)


@pytest.mark.parametrize("expression", ["@reboot", "0 0 3 * * *", "0 0 30 2 *", "never"])
def test_what_is_no_schedule(expression):
    with pytest.raises(UsageError, match="is none"):
        Schedule(expression)


MINUTES = st.sampled_from(["0", "7", "*/20", "15,45", "*"])
ZONES = st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.sampled_from(
    [
        utc(f"{day}T00:00")
        for day in ("2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31")
    ]
)


@settings(max_examples=15, deadline=None)
@given(MINUTES, ZONES, MOMENTS, st.lists(st.integers(1, 300), min_size=5, max_size=12))
def test_whenever_one_looks_each_is_found_once_and_none_is_missed(minute, zone, begin, steps):
    schedule = Schedule(f"{minute} * * * *", zone)
    handled = begin
    for step in steps:
        now = handled + timedelta(minutes=step)
        inside = [at for at in schedule.upcoming(handled, 400) if at <= now]
        assert inside == sorted(set(inside))
        assert schedule.last_due(handled, now) == (inside[-1] if inside else None)
        handled = now
