import datetime as dt

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from mlctl.ml import handover

FRAME = pd.DataFrame(
    {
        "number": np.linspace(0, 1, 5),
        "text": ["a", None, "한글", "", "e"],
        "flag": np.array([True, None, False, True, None], dtype=object),
        "level": pd.Categorical(["x", "y", "x", None, "y"]),
        "day": pd.date_range("2026-01-01", periods=5),
    }
)


def test_a_table_comes_back_as_it_was(tmp_path):
    handover.write({"frame": FRAME, "seed": 7}, tmp_path / "shared")
    found = handover.read(tmp_path / "shared")
    assert_frame_equal(found["frame"], FRAME)
    assert found["seed"] == 7


def test_arrays_are_views_of_the_file_on_aligned_places(tmp_path):
    numbers = np.arange(1_000_000, dtype=np.int64)
    handover.write([b"odd", numbers, numbers.astype(np.float32)], tmp_path / "shared")
    _, whole, half = handover.read(tmp_path / "shared")
    assert not whole.flags.owndata
    assert not whole.flags.writeable
    assert whole.ctypes.data % 64 == half.ctypes.data % 64 == 0
    assert (whole == numbers).all()


def test_rows_taken_from_a_shared_table_may_be_changed(tmp_path):
    handover.write(FRAME, tmp_path / "shared")
    rows = handover.read(tmp_path / "shared").iloc[[0, 2]]
    rows.loc[0, "number"] = 9.0
    assert rows["number"].tolist() == [9.0, 0.5]


def test_what_holds_no_arrays(tmp_path):
    day = dt.date(2026, 1, 9)
    handover.write(day, tmp_path / "shared")
    assert handover.read(tmp_path / "shared") == day


def test_the_file_may_be_removed_while_it_is_read(tmp_path):
    handover.write(np.arange(10), tmp_path / "shared")
    found = handover.read(tmp_path / "shared")
    (tmp_path / "shared").unlink()
    assert found.sum() == 45
