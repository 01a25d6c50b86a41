import pytest

from mlctl.errors import UsageError
from mlctl.params.yaml_events import check_bounds
from mlctl.params.yaml_io import parse

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_anchors_and_aliases():
    assert parse("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x", "f") == {"a": [1, 2], "b": [1, 2], "c": 3, "d": 3}


def test_a_merge_key_is_an_ordinary_key():
    assert parse("a: &x {k: 1}\nb: {<<: *x}", "f")["b"] == {"<<": {"k": 1}}


def test_plain_tags():
    text = "[!!str 1, ! 2, !!int '3', !!float '1.5', !!bool 'true', !!null '', !!seq [], !!map {}]"
    assert parse(text, "f") == ["1", "2", 3, 1.5, True, None, [], {}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "f, line 2: the key 'a' stands twice"),
        ("a: {b: 1, c: 2,\n b: 3}", "f, line 2: the key 'b' stands twice"),
        (
            "x: !!python/object/apply:os.system [ls]",
            "f, line 1: the tag !!python/object/apply:os.system is not",
        ),
        ("x: !!python/name:os.system", "f, line 1: the tag !!python/name:os.system is not accepted"),
        ("x: !!python/dict {a: 1}", "f, line 1: the tag !!python/dict is not accepted"),
        ("x: !mine 1", "f, line 1: the tag !mine is not accepted"),
        ("x: !!int no", "f, line 1: the tag !!int is not accepted"),
        ("x: !!set {a}", "f, line 1: the tag !!set is not accepted"),
        ("x:\n  &a [*a]", "f, line 2: the alias *a has no anchor before it, or stands inside it"),
        ("x: *nobody", "f, line 1: the alias *nobody has no anchor before it"),
        ("a: 1\n---\nb: 2", "f, line 2: a second document"),
        ("? [1]\n: 2", "f, line 1: a list or mapping stands as a key"),
        ("[" * 60 + "]" * 60, "f, line 1: nested more than 50 deep"),
        (BOMB, "f, line 6: more than 100,000 values, aliases written out"),
    ],
)
def test_what_is_refused_names_its_line(text, message):
    with pytest.raises(UsageError) as caught:
        parse(text, "f")
    assert caught.value.message.startswith(message)


def test_a_tree_of_another_reader_is_held_to_the_same_limits():
    loop: list[object] = [1]
    loop.append(loop)
    wide: list[object] = ["x"]
    for _ in range(20):
        wide = [wide] * 9
    check_bounds({"a": [1, {"b": None}]}, "f")
    with pytest.raises(UsageError, match="nested more than 50 deep"):
        check_bounds(loop, "f")
    with pytest.raises(UsageError, match="more than 100,000 values"):
        check_bounds(wide, "f")
