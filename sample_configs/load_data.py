"""What function.yaml names: fetch a table in any way you like, and return it."""

from pathlib import Path

import pandas as pd


def load_data() -> pd.DataFrame:
    """Return the rows of those who work full time."""
    table = pd.read_csv(Path(__file__).parent / "data" / "adult.csv")
    return table[table["hours_per_week"] >= 35]
