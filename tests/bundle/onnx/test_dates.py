import numpy as np
import pandas as pd
import pytest

from mlctl.estimators.dates import DateFeatures, TimeToNumber
from tests.bundle.onnx.asked import exact

TIMES = pd.to_datetime(
    [
        "1970-01-01",
        "1899-12-31T23:59:59.999999",
        "2000-02-29T06:30",
        "1900-02-28",
        "1900-03-01",
        "2199-12-31T12:00",
        "2024-12-31",
        "2023-01-01",
        None,
        "0001-01-01T00:00:00.000001",
    ],
    format="ISO8601",
).astype("datetime64[us]")
DAYS = pd.to_datetime(np.arange(10) * 997 - 3000, unit="D").astype("datetime64[us]")
FRAME = pd.DataFrame({"t": TIMES, "d": DAYS})


@pytest.mark.parametrize("cyclic", [False, True])
@pytest.mark.parametrize("indicator", [False, True])
def test_every_part_of_a_date(cyclic, indicator):
    exact(DateFeatures(cyclic=cyclic, indicator=indicator), FRAME)


def test_every_day_of_eight_centuries():
    frame = pd.DataFrame(
        {"d": pd.to_datetime(np.arange(-146_100, 146_100), unit="D").astype("datetime64[us]")}
    )
    exact(DateFeatures(), frame)


def test_times_beside_numbers():
    exact(TimeToNumber(), pd.DataFrame({"t": TIMES, "n": np.arange(10.0)}))
