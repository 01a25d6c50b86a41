"""What pandera found, one issue for each check that failed."""

from typing import Any

import pandas as pd

from mlctl.data.validate_columns import Issue
from mlctl.params.words import shown

SHOWN = 3
"""So many values that failed are named."""


def issues_of(cases: pd.DataFrame) -> list[Issue]:
    """Return the failures as issues.

    Parameters
    ----------
    cases : pandas.DataFrame
        pandera's ``failure_cases``: a row for each value that failed, with ``schema_context``, ``column``,
        ``check``, ``failure_case`` and ``index``.
    """
    # pandera sorts by the kind of failure; its own order, that of the schema, is in the labels.
    ordered = cases.sort_index()
    # A check of the whole table fails in every column of the same rows.
    column = ordered["column"].mask(ordered["schema_context"] == "DataFrameSchema")
    together = ordered.groupby([column, "schema_context", "check"], sort=False, dropna=False)
    return [
        issue
        for (name, context, check), failed in together
        for issue in _of_check(context, None if pd.isna(name) else str(name), str(check), failed)
    ]


def _of_check(context: str, column: str | None, check: str, failed: pd.DataFrame) -> list[Issue]:
    known = _COLUMNS.get(check)
    if known:
        code, message, hint = known
        return [Issue(code, str(name), message.format(name), hint) for name in failed["failure_case"]]
    if context == "DataFrameSchema":
        return [_whole(check, failed)]
    return [
        Issue("pandera", column, f"column {column!r} fails {check}{_values(failed)}", "check what wrote it")
    ]


_COLUMNS = {
    "column_in_dataframe": ("column-gone", "there is no column {!r}", "see the columns of the file"),
    "column_in_schema": (
        "pandera",
        "column {!r} is not in the schema, which is strict",
        "take it out of the file",
    ),
}


def _whole(check: str, failed: pd.DataFrame) -> Issue:
    rows = failed["index"].dropna().drop_duplicates()
    where = (
        f" in {_counted(len(rows))}: {_more([_row(row) for row in rows[:SHOWN]], len(rows))}"
        if len(rows)
        else ""
    )
    said = _told(failed["failure_case"]) if not len(rows) else ""
    return Issue("pandera", None, f"the table fails {check}{where}{said}", "check what wrote it")


def _values(failed: pd.DataFrame) -> str:
    known = failed[failed["index"].notna()]
    if known.empty:
        return _told(failed["failure_case"])
    first = [
        f"{shown(str(value))} ({_row(row)})"
        for value, row in known[["failure_case", "index"]][:SHOWN].to_numpy()
    ]
    return f" in {_counted(len(known))}: {_more(first, len(known))}"


def _told(cases: pd.Series) -> str:
    """Return what the check said of the whole: nothing more than False, or the error that it raised."""
    text = str(cases.iloc[0])
    return "" if text == "False" else f": {shown(text)}"


def _row(index: Any) -> str:
    return f"row {int(index) + 1:,}" if pd.api.types.is_number(index) else f"row {index}"


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _more(first: list[str], count: int) -> str:
    return ", ".join(first) + (f" and {count - len(first):,} more" if count > len(first) else "")
