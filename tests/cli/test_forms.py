from datetime import UTC, datetime, timedelta

import pytest

from mlctl.cli import forms


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9733333, "0.9733"),
        (1.0, "1.000"),
        (12.3456, "12.35"),
        (3178.25, "3178"),
        (-0.5, "-0.5000"),
        (0.0, "0.0000"),
        (0.00001234, "1.234e-05"),
        (12_345_678.9, "1.235e+07"),
        (None, ""),
        ("text", "text"),
        (float("nan"), ""),
    ],
)
def test_a_score_has_four_digits_that_count(value, text):
    assert forms.score(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6373, "+0.6373"),
        (-0.01, "-0.0100"),
        (0, "0"),
        (0.0000123, "+1.23e-05"),
        (1234.5, "+1.23e+03"),
        (None, ""),
    ],
)
def test_a_difference_has_a_sign(value, text):
    assert forms.delta(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0000021, "2.1 µs"),
        (0.042, "42 ms"),
        (3.21, "3.2 s"),
        (754, "12 min 34 s"),
        (9000, "2 h 30 min"),
        (None, ""),
    ],
)
def test_a_duration_is_in_the_unit_that_fits(value, text):
    assert forms.seconds(value) == text


def test_a_long_time_in_microseconds_is_in_seconds():
    assert forms.micros(2_500_000) == "2.5 s"
    assert forms.micros(None) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (3200, "3.2 kB"),
        (32_000, "32 kB"),
        (2.5e6, "2.5 MB"),
        (7e9, "7.0 GB"),
        (None, ""),
    ],
)
def test_a_size_is_in_the_unit_that_fits(value, text):
    assert forms.size(value) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=40), "40 d"),
    ],
)
def test_an_age_is_in_the_unit_that_fits(ago, text):
    assert forms.age((datetime.now(UTC) - ago).isoformat()) == text


def test_what_is_no_time_is_shown_as_it_is():
    assert forms.age("yesterday") == "yesterday"
    assert forms.age(None) == ""


def test_machines_get_every_digit_and_nothing_for_what_is_missing():
    assert forms.exact(0.1 + 0.2) == "0.30000000000000004"
    assert forms.exact(None) == forms.exact(float("nan")) == ""
    assert forms.exact(["a", 1]) == '["a", 1]'
    assert forms.exact(True) == "True"


def test_control_characters_do_not_reach_the_terminal():
    assert forms.exact("a\x1b[31mred\nline") == r"a\x1b[31mred line"


def test_parameters_are_short_and_spreads_have_two_digits():
    assert forms.parameter(0.1 + 0.2) == "0.3"
    assert forms.parameter("rbf") == "rbf"
    assert forms.spread(0.0123) == "0.012"
    assert forms.spread(None) == ""
