import pytest

from mlctl.bundle.main.trouble import UsageError
from mlctl.bundle.main.words import read_words


def test_flags_values_and_words():
    words = ["-", "--only", "-o", "x.csv", "--bad-rows=y"]
    found, rest = read_words(words, flags=("--only",), values=("--output", "--bad-rows"), most=1)
    assert found == {"only": True, "output": "x.csv", "bad-rows": "y"}
    assert rest == ["-"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--none"], "no option --none"),
        (["--output"], "--output needs a value"),
        (["--only=1"], "no option --only=1"),
        (["a", "b"], "one word too many: 'b'"),
    ],
)
def test_what_is_wrong(words, said):
    with pytest.raises(UsageError, match=said):
        read_words(words, flags=("--only",), values=("--output",), most=1)
