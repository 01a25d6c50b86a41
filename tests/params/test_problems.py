import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from mlctl.params.problems import Problem, ProblemsError, problems_of, wanted


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: dict[str, int] = {}


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner = Inner()


KNOWN = {(): ("name", "inner"), ("inner",): ("size",)}


def lines(tree):
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(tree)
    return [p.line(tree) for p in problems_of(caught.value, KNOWN, {"name": "a name"})]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({}, "name: missing; wanted a name"),
        ([1], "the file: wanted a section with some of name, inner"),
        ({"name": "a", "iner": 1}, "iner: 1 — not a known key; did you mean inner?"),
        ({"name": "a", "size": 1}, "size: 1 — not a known key; did you mean inner.size?"),
        ({"name": "a", "q": True}, "q: true — not a known key; known here: name, inner"),
        ({"name": "a", "inner": 5}, "inner: 5 — wanted a section with some of size"),
        ({"name": "a", "inner": {"size": 5}}, "inner.size: 5 — wanted keys and values, such as {column: …}"),
        (
            {"name": "a", "inner": {"size": {7: 1}}},
            "inner.size.7: 1 — wanted a key that is text; write it in quotes",
        ),
    ],
)
def test_pydantics_findings_in_words(tree, expected):
    assert lines(tree) == [expected]


def test_what_a_validator_raised_keeps_its_words():
    error = wanted("a number", "deep", 0)
    assert error.problems == (Problem(("deep", 0), "wanted a number"),)
    assert str(ProblemsError([*error.problems, Problem((), "no")])) == "wanted a number; no"


def test_the_value_shown_is_the_one_that_was_typed():
    problem = Problem(("ladder", 1, "svc"), "no")
    assert problem.line({"ladder": [0, {"svc": {"C": 1}}]}) == 'ladder.1.svc: {"C": 1} — no'
    assert problem.line({"ladder": [0]}) == "ladder.1.svc: no"
    assert problem.line(None) == "ladder.1.svc: no"
