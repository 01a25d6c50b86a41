from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from mlctl.params import fields as f


def refusal(form: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(form).validate_python(value)
    causes = [detail["ctx"]["error"] for detail in caught.value.errors()]
    return " / ".join(problem.text.removeprefix("wanted ") for cause in causes for problem in cause.problems)


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (f.Text, 2024, "text; write it in quotes"),
        (f.Text, True, "text; write it in quotes"),
        (f.Text, [1], "text"),
        (f.Word, "", "text that is not empty"),
        (f.Truth, "yes", "true or false"),
        (f.Truth, 1, "true or false"),
        (f.Number, "1", "a number"),
        (f.Number, float("nan"), "a number"),
        (f.Number, True, "a number"),
        (f.Positive, 0, "a number greater than 0"),
        (f.Positive, float("inf"), "a number greater than 0"),
        (f.Fraction, 1.0, "a number between 0 and 1"),
        (f.Count, 1.5, "a whole number from 1 to 100000"),
        (f.Count, 0, "a whole number from 1 to 100000"),
        (f.Folds, 51, "a whole number from 2 to 50"),
        (f.Seed, -1, "a whole number from 0 to 4294967295"),
        (f.Repeats, 0, "a whole number from 1 to 100, or auto"),
        (f.Repeats, "often", "a whole number from 1 to 100, or auto"),
        (f.Label, 1.5, "a label: text, a whole number, or true or false"),
        (
            f.ProjectName,
            "12",
            "another name: this project name is all digits, which would read as an experiment number",
        ),
        (f.ModelName, "a/b", "another name: this model name has a slash"),
        (f.Words, 3, "a list of texts"),
        (f.Words, ["a", 3, ""], "text; write it in quotes / text that is not empty"),
        (f.Paths, 3, "text, or a list of texts; write it in quotes"),
        (f.Paths, [], "text, or a list of texts"),
        (f.Paths, ["a", 3], "text, or a list of texts"),
        (f.Encoding, "utf9", "an encoding that Python knows, such as utf-8, latin-1 or cp1252"),
        (f.Encoding, "base64", "an encoding that Python knows, such as utf-8, latin-1 or cp1252"),
        (f.Delimiter, "ab", 'one character, such as "," or "\\t"'),
        (f.Clip, 1, "one of auto, true, false"),
        (f.Clip, 1.0, "one of auto, true, false"),
        (f.Clip, None, "one of auto, true, false"),
        (f.Method, "tim", "one of random, stratified, time, group, hash; did you mean time?"),
        (f.Scale, ["standard"], "one of auto, standard, minmax, robust, none"),
    ],
)
def test_what_is_refused_says_what_was_wanted(form, value, text):
    assert refusal(form, value) == text


@pytest.mark.parametrize(
    ("form", "value", "kept"),
    [
        (f.Text, "", ""),
        (f.Positive, 3, 3.0),
        (f.Repeats, "auto", "auto"),
        (f.Repeats, 3, 3),
        (f.Label, 1, 1),
        (f.Label, True, True),
        (f.Label, "1", "1"),
        (f.Label, None, None),
        (f.Clip, False, False),
        (f.Clip, "auto", "auto"),
        (f.Words, "one", ("one",)),
        (f.Words, ["one", "two"], ("one", "two")),
        (f.Paths, "a.csv", "a.csv"),
        (f.Paths, ["a.csv", "b.csv"], ("a.csv", "b.csv")),
        (f.Paths, None, None),
        (f.Encoding, "cp949", "cp949"),
        (f.Delimiter, "\\t", "\t"),
        (f.Delimiter, ";", ";"),
        (f.Delimiter, None, None),
        # The decomposed form that a file system may hand out becomes the composed one.
        (f.ProjectName, "cafe\u0301", "café"),
        (f.ModelName, "이탈", "이탈"),
    ],
)
def test_what_is_accepted(form, value, kept):
    found = TypeAdapter(form).validate_python(value)
    assert found == kept
    assert type(found) is type(kept)
