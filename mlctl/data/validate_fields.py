"""The fields of the schema: which there are, what each may hold, and the problem of each that does not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from mlctl.data.schema import QUANTILES
from mlctl.errors import UsageError
from mlctl.params.words import did_you_mean, shown

ROLES = ("target", "feature", "time", "group", "key", "dropped")
TYPES = ("number", "boolean", "date", "text")

Fields = Mapping[str, tuple[Callable[[Any], bool], str]]
"""Of each field, whether a value fits, and what is wanted."""


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """One column of the schema; None where a field was taken out.

    Attributes
    ----------
    column : str
        The name.
    role : str
        One of :data:`ROLES`; ``feature`` where it was taken out.
    type : str or None
        One of :data:`TYPES`.
    missing : float or None
        Share of rows without a value, 0 to 1; 0 where only ``nullable: false`` says so.
    quantiles : tuple of float or None
        Seven, ascending.
    last : pandas.Timestamp or None
        The end of a date's range.
    categories : frozenset of str or None
        The known values.
    """

    column: str
    role: str
    type: str | None
    missing: float | None
    quantiles: tuple[float, ...] | None
    last: Any
    categories: frozenset[str] | None


def column_schemas(columns: Sequence[Mapping[str, Any]]) -> tuple[ColumnSchema, ...]:
    """Check the columns of a schema, and return them in the form that validation uses.

    Raises
    ------
    UsageError
        When a field is unknown or wrong; all of them at once.
    """
    refuse_all(problems_of(columns), "the schema")
    return tuple(map(_column, columns))


def refuse_all(problems: Sequence[str], name: str) -> None:
    """Raise all problems as one error; do nothing where there is none."""
    if len(problems) == 1:
        raise UsageError(f"{name}: {problems[0]}")
    if problems:
        raise UsageError(f"{name} has {len(problems)} problems", details=tuple(problems))


def problems_of(columns: Sequence[Any]) -> list[str]:
    """Return a line for each field that is unknown or wrong."""
    problems, seen = [], set()
    for at, fields in enumerate(columns, start=1):
        if not isinstance(fields, Mapping) or not isinstance(fields.get("column"), str):
            problems.append(f"column {at}: wanted fields with the name as text, such as column: age")
            continue
        name = fields["column"]
        problems += [f"{name}: stands twice"] if name in seen else []
        problems += wrong_fields(fields, _FIELDS, f"{name}.")
        seen.add(name)
    return problems


def wrong_fields(fields: Mapping[Any, Any], known: Fields, where: str) -> list[str]:
    """Return a line for each field of one mapping that is unknown or wrong; an empty one was taken out."""
    wrong = [_unknown(key, known, where) for key in fields if key not in known]
    return wrong + [
        f"{where}{key}: {shown(fields[key])} — wanted {wanted}"
        for key, (fits, wanted) in known.items()
        if fields.get(key) is not None and not fits(fields[key])
    ]


def _column(fields: Mapping[str, Any]) -> ColumnSchema:
    never = 0.0 if fields.get("nullable") is False else None
    missing, quantiles = fields.get("missing"), fields.get("quantiles")
    categories, ends = fields.get("categories"), fields.get("range")
    return ColumnSchema(
        column=fields["column"],
        role=fields.get("role") or "feature",
        type=fields.get("type"),
        missing=never if missing is None else float(missing),
        quantiles=None if quantiles is None else tuple(map(float, quantiles)),
        last=None if ends is None else _moment(ends[1]),
        categories=None if categories is None else frozenset(map(str, categories)),
    )


def _unknown(key: Any, known: Fields, where: str) -> str:
    near = did_you_mean(str(key), known)
    return f"{where}{key} is not a known field; {near or 'known are ' + ', '.join(known)}"


def _moment(text: Any) -> Any:
    found = pd.Timestamp(text)
    return found.tz_convert(None) if found.tzinfo else found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _are_quantiles(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != len(QUANTILES) or not all(map(_is_number, value)):
        return False
    # They are written with twelve digits.
    return all(after >= before - 1e-9 * abs(before) for before, after in pairwise(value))


def _is_range(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(end, str) for end in value):
        return False
    try:
        first, last = map(_moment, value)
    except ValueError:
        return False
    return bool(first <= last)


def _are_categories(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str | int | float) for item in value)
    return isinstance(value, Mapping) and None not in value and all(map(_is_count, value.values()))


AROUND: Fields = {
    "rows": (_is_count, "a number of rows"),
    "copies": (_is_share, "a share from 0 to 1"),
    "columns": (lambda _: True, "a list of columns"),
}
_FIELDS: Fields = {
    "column": (lambda _: True, "a name"),
    "role": (ROLES.__contains__, f"one of {', '.join(ROLES)}"),
    "type": (TYPES.__contains__, f"one of {', '.join(TYPES)}"),
    "nullable": (_is_truth, "true or false"),
    "missing": (_is_share, "a share from 0 to 1"),
    "constant": (_is_truth, "true or false"),
    "key": (_is_truth, "true or false"),
    "quantiles": (_are_quantiles, f"{len(QUANTILES)} ascending numbers"),
    "range": (_is_range, "two dates, ISO 8601, the first one first"),
    "categories": (_are_categories, "values with their counts, or a list of values"),
    "distinct": (_is_count, "a number of values"),
}
