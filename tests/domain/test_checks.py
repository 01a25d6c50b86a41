import re

import pytest

from mlctl.domain.checks import CHECKS, check, from_warnings, muted


def test_every_kind_says_all_of_it():
    for code, kind in CHECKS.items():
        assert re.fullmatch(r"MLC\d{3}", code)
        assert kind.code == code
        assert all([kind.name, kind.reason, kind.remedy, kind.speaks])


def test_codes_and_names_are_told_apart():
    assert list(CHECKS) == sorted(CHECKS)
    assert len({kind.name for kind in CHECKS.values()}) == len(CHECKS)


def test_the_methodology_checks_that_were_asked_for_are_there():
    names = {kind.name for kind in CHECKS.values()}
    assert names >= {
        "train far above held out",
        "no better than the dummy",
        "slower than an equal simpler rung",
        "rare class under accuracy",
        "leak suspect",
        "useless columns",
        "best value at the edge of the search",
        "folds that disagree",
        "probabilities uncalibrated",
        "held-out part too small to tell",
        "more data would help",
    }


def test_a_check_takes_what_it_does_not_know_from_the_table():
    found = check("MLC009", "skewness 3.1")
    assert found.to_dict() == {
        "code": "MLC009",
        "name": "skewed target",
        "figure": "skewness 3.1",
        "reason": CHECKS["MLC009"].reason,
        "remedy": CHECKS["MLC009"].remedy,
    }
    assert check("MLC009", "", "do this").remedy == "do this"
    with pytest.raises(KeyError):
        check("MLC999", "")


def test_warnings_of_a_record_are_checks_or_words():
    checks, rest = from_warnings(
        ["MLC009 skewed — take the logarithm", "MLC003 'a' holds one value", "MLC999 unknown", "lbfgs failed"]
    )
    assert [(one.code, one.figure, one.remedy) for one in checks] == [
        ("MLC009", "skewed", "take the logarithm"),
        ("MLC003", "'a' holds one value", CHECKS["MLC003"].remedy),
    ]
    assert rest == ("MLC999 unknown", "lbfgs failed")


def test_muted_ones_are_set_apart_by_code():
    found = [check("MLC028", "b"), check("MLC003", "a"), check("MLC028", "c")]
    speaking, silent = muted(found, ["MLC028"])
    assert [one.figure for one in speaking] == ["a"]
    assert [one.figure for one in silent] == ["b", "c"]
