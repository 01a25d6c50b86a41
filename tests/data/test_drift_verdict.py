import dataclasses

import numpy as np
import pandas as pd
import pytest

from mlctl.data.drift_columns import compare, judge_columns
from mlctl.data.drift_verdict import Table, important_columns, verdict
from mlctl.stats.classifier_test import Auc

CALM, MOVED = pd.Series(np.arange(200.0)), pd.Series(np.arange(200.0) + 100)


def column(name, moved):
    return judge_columns([(name, *compare(CALM, MOVED if moved else CALM))], enough=True)[0]


def table(moved="", calm="", **fields):
    columns = tuple([column(name, True) for name in moved] + [column(name, False) for name in calm])
    return Table(
        columns, **({"predictions": None, "classifier": None, "importance": {}, "new_rows": 200} | fields)
    )


def test_nothing_drifted():
    said = verdict(table(calm="ab", predictions=column("p", False), classifier=Auc(0.7, 0.6)))
    assert (said.drifted, said.reasons) == (False, ("0 of 2 columns drifted",))


def test_one_column_of_many_is_not_the_table():
    said = verdict(table("a", "bcd"))
    assert (said.drifted, said.reasons) == (False, ("1 of 4 columns drifted",))


def test_two_columns_are():
    assert verdict(table("ab", "cd")).reasons == ("2 of 4 columns drifted: 'a', 'b'",)


def test_predictions_are():
    said = verdict(table("", "ab", predictions=column("p", True)))
    assert (said.drifted, said.reasons) == (True, ("the predictions drifted: median 100 → 200",))


def test_classifier_is():
    said = verdict(table("", "ab", classifier=Auc(0.71, 0.65)))
    assert said.reasons == ("a classifier tells new rows from old ones: AUC 0.71, at least 0.65",)


def test_only_important_columns_count():
    said = verdict(table("ab", "cd", importance={"a": 5, "c": 5, "d": 0.1, "b": 0.1}))
    assert (said.drifted, said.important) == (False, ("a", "c"))
    said = verdict(table("ab", "cd", importance={"a": 5, "b": 5}))
    assert said.reasons == ("2 of 2 important columns drifted: 'a', 'b'",)


def test_a_single_important_column_is_enough():
    assert verdict(table("a", "b", importance={"a": 1.0})).drifted is True
    assert verdict(table("a")).drifted is True
    assert verdict(table()).drifted is False


def test_under_a_hundred_rows_there_is_no_verdict():
    said = verdict(dataclasses.replace(table("ab"), new_rows=99))
    assert (said.drifted, said.reasons) == (None, ("99 new rows: under 100 there is no verdict",))


@pytest.mark.parametrize(
    ("importance", "expected"),
    [
        ({}, ("a", "b", "c")),
        ({"a": -1.0, "b": 0.0}, ("a", "b", "c")),
        ({"a": 1, "b": 8, "c": 1}, ("b", "a")),
        ({"b": 2, "else": 100}, ("b",)),
    ],
)
def test_nine_tenths_of_the_importance(importance, expected):
    assert important_columns(["a", "b", "c"], importance) == expected
