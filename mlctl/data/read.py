"""The files of a source as one table."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.csv_file import read_csv
from mlctl.data.frames import family, to_frame
from mlctl.data.json_lines import read_json
from mlctl.data.members import Member, look
from mlctl.data.parquet_file import read_parquet
from mlctl.data.retype import dates_in_text, retype
from mlctl.errors import DataError
from mlctl.params.model import Data


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What was read.

    Attributes
    ----------
    frame : pandas.DataFrame
        All rows, in the order of the members and of their lines; the types of :mod:`mlctl.data.frames`.
    notes : tuple of str
        What was decided on the way that the files do not say themselves: a delimiter found, zones turned to
        UTC, columns that one of several files lacks.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """One file, read."""

    member: Member
    frame: pd.DataFrame
    notes: tuple[str, ...]


def read(members: Sequence[tuple[str, Path]], data: Data) -> ReadTable:
    """Read the files and put them under one another, columns matched by name.

    To read a new file as a training file was read, give ``data.types`` the kinds that training settled
    (:func:`mlctl.data.examine.types_of`).

    Parameters
    ----------
    members : sequence of (str, Path)
        Name and place of each file: CSV, JSON Lines (both also .gz, .bz2, .zst) or Parquet, by the name.
    data : Data
        Delimiter, encoding, marks for missing values, forms of dates, types. The target need not be there.

    Raises
    ------
    DataError
        Naming the file and the line, byte or column that is wrong, and how to mend it.
    MlctlError
        When the system does not let a file be read.
    """
    looked = [look(name, path) for name, path in members]
    text = {column for column, kind in data.types.items() if kind in {"category", "text"}}
    parts = [_read_one(member, data, text | set(data.dates)) for member in looked]
    mixed = _mixed(parts)
    if mixed:
        parts = [_as_text(part, data, text | set(data.dates), mixed) for part in parts]
    frame = _under_one_another(parts)
    if frame.empty:
        names = ", ".join(member.name for member in looked[:3])
        raise DataError(f"{names}: there is a header and no row below it", "check what wrote the file")
    said = [f"column {name!r} is text in some files, so it is read as text in all" for name in mixed]
    return ReadTable(settle_types(frame, data), (*_notes(parts, frame), *said))


def _notes(parts: Sequence[_Part], frame: pd.DataFrame) -> list[str]:
    """Say once what is to be said of several files."""
    files: dict[str, list[str]] = {}
    for part in parts:
        lacking = [repr(name) for name in frame.columns if name not in part.frame.columns]
        notes = [*part.notes, f"has no column {', '.join(lacking)}: missing there"] if lacking else part.notes
        for note in notes:
            files.setdefault(note.removeprefix(f"{part.member.name}: "), []).append(part.member.name)
    return [
        f"{names[0]}{f' and {len(names) - 1:,} more' if len(names) > 1 else ''}: {note}"
        for note, names in files.items()
    ]


def _read_one(member: Member, data: Data, as_text: Collection[str]) -> _Part:
    if member.format == "csv":
        table, notes = read_csv(member, data, as_text)
    elif member.format == "json":
        table, notes = read_json(member), ()
    else:
        table, notes = read_parquet(member)
    _check_names(member.name, table.column_names)
    frame, more = to_frame(table, member.name)
    return _Part(member, frame if member.format == "csv" else mark_missing(frame, data), (*notes, *more))


def _check_names(where: str, names: Sequence[str]) -> None:
    bad = sorted(name for name, count in Counter(names).items() if count > 1 or not name.strip())
    if bad or not names:
        what = (
            f"column names that are empty or repeat: {', '.join(map(repr, bad[:10]))}" if bad else "no column"
        )
        raise DataError(f"{where}: has {what}", "give every column a name of its own")


def mark_missing(frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Apply ``data.missing``, and find dates, where the format knows neither."""
    return pd.DataFrame({name: _marked(frame[name], data) for name in frame.columns}, copy=False)


def _marked(series: pd.Series, data: Data) -> pd.Series:
    kind = family(series)
    if kind == "number" and data.missing:
        marks = pd.to_numeric(pd.Series(list(data.missing)), errors="coerce").dropna()
        return series.mask(series.isin(marks))
    if kind != "text":
        return series
    series = series.mask(series.isin(list(data.missing))) if data.missing else series
    dates = dates_in_text(series)
    return series if dates is None else dates


def _families(parts: Sequence[_Part]) -> Mapping[str, set[str]]:
    families: dict[str, set[str]] = {}
    for part in parts:
        for name in part.frame.columns:
            if part.frame[name].notna().any():
                families.setdefault(name, set()).add(family(part.frame[name]))
    return families


def _mixed(parts: Sequence[_Part]) -> list[str]:
    return [name for name, found in _families(parts).items() if len(found) > 1] if len(parts) > 1 else []


def _as_text(part: _Part, data: Data, text: set[str], mixed: Sequence[str]) -> _Part:
    if part.member.format == "csv":
        return _read_one(part.member, data, text | set(mixed))
    wrong = [name for name in mixed if name in part.frame and family(part.frame[name]) != "text"]
    if wrong:
        raise DataError(
            f"{part.member.name}: column {wrong[0]!r} holds {family(part.frame[wrong[0]])} values, "
            "another file holds something else there",
            "write the files with the same types",
        )
    return part


def _under_one_another(parts: Sequence[_Part]) -> pd.DataFrame:
    if len(parts) == 1:
        return parts[0].frame
    everywhere = set.intersection(*(set(part.frame.columns) for part in parts))
    if not everywhere:
        first, other = parts[0].member.name, parts[1].member.name
        raise DataError(
            f"{first} and {other} have no column in common", "name files of one table, or add the header line"
        )
    # A column without any value would drag the others to a type that fits both.
    filled = [part.frame.dropna(axis="columns", how="all") for part in parts]
    columns = list(dict.fromkeys(name for part in parts for name in part.frame.columns))
    frame = pd.concat(filled, ignore_index=True, sort=False).reindex(columns=columns)
    return pd.DataFrame({name: _tidy(frame[name]) for name in columns}, copy=False)


def _tidy(series: Any) -> Any:
    """Give a boolean or an empty column the type that one file alone would have had."""
    if series.dtype == object and family(series) == "boolean":
        return series.where(series.notna(), None)
    return series if series.notna().any() else pd.Series(np.full(len(series), np.nan), index=series.index)


def settle_types(frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Apply ``data.types`` and ``data.dates``."""
    asked = {**dict.fromkeys(data.dates, "date"), **data.types}
    wanted = {name: kind for name, kind in asked.items() if name in frame.columns}
    if not wanted:
        return frame
    made = {name: retype(frame[name], kind, data.dates.get(name)) for name, kind in wanted.items()}
    return pd.DataFrame({name: made.get(name, frame[name]) for name in frame.columns}, copy=False)
