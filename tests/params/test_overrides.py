import pytest

from mlctl.errors import UsageError
from mlctl.params.overrides import override


def test_values_are_read_as_yaml():
    settings = [
        "split.random_state=7",
        "seed=1e3",
        "description=no",
        "metric=",
        "ladder=[svc, {knn: {n_neighbors: 3}}]",
        "data.dates.when=%d.%m.%Y",
        "data.path=a=b.csv",
        "data.positive=>50K",
        "data.target=@home",
        "data.time=a: b: c",
    ]
    assert override({}, settings) == {
        "split": {"random_state": 7},
        "seed": 1000.0,
        "description": "no",
        "metric": None,
        "ladder": ["svc", {"knn": {"n_neighbors": 3}}],
        "data": {
            "dates": {"when": "%d.%m.%Y"},
            "path": "a=b.csv",
            "positive": ">50K",
            "target": "@home",
            "time": "a: b: c",
        },
    }


def test_later_settings_stand_over_earlier_ones_and_the_file_is_left_alone():
    tree = {"split": {"method": "random"}, "stop": None}
    changed = override(tree, ["split.method=hash", "split.method=time", "stop.max_minutes=3"])
    assert changed == {"split": {"method": "time"}, "stop": {"max_minutes": 3}}
    assert tree == {"split": {"method": "random"}, "stop": None}


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("seed", "--set 'seed': wanted KEY=VALUE", "such as --set split.random_state=7"),
        ("=3", "--set '=3': wanted KEY=VALUE", "such as"),
        ("a..b=3", "--set 'a..b=3': wanted KEY=VALUE", "such as"),
        ("seed={", "--set seed, line 1: ", "check the indentation"),
        (
            "ladder.0.svc.C=1",
            "--set ladder.0.svc.C: ladder is a list",
            "such as --set 'ladder=[{svc: {C: 1.0}}]'",
        ),
        ("data.path.0=a", "--set data.path.0: data.path is a list", "such as --set 'data.path=[one, two]'"),
        (
            "preprocess.scale=none",
            "--set preprocess.scale: preprocess is 'none' in the file",
            "replace it whole: --set 'preprocess={scale: …",
        ),
        ("a.b.c.d.e=1", "--set a.b.c.d.e: a key has at most 4 parts", "put it into the file"),
    ],
)
def test_what_is_refused(setting, message, hint):
    with pytest.raises(UsageError) as caught:
        override({"preprocess": "none", "data": {"path": ["x"]}}, [setting])
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(UsageError, match=r"description=\\udcff'?: is no UTF-8 text"):
        override({}, ["description=\udcff"])
