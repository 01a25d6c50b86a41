import math

import pytest

from mlctl.params.scalars import misread, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("Null", None),
        ("true", True),
        ("FALSE", False),
        ("010", 10),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-.inf", -math.inf),
        ("+.INF", math.inf),
        ("yes", "yes"),
        ("off", "off"),
        ("tRUE", "tRUE"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-01-09", "2026-01-09"),
        ("0b101", "0b101"),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("e3", "e3"),
        ("9" * 401, "9" * 401),
    ],
)
def test_the_core_schema(text, value):
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number():
    assert math.isnan(resolve(".nan"))


def test_what_another_reader_would_take_for_something_else():
    assert all(map(misread, ["y", "N", "1e3", "0o17", "08", "", "null"]))
    assert not any(map(misread, ["yellow", "no way", "1_000"]))
