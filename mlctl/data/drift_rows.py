"""Which rows of the two tables are compared, and in which order.

Rows that are near each other in time, or of one group, are alike, and a thousand of them may be worth only
fifty independent ones. Where a time or a group column is named the rows are put into its order, and the tests
take into account how alike neighbours are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_season import same_season


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to compare.

    Attributes
    ----------
    before, now : numpy.ndarray of int64
        Their positions in the reference and in the new table.
    ordered : bool
        Whether neighbours may be alike.
    season : str
        What was said of the season; empty without a time column.
    """

    before: Any
    now: Any
    ordered: bool
    season: str


def choose_rows(reference: pd.DataFrame, current: pd.DataFrame, roles: Mapping[str, str]) -> Rows:
    """Choose the rows of the same season, and put all into the order of time or of group.

    Parameters
    ----------
    reference, current : pandas.DataFrame
        Before and now.
    roles : mapping
        Column to role.
    """
    parts = {role: name for name, role in roles.items() if name in reference and name in current}
    before, now = np.arange(len(reference)), np.arange(len(current))
    said = ""
    if "time" in parts:
        season = same_season(reference[parts["time"]], current[parts["time"]])
        before, said = (before if season.rows is None else season.rows), season.said
    by = parts.get("time", parts.get("group"))
    if by is None:
        return Rows(before, now, ordered=False, season=said)
    before, now = before[_order(reference[by].iloc[before])], _order(current[by])
    return Rows(before, now, ordered=True, season=said)


def _order(series: pd.Series) -> Any:
    """Return the order of the values; of equal ones, that of the table. Missing ones are last."""
    if series.dtype.kind in "iufM":
        return np.argsort(series.to_numpy(), kind="stable")
    codes = pd.factorize(series)[0]
    return np.argsort(np.where(codes < 0, len(codes), codes), kind="stable")
