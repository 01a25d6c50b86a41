import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.domain.cron import canonical, five_fields, wanted_form


@pytest.mark.parametrize(
    "text",
    [
        "@once",
        "@Hourly",
        " @daily ",
        "@weekly",
        "@monthly",
        "@yearly",
        "0 3 * * *",
        "*/15 9-17 * * mon-fri",
        "0,30 * 1 jan,JUL *",
        "0 0 29 2 *",
        "0 0 31 4 MON",
        "0 0 L * *",
        "0 0 * * 7",
    ],
)
def test_what_is_right(text):
    assert wanted_form(text) == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@reboot", "one of @once, @hourly, @daily, @weekly, @monthly, @yearly, or five fields"),
        ("@midnight", "did you mean @daily?"),
        ("@annually", "did you mean @yearly?"),
        ("0 0 3 * * *", "which has no field for seconds"),
        ("0 3 * *", "five fields"),
        ("", "five fields"),
        ("0 " * 5 + "x" * 300, "five fields"),
        ("0 0 1," + "1," * 100 + "1 * *", "five fields"),
        ("60 * * * *", "a minute (the first field) from 0 to 59"),
        ("*/0 * * * *", "a minute (the first field) from 0 to 59"),
        ("² * * * *", "a minute (the first field) from 0 to 59"),
        ("0 24 * * *", "an hour (the second field) from 0 to 23"),
        ("0 0 0 * *", "a day (the third field) from 1 to 31 that these months have"),
        ("0 0 30 2 *", "a day (the third field) from 1 to 31 that these months have"),
        ("0 0 31 4,6,9,11 *", "a day (the third field) from 1 to 31 that these months have"),
        ("0 0 * 13 *", "a month (the fourth field) from 1 to 12"),
        ("0 0 * * 8", "a day of the week (the fifth field) from 0 (Sunday) to 7"),
        ("0 0 */31 2 MON#5", "a day that comes: none in fifty years fits all five fields"),
    ],
)
def test_what_is_not(text, wanted):
    assert wanted in wanted_form(text)


@given(st.text(alphabet="0123456789*/,-#L@ WMONJANx", max_size=30))
def test_no_text_is_more_than_refused(text):
    assert isinstance(wanted_form(text), str)


def test_one_spelling():
    assert canonical(" @Daily ") == "@daily"
    assert canonical("0  3 * * mon") == "0 3 * * MON"
    assert five_fields("@weekly") == "0 0 * * 0"
    assert five_fields("0 3 * * mon") == "0 3 * * MON"
