import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.utils.validation import check_is_fitted

from mlctl.estimators.rule import RuleClassifier, RuleRegressor, compile_rule

SOURCE = """
BUSY = {8, 18}

def by_hour(row):
    return 100 if row["hour"] in BUSY else 10

def label(row):
    return "busy" if by_hour(row) > 50 else "calm"
"""
TABLE = pd.DataFrame({"hour": [8, 12]})


def test_a_rule_that_gives_numbers():
    rule = clone(RuleRegressor(SOURCE, "by_hour")).fit(TABLE, [1, 2])
    assert rule.predict(TABLE).tolist() == [100.0, 10.0]
    assert is_regressor(rule)
    check_is_fitted(rule)


def test_a_rule_that_gives_labels():
    rule = RuleClassifier(SOURCE, "label").fit(TABLE, np.array(["calm", "busy"], dtype=object))
    assert rule.classes_.tolist() == ["busy", "calm"]
    assert rule.predict(TABLE).tolist() == ["busy", "calm"]
    assert is_classifier(rule)


def test_a_rule_that_gives_codes():
    rule = RuleClassifier(SOURCE, "by_hour").fit(TABLE, np.array([10, 100]))
    assert rule.predict(TABLE).tolist() == [100, 10]


def test_a_file_without_the_function():
    with pytest.raises(ValueError, match="defines no function 'by_day'"):
        compile_rule(SOURCE, "by_day")
    with pytest.raises(ValueError, match="defines no function 'BUSY'"):
        RuleRegressor(SOURCE, "BUSY").fit(TABLE)
