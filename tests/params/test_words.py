from mlctl.params.words import did_you_mean, nearest, shown


def test_nearest():
    assert nearest("Targt", ["target", "time"]) == "target"
    assert nearest("INCOME", ["income", "outcome"]) == "income"
    assert nearest("xyz", ["target"]) is None


def test_did_you_mean():
    assert did_you_mean("train_siz", ["train_size"]) == "did you mean train_size?"
    assert did_you_mean("q", ["train_size"]) == ""


def test_shown():
    assert [shown(v) for v in (True, None, 0.5, "no", "a\nb")] == ["true", "null", "0.5", "'no'", "'a\\nb'"]
    assert shown({"low": [1, "한"]}) == '{"low": [1, "한"]}'
    assert shown(["\u202e"]) == '["�"]'


def test_long_values_are_cut():
    assert shown("x" * 1000) == "'" + "x" * 58 + "…"
    assert len(shown(list(range(1000)))) == 60
