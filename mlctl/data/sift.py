"""What is left of the rows and columns, and what is said of those that go."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlctl.data.columns import Judged
from mlctl.data.findings import Finding, Problem, names, warn
from mlctl.data.frames import family
from mlctl.data.roles import Roles
from mlctl.domain.columns import Column

DROPPED = frozenset({"empty", "constant", "key"})
"""Faults for which a column is no feature."""

COPIES = 0.01
"""Share of copied rows from which they are worth a word."""

_WHY = {
    "empty": "holds no value",
    "constant": "holds one value",
    "key": "names the rows",
}


@dataclass(frozen=True, slots=True)
class Sifted:
    """The features, and what is said of all columns."""

    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def sift(judged: list[Judged]) -> Sifted:
    """Tell the features from the columns that cannot teach anything."""
    dropped = [(item.column.name, _WHY[fault]) for item in judged for fault in item.faults & DROPPED]
    return Sifted(
        columns=tuple(item.column for item in judged if not item.faults & DROPPED),
        dropped=tuple(dropped),
        findings=tuple(_findings(judged)),
        problems=tuple(_infinite(item) for item in judged if "infinite" in item.faults - DROPPED),
    )


def rows_kept(frame: pd.DataFrame, roles: Roles) -> tuple[np.ndarray, list[Finding]]:
    """Return the positions of the rows that have a target and a time, and say how many have none."""
    kept = np.ones(len(frame), dtype=bool)
    findings = []
    for code, what, name in (("MLC005", "target", roles.target), ("MLC010", "time", roles.aside.get("time"))):
        known = frame[name].notna().to_numpy() if name is not None else kept
        lost = int((kept & ~known).sum())
        # A column without any value is a problem, and said as one.
        if lost and known.any():
            share = f"{lost:,} of {len(frame):,} rows have no {what} ({name!r}) and are left out"
            findings.append(warn(code, share, "", (str(name),)))
            kept = kept & known
    return np.flatnonzero(kept), findings


def column_problems(table: pd.DataFrame, roles: Roles, sifted: Sifted) -> list[Problem]:
    """Return what forbids training: a time that is none, no feature."""
    problems = []
    time = roles.aside.get("time")
    if time is not None and table[time].isna().all():
        problems.append(Problem(f"data.time: column {time!r} holds no value", "name another column"))
    elif time is not None and family(table[time]) not in {"date", "number"}:
        problems.append(
            Problem(
                f"data.time: column {time!r} holds {family(table[time])}, not times (first value "
                f"{str(table[time].iloc[0])!r})",
                f"give its strptime form in data.dates, for instance {time}: '%d.%m.%Y'",
            )
        )
    if not sifted.columns:
        gone = [name for name, _ in (*roles.dropped, *sifted.dropped)]
        why = f"all others are dropped: {names(gone)}" if gone else "it is the only column"
        hint = "bring a table with columns to learn from"
        problems.append(Problem(f"there is no feature beside the target: {why}", hint))
    return problems


def table_findings(table: pd.DataFrame, roles: Roles, copies: int) -> list[Finding]:
    """Return what is worth saying of the table as a whole."""
    findings = []
    for part in ("group", "key"):
        name = roles.aside.get(part)
        lacking = int(table[name].isna().sum()) if name is not None else 0
        if lacking:
            message = f"{lacking:,} rows have no {part} ({name!r}): they count as one {part}"
            findings.append(warn("MLC011", message, "", (str(name),)))
    if copies > COPIES * len(table):
        message = f"{copies:,} of {len(table):,} rows are copies of another, target and all"
        hint = "a random split may put copies on both sides; the default split keeps them together"
        findings.append(warn("MLC007", message, hint))
    values = [name for name in table.columns if _reads_as_value(name)]
    if 2 * len(values) >= len(table.columns):
        message = f"the column names look like values: {names(values)}"
        findings.append(warn("MLC012", message, "if the file has no header line, add one", tuple(values)))
    return findings


def _reads_as_value(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _infinite(item: Judged) -> Problem:
    return Problem(
        f"column {item.column.name!r} has {item.odd[0]} infinite values",
        "mend the data, set data.missing: [inf, -inf] to read them as missing, or name it in data.drop",
    )


def _findings(judged: list[Judged]) -> list[Finding]:
    findings = []
    for fault, (code, one, many, hint) in _SAID.items():
        found = [item for item in judged if fault in item.faults]
        columns = tuple(item.column.name for item in found)
        if found:
            levels = max(item.column.distinct for item in found)
            text = one if len(found) == 1 else many
            said = text.format(columns=names(columns), levels=levels, odd=", ".join(found[0].odd) or "none")
            findings.append(warn(code, said, hint, columns))
    return findings


_SAID = {
    "key": (
        "MLC002",
        "{columns} names the rows (a value of its own in each) and is dropped",
        "{columns} name the rows (a value of their own in each) and are dropped",
        "if it does teach something, give its kind in data.types",
    ),
    "key-like": (
        "MLC002",
        "{columns} numbers the rows in their order; it stays a feature",
        "{columns} number the rows in their order; they stay features",
        "a model may learn the file's order from it: name it in data.drop, or in data.time if it is a time",
    ),
    "constant": (
        "MLC003",
        "{columns} holds one value and is dropped",
        "{columns} hold one value each and are dropped",
        "",
    ),
    "empty": (
        "MLC004",
        "{columns} holds no value and is dropped",
        "{columns} hold no value and are dropped",
        "",
    ),
    "levels": (
        "MLC008",
        "{columns} has {levels:,} levels; the rare ones are taken together",
        "{columns} have up to {levels:,} levels; the rare ones are taken together",
        "name it in data.drop if it names the rows, or set data.types to text if it is prose",
    ),
    "number-text": (
        "MLC013",
        "{columns} is text, but its values are numbers, all or nearly all (others: {odd})",
        "{columns} are text, but their values are numbers, all or nearly all (others in the first: {odd})",
        "name the marks for missing values in data.missing, or set data.types to number",
    ),
    "date-text": (
        "MLC013",
        "{columns} is text that looks like dates ({odd}), day or month first is not known",
        "{columns} are text that looks like dates ({odd}), day or month first is not known",
        "give the form in data.dates, for instance '%d.%m.%Y' or '%m/%d/%Y'",
    ),
}
