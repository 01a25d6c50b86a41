import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from mlctl.estimators.booleans import BooleanToNumber


def test_true_and_false_with_gaps():
    table = pd.DataFrame({"a": [True, False, True], "b": np.array([True, None, False], dtype=object)})
    numbers = clone(BooleanToNumber()).fit_transform(table)
    assert numbers[:, 0].tolist() == [1.0, 0.0, 1.0]
    assert np.array_equal(numbers[:, 1], [1.0, np.nan, 0.0], equal_nan=True)
    assert numbers.dtype == np.float64


def test_the_spellings_of_files():
    converter = BooleanToNumber().fit([[True]])
    cells = [[" Yes "], ["no"], ["TRUE"], ["0"], [1], [0.0], [np.True_], [None]]
    assert np.array_equal(converter.transform(cells)[:, 0], [1, 0, 1, 0, 1, 0, 1, np.nan], equal_nan=True)


@pytest.mark.parametrize("cell", ["maybe", 2, 0.5])
def test_what_is_neither(cell):
    with pytest.raises(ValueError, match="is neither true nor false"):
        BooleanToNumber().fit([[True]]).transform([[cell]])


def test_names_and_tags():
    converter = BooleanToNumber().fit(pd.DataFrame({"a": [True]}))
    assert converter.get_feature_names_out().tolist() == ["a"]
    assert converter.__sklearn_tags__().input_tags.allow_nan
