import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from mlctl.bundle.onnx.registry import NotOnnx
from mlctl.estimators.levels import CategoryLevels
from mlctl.estimators.texts import TextCleaner
from tests.bundle.onnx.asked import exact, transformed

FRAME = pd.DataFrame(
    {"a": ["x", "y", None, "ç", "x", "3", "y", "x"], "b": ["u", "u", "v", "w", "v", "u", "v", "u"]},
    dtype=object,
)
ROWS = pd.DataFrame({"a": ["never", None, "3", "ç"], "b": [None, "w", "U", "u"]}, dtype=object)
WORD = {"handle_unknown": "use_encoded_value"}


@pytest.mark.parametrize("levels", [CategoryLevels(), CategoryLevels(max_levels=2)])
def test_levels(levels):
    exact(levels, FRAME, ROWS)


@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OrdinalEncoder(**WORD, unknown_value=-1),
        OrdinalEncoder(**WORD, unknown_value=np.nan),
    ],
)
def test_encodings(encoder):
    exact(make_pipeline(CategoryLevels(), encoder), FRAME, ROWS)


def test_by_the_target():
    frame = FRAME.fillna("<missing>")
    encoder = TargetEncoder().fit(frame, np.arange(8.0) / 3)
    rows = frame.replace("y", "never")
    np.testing.assert_allclose(transformed(encoder, rows), encoder.transform(rows), rtol=1e-14)
    many = TargetEncoder(target_type="multiclass").fit(frame, ["a", "b", "c", "a"] * 2)
    with pytest.raises(NotOnnx, match="more than two classes"):
        transformed(many, rows)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (OneHotEncoder(), "other options"),
        (OneHotEncoder(handle_unknown="ignore", min_frequency=2), "rare levels itself"),
        (OneHotEncoder(handle_unknown="ignore"), "levels that are no texts"),
        (OrdinalEncoder(), "other options"),
        (OrdinalEncoder(**WORD, unknown_value=-1, min_frequency=2), "rare levels itself"),
        (TextCleaner(), r"TextCleaner \(of mlctl.estimators.texts\).*cutting of free text"),
    ],
)
def test_what_is_not_written(step, why):
    with pytest.raises(NotOnnx, match=why):
        transformed(step.fit(FRAME), FRAME)
