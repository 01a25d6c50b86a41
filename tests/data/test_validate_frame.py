import pandas as pd
import pytest

from mlctl.data.validate_frame import check_frame
from mlctl.errors import DataError


def test_names_that_cannot_be_told_apart():
    check_frame(pd.DataFrame())
    check_frame(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(DataError, match=r"column names repeat: 'a'$"):
        check_frame(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]))
    with pytest.raises(DataError, match="column names are no text: 0, 1"):
        check_frame(pd.DataFrame([[1, 2]]))
