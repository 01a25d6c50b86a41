import pytest

from mlctl.errors import UsageError
from mlctl.params.environment import expand, fill, hide


def test_a_variable_stands_for_its_value():
    tree = {"description": "of ${WHO}", "data": {"path": ["${A}/${B}.csv", "c.csv"], "missing": ["${B}"]}}
    found = expand(tree, {"A": "/secret", "B": "b", "WHO": "me", "OTHER": "not used"})
    assert found.tree == {
        "description": "of me",
        "data": {"path": ["/secret/b.csv", "c.csv"], "missing": ["b"]},
    }
    assert found.typed == {
        ("description",): "of ${WHO}",
        ("data", "path", 0): "${A}/${B}.csv",
        ("data", "missing", 0): "${B}",
    }
    assert found.values == {"A": "/secret", "B": "b", "WHO": "me"}
    assert found.problems == []


def test_what_is_no_variable_is_left_alone():
    tree = {"description": "$HOME ${} ${1A} $(ls) ${A", "seed": 1}
    assert expand(tree, {"HOME": "x", "A": "y"}).tree == tree


def test_a_value_is_not_expanded_again():
    assert expand({"description": "${A}"}, {"A": "${B}", "B": "x"}).tree == {"description": "${B}"}


def test_a_variable_that_is_not_set():
    found = expand({"data": {"path": "${A}/${B}/${C}"}}, {"B": "b"})
    (problem,) = found.problems
    assert (problem.place, problem.text) == (
        ("data", "path"),
        "the environment has no A, C; set it and try again",
    )
    assert found.tree == {"data": {"path": "${A}/${B}/${C}"}}
    assert found.values == {}


@pytest.mark.parametrize(
    ("tree", "hint"),
    [
        ({"project": "${P}"}, 'write it out, or give it on the command line: --set project="$P"'),
        ({"split": {"random_state": "${S}"}}, '--set split.random_state="$S"'),
        ({"ladder": [{"svc": {"C": "${C}"}}]}, "write it out"),
    ],
)
def test_where_a_value_would_be_recorded_none_may_stand(tree, hint):
    found = expand(tree, {"P": "p", "S": "1", "C": "2"})
    (problem,) = found.problems
    assert problem.text.startswith("a value of the environment is never written to disk, and this key's is; ")
    assert problem.text.endswith(hint)
    assert found.tree == tree


def test_hide_puts_the_longest_value_back_first():
    values = {"A": "/data", "B": "/data/private", "C": "ab", "D": ""}
    assert hide("no /data/private/x in /data, ab", values) == "no ${B}/x in ${A}, ab"


def test_values_are_not_in_the_repr():
    assert "secret" not in repr(expand({"seed": 1, "description": "${A}"}, {"A": "secret"}).values.keys())


def test_what_tells_people_is_expanded_when_they_are_told():
    tree = {"retrain": {"ping": "${A}", "notify": {"email": {"password": "${B}"}}, "schedule": "${C}"}}
    found = expand(tree, {"A": "a", "C": "c"})
    assert found.tree == tree
    assert (found.typed, found.values) == ({("retrain", "schedule"): "${C}"}, {})
    assert [problem.place for problem in found.problems] == [("retrain", "schedule")]


def test_filling_a_text():
    assert fill("${A}/x${B}", {"A": "a", "B": ""}) == "a/x"
    with pytest.raises(UsageError, match=r"^the environment has no B, C$"):
        fill("${A}${B}${C}", {"A": "a"})
