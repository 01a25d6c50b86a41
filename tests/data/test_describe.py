import pandas as pd

from mlctl.data.describe import column_facts
from mlctl.params.starter import ColumnFacts


def test_the_facts_of_every_column():
    frame = pd.DataFrame({"n": [1, 2, 2], "c": ["x", None, "x"], "d": pd.to_datetime(["2026-01-01"] * 3)})
    assert column_facts(frame) == (
        ColumnFacts("n", "number", distinct=2, rows=3, missing=0),
        ColumnFacts("c", "category", distinct=1, rows=3, missing=1),
        ColumnFacts("d", "date", distinct=1, rows=3, missing=0),
    )
