"""A dataset's schema as a Python file for pandera, to edit and to enforce.

It is Python and not pandera's YAML: that spells types as one storage type each, so that a whole number which
was once missing would be refused, and knows no check of one's own.

What the file refuses is what :mod:`mlctl.data.validate` refuses: a column that is gone, another family of
types, more than half of a column newly missing, a target of one class, no rows. Values that were seen are no
limits: the categories stand in a comment, and warn where a person turns it on; extremes are not in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mlctl.data.validate import TRAINING
from mlctl.data.validate_columns import GONE

_HEAD = '''\
"""What data is held to by `mlctl data validate FILE --against THIS_FILE`, which runs this file.

Edit it freely; see pandera's documentation for its checks. Refused are: columns that are gone or of another
family of types, more than half of a column newly missing, a target of one class, and no rows. The extremes
that were observed are no limits, and neither are the categories, which stand in comments.
"""

import pandas as pd
import pandera.pandas as pa


def family(values):
    """Return what a column holds: number, boolean, date or text."""
    types = pd.api.types
    if types.is_bool_dtype(values) or types.infer_dtype(values, skipna=True) == "boolean":
        return "boolean"
    if types.is_numeric_dtype(values):
        return "number"
    return "date" if types.is_datetime64_any_dtype(values) else "text"


def holds(wanted):
    """Check the family of types; a column without a value may be of any."""

    def check(values):
        return bool(values.isna().all()) or family(values) == wanted

    return pa.Check(check, ignore_na=False, error=f"holds {wanted}")


def missing_at_most(share):
    """Check that no larger share of the rows has no value."""

    def check(values):
        return not values.isna().mean() > share

    return pa.Check(check, ignore_na=False, error=f"missing at most {share:.1%}")


def varies():
    """Check that there are at least two different values."""

    def check(values):
        return values.empty or values.nunique() > 1

    return pa.Check(check, ignore_na=False, error="holds at least two different values")


def has_rows():
    """Check that the table is not empty."""
    return pa.Check(lambda frame: len(frame) > 0, error="has rows")


'''


def pandera_script(columns: Sequence[Mapping[str, Any]]) -> str:
    """Return a schema as a Python file.

    Parameters
    ----------
    columns : sequence of mapping
        As :func:`mlctl.data.schema.infer` returns them.

    Returns
    -------
    str
        Python that needs pandas and pandera, and defines ``schema``.
    """
    wanted = [column for column in columns if column.get("role", "feature") in TRAINING]
    body = "".join(_column(column) for column in wanted)
    return (
        f"{_HEAD}schema = pa.DataFrameSchema(\n    columns={{\n{body}    }},\n    checks=[has_rows()],\n)\n"
    )


def _column(column: Mapping[str, Any]) -> str:
    target = column.get("role") == "target"
    checks = "".join(f"                {line}\n" for line in _checks(column, target))
    note = "            required=False,  # new rows may come without answers\n" if target else ""
    return (
        f"        {column['column']!r}: pa.Column(\n            nullable=True,\n{note}"
        f"            checks=[\n{checks}            ],\n        ),\n"
    )


def _checks(column: Mapping[str, Any], target: bool) -> list[str]:
    missing = column.get("missing", 0.0)
    lines = []
    if "type" in column and missing < 1:
        lines.append(f"holds({column['type']!r}),")
    if missing + GONE < 1:
        lines.append(f"missing_at_most({round(missing + GONE, 6)!r}),")
    if target:
        lines.append("varies(),")
    if column.get("type") == "text" and column.get("categories"):
        seen = ", ".join(repr(str(name)) for name in column["categories"])
        lines.append(f"# pa.Check.isin([{seen}], raise_warning=True),")
    return lines
