import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlctl.errors import NotFoundError, UsageError
from mlctl.params.yaml_io import dump, parse, read

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LOOK_ALIKES = """
no yes on off y N null ~ 1e3 010 08 0o17 0x1F 12:30 190:20:30.15 1_000 .5 +12e3 2026-01-09 << = - ? :
true .inf .nan 0b11 685.230_15e+03
"""
look_alikes = st.sampled_from(LOOK_ALIKES.split())
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | look_alikes
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | look_alikes, inner, max_size=4),
    max_leaves=12,
)


@given(trees)
def test_what_is_written_reads_the_same_under_both_versions(tree):
    text = dump(tree)
    assert parse(text, "here") == tree
    assert yaml.safe_load(text) == tree


def test_keys_keep_their_order_and_any_script_is_written_as_it_is():
    assert dump({"project": "고객", "model": "이탈", "a": {}}) == "project: 고객\nmodel: 이탈\na: {}\n"


def test_an_equal_value_is_written_out_twice():
    shared = [1, 2]
    assert "*" not in dump({"a": shared, "b": shared})


def test_the_traps_of_yaml_1_1():
    text = "{a: no, b: 1e3, c: 010, d: 12:30, e: 2026-01-09, f: off, on: y, g: 1_000, h: 0o17}"
    assert parse(text, "here") == {
        "a": "no",
        "b": 1000.0,
        "c": 10,
        "d": "12:30",
        "e": "2026-01-09",
        "f": "off",
        "on": "y",
        "g": "1_000",
        "h": 15,
    }


@pytest.mark.parametrize("text", ["", "# a comment", "---\n", "\n\n"])
def test_nothing_is_none(text):
    assert parse(text, "here") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [", "f.yaml, line 2: did not find expected node content"),
        ("a: 1\n\tb: 2", "f.yaml, line 2: "),
        ("a: @x", "f.yaml, line 1: found character that cannot start any token"),
        ("a: 1\nb: \x07", "f.yaml, line 2: a control character"),
        ("a: \ud800", "f.yaml: not UTF-8 text"),
    ],
)
def test_what_is_not_well_formed(text, message):
    with pytest.raises(UsageError) as caught:
        parse(text, "f.yaml")
    assert caught.value.message.startswith(message)


def test_an_error_without_a_place_is_put_at_the_end(monkeypatch):
    def fail(text, Loader):
        raise yaml.MarkedYAMLError(problem="something is wrong")

    monkeypatch.setattr(yaml, "parse", fail)
    with pytest.raises(UsageError, match="line 2: something is wrong"):
        parse("a: 1\nb: 2\n", "f.yaml")


def test_read_yaml_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfproject: iris\n")
    assert read(path) == {"project": "iris"}


def test_read_json_indented_with_tabs(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{\n\t"a": [1, 2.5, null, true],\n\t"b": "\\ud83d\\ude00"\n}')
    assert read(path) == {"a": [1, 2.5, None, True], "b": "😀"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n "a" 2}', "line 2: Expecting ':' delimiter"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ('{"a": "\\ud800"}', "half a character"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "Exceeds the limit"),
        ("", "line 1: Expecting value"),
    ],
)
def test_json_that_is_refused(tmp_path, text, message):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: \xff\xfe\n", "line 2: not UTF-8 text"),
        (b"a: 1\n\nb: \0\n", "line 3: a NUL byte"),
        (b"# " + b"x" * 1_000_000, "is larger than 1 MB"),
    ],
)
def test_bytes_that_are_no_parameters_file(tmp_path, content, message):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read(path)


def test_no_such_file_names_the_nearest(tmp_path):
    (tmp_path / "iris.yaml").write_text("")
    with pytest.raises(NotFoundError) as caught:
        read(tmp_path / "irs.yaml")
    assert caught.value.hint == "did you mean iris.yaml?"


def test_no_such_directory_says_how_to_begin(tmp_path):
    with pytest.raises(NotFoundError) as caught:
        read(tmp_path / "nowhere" / "iris.yaml")
    assert "mlctl params init" in caught.value.hint


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_not_a_number_survives():
    assert math.isnan(parse(dump({"a": math.nan}), "here")["a"])
