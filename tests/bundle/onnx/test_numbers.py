import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from mlctl.bundle.onnx.registry import NotOnnx
from mlctl.estimators.booleans import BooleanToNumber
from mlctl.estimators.clipper import Clipper
from mlctl.estimators.gaps import GapFiller
from mlctl.estimators.numbers import ToFloat
from tests.bundle.onnx.asked import exact, transformed

FRAME = pd.DataFrame({"a": [0.1, np.nan, 3.0, 1e9], "b": [1.7e9, 1.7e9 + 1, np.nan, 5.0], "c": [1.0] * 4})
ROWS = pd.DataFrame(
    {"a": [np.nan, 1e300, -1e-300], "b": [1.7e9 + 0.5, np.nan, -np.inf], "c": [2.0, np.inf, 0.0]}
)


@pytest.mark.parametrize(
    "step",
    [
        ToFloat(),
        Clipper(),
        GapFiller(),
        SimpleImputer(),
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        StandardScaler(with_mean=False, with_std=False),
        RobustScaler(),
        RobustScaler(with_centering=False, with_scaling=False),
        MinMaxScaler(),
    ],
)
def test_numbers_are_what_scikit_learn_makes_of_them(step):
    finite = ROWS.replace([np.inf, -np.inf], 7.0)
    exact(step, FRAME, ROWS if isinstance(step, ToFloat | Clipper | GapFiller) else finite)


def test_a_column_without_gaps_has_no_indicator():
    exact(SimpleImputer(add_indicator=True), FRAME[["c"]])


def test_booleans():
    frame = pd.DataFrame({"a": [True, False], "b": [False, False]})
    exact(BooleanToNumber(), frame)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (MinMaxScaler(clip=True), "clips"),
        (SimpleImputer(missing_values=1.0), "fills other gaps"),
        (SimpleImputer(strategy="constant", fill_value=np.nan), "drops columns"),
    ],
)
def test_what_is_not_written(step, why):
    with pytest.raises(NotOnnx, match=why):
        transformed(step.fit(FRAME.fillna(0.0)), FRAME)


def test_a_part_that_gets_other_columns_than_it_was_fitted_on():
    with pytest.raises(NotOnnx, match="was fitted on 3 columns, and gets 2"):
        transformed(Clipper().fit(FRAME), FRAME[["a", "b"]])
    with pytest.raises(NotOnnx, match="gets columns of text"):
        transformed(Clipper().fit(FRAME), pd.DataFrame({"a": ["x"]}))
