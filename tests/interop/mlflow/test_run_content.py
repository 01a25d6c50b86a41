"""How much there is of a run, and whether it is more than there was."""

import pytest

from mlctl.interop.mlflow.run_content import content, has_grown, missing
from tests.interop.mlflow import made


def test_what_there_is(tmp_path):
    place = made.run(made.experiment(tmp_path))
    (place / "artifacts" / "deep").mkdir()
    (place / "artifacts" / "deep" / "a").write_text("1234")
    (place / "artifacts" / "link").symlink_to("/etc/passwd")
    (place / "tags").rmdir()
    (place / "outputs" / "m-1").mkdir(parents=True)
    model = place.parent / "models" / "m-1" / "artifacts"
    model.mkdir(parents=True)
    (model / "MLmodel").write_text("x")
    assert content(place) == "metrics 1/24 params 1/3 tags 0/0 artifacts 1/4 models 1/1"
    assert missing(place) == ()
    (place / "metrics" / "rmse").unlink()
    (place / "metrics").rmdir()
    assert missing(place) == ("metrics",)


@pytest.mark.parametrize(
    ("now", "then", "grown"),
    [
        ("a 1/1 b 2/2", "a 1/1 b 2/2", False),
        ("a 1/2 b 2/2", "a 1/1 b 2/2", True),
        ("a 2/2 b 1/2", "a 1/1 b 2/2", False),
        ("a 1/0 b 2/2", "a 1/1 b 2/2", False),
        ("a 1/1", "", False),
        ("", "a 1/1", False),
        ("a 1/1 c 1/1", "a 1/1", False),
    ],
)
def test_more(now, then, grown):
    assert has_grown(now, then) is grown
