import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.domain.version_id import VersionId, short_commit


@given(
    st.text(min_size=1).filter(lambda s: s.strip() and min(s) >= " " and "/" not in s and s[0] != "."),
    st.from_regex(r"[0-9a-f]{6}", fullmatch=True) | st.just("nogit"),
    st.integers(1, 10**9),
)
def test_a_version_id_survives_the_way_to_text_and_back(project, commit, number):
    version = VersionId(project, commit, number)
    assert VersionId.parse(str(version)) == version


@pytest.mark.parametrize(
    "text", ["", "iris", "iris_3f9a1c", "iris_3f9a1c_0", "iris_3f9a1_1", "_3f9a1c_1", "12"]
)
def test_what_is_no_version_id_gives_none(text):
    assert VersionId.parse(text) is None


def test_outside_git_the_commit_reads_nogit():
    assert short_commit(None) == "nogit"
    assert short_commit("3f9a1c77aa") == "3f9a1c"


def test_what_would_lead_elsewhere_is_no_version_id():
    for project in ("../../x", "a/b", ".", ".hidden", "a\nb", "\x1b[31m"):
        assert VersionId.parse(f"{project}_nogit_1") is None
