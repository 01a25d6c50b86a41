import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from mlctl.bundle.onnx.registry import NotOnnx
from mlctl.estimators.clipper import Clipper
from tests.bundle.onnx.asked import exact, transformed

FRAME = pd.DataFrame(
    {"a": [1.0, 2.0, 4.0], "c": ["x", "y", "x"], "b": [0.5, 0.25, 9.0], "d": [3.0, 1.0, 2.0]}
)
ONE_HOT = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
NUMBERS = FRAME[["a", "b", "d"]]


def test_branches_that_pass_drop_and_change():
    exact(
        make_column_transformer(
            (ONE_HOT, ["c"]), (Clipper(), ["b"]), ("drop", ["a"]), remainder="passthrough"
        ),
        FRAME,
    )


def test_unions_and_frozen_steps():
    parts = [("one", StandardScaler()), ("none", "drop"), ("two", make_pipeline(Clipper(), StandardScaler()))]
    exact(FeatureUnion(parts), NUMBERS)
    exact(make_pipeline("passthrough", None, Clipper()), NUMBERS)
    exact(make_pipeline(Clipper(), FrozenEstimator(StandardScaler().fit(NUMBERS.to_numpy()))), NUMBERS)


def test_what_skl2onnx_writes_in_between():
    step = make_pipeline(StandardScaler(), PCA(2)).fit(NUMBERS)
    assert np.abs(transformed(step, NUMBERS) - step.transform(NUMBERS)).max() < 1e-5


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (make_column_transformer((Clipper(), ["a"]), ("passthrough", ["c"])), "columns of number and text"),
        (make_column_transformer((Clipper(), []), remainder="drop"), "takes no column"),
        (FunctionTransformer(abs), "runs a function of Python"),
        (FeatureUnion([("one", Clipper())], transformer_weights={"one": 2.0}), "transformer_weights"),
    ],
)
def test_what_is_not_written(step, why):
    frame = FRAME if "Column" in type(step).__name__ else NUMBERS
    with pytest.raises(NotOnnx, match=why):
        transformed(step.fit(frame), frame)
