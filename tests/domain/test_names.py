import pytest

from mlctl.domain.names import broken_rule, check_name, same_name
from mlctl.errors import UsageError


@pytest.mark.parametrize("name", ["iris", "고객 이탈", "日本語", "animal_cls", "v1.2", "a" * 64, "می‌خواهم"])
def test_names_in_any_script_are_welcome(name):
    assert check_name("project", name) == name


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (" a", "begins or ends with a space"),
        ("a" * 65, "longer than 64 characters"),
        ("語" * 51, "longer than 150 bytes"),
        ("a\x07b", "control character"),
        ("a\nb", "control character"),
        ("a\u202eb", "control character"),
        ("a/b", "slash"),
        ("a\\b", "slash"),
        ("a:b", "colon"),
        (".hidden", "begins with '.'"),
        ("-flag", "begins with '-'"),
        ("a..b", "two dots in a row"),
        ("2024", "all digits"),
    ],
)
def test_each_rule_is_named_when_it_is_broken(name, rule):
    with pytest.raises(UsageError, match=rule):
        check_name("model", name)


def test_two_dots_alone_are_refused():
    assert broken_rule("..")


def test_a_decomposed_name_is_composed():
    assert check_name("project", "cafe\u0301") == "caf\u00e9"


def test_a_long_name_is_shown_cut():
    with pytest.raises(UsageError) as told:
        check_name("project", "x" * 500)
    assert len(told.value.message) < 150


def test_names_that_differ_in_case_alone_are_one():
    assert same_name("Iris", "iris")
    assert same_name("Straße", "STRASSE")
    assert not same_name("iris", "iris2")
