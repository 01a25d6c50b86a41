import pytest

from mlctl.domain.json_text import parsed


def test_what_it_holds():
    assert parsed(b'{"a": [1, null]}') == {"a": [1, None]}
    assert parsed("NaN", parse_constant=str) == "NaN"


@pytest.mark.parametrize("text", ["{", "", b"\xff", "[" * 100_000, '{"a":' * 100_000])
def test_what_is_none(text):
    with pytest.raises(ValueError, match=r"."):
        parsed(text)
