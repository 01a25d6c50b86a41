"""The schema as a file that a person edits: written, read back, and every wrong field named.

A field that a person takes out is not checked. The fields are those of :mod:`mlctl.data.schema`; around the
columns stand ``rows`` and ``copies``, how many rows the schema was inferred from and which share of them were
copies of another. A file that is the bare list of columns is read as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl.data.validate_fields import AROUND, problems_of, refuse_all, wrong_fields
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.words import did_you_mean
from mlctl.params.yaml_io import dump, parse

_MOST_BYTES = 64_000_000
_MOST_VALUES = 2_000_000
_ABOUT = """\
# What data is held to by `mlctl data validate`. Edit it freely: a field that is taken out is not checked.
# Quantiles stand at 0, 0.1, 1, 50, 99, 99.9 and 100 %. The extremes are what was seen, and no limits.
"""


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """What a schema file holds.

    Attributes
    ----------
    columns : tuple of mapping
        As :func:`mlctl.data.schema.infer` returns them, less what was taken out; valid.
    rows : int or None
        How many rows it was inferred from.
    copies : float or None
        Share of rows that were copies of another, 0 to 1.
    """

    columns: tuple[Mapping[str, Any], ...]
    rows: int | None = None
    copies: float | None = None


def schema_text(
    columns: Sequence[Mapping[str, Any]], *, rows: int | None = None, copies: float | None = None
) -> str:
    """Write a schema as the YAML that a person edits.

    Parameters
    ----------
    columns : sequence of mapping
        As :func:`mlctl.data.schema.infer` returns them.
    rows, copies : optional
        As in :class:`SchemaFile`.
    """
    about = {key: value for key, value in (("rows", rows), ("copies", copies)) if value is not None}
    lines = [_ABOUT, dump(about) if about else "", "columns:\n" if columns else "columns: []\n"]
    for column in columns:
        fields = [line for key, value in column.items() for line in _field(key, value).splitlines()]
        lines.append("- " + "\n  ".join(fields) + "\n")
    return "".join(lines)


def _field(key: str, value: Any) -> str:
    if not isinstance(value, list):
        return dump({key: value})
    # One line, not one a number: dump writes each as "- value".
    return f"{key}: [{', '.join(line[2:] for line in dump(value).splitlines())}]"


def read_schema(path: Path) -> SchemaFile:
    """Read a schema file.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When it is no YAML, or a field is unknown or wrong; all of them at once.
    """
    return _schema_of(read_tree(path), str(path))


def read_tree(path: Path) -> Any:
    """Read a file of YAML that a person wrote, whatever it holds.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When it is no YAML, or larger than 64 MB.
    """
    try:
        with path.open("rb") as stream:
            found = stream.read(_MOST_BYTES + 1)
        text = found.decode("utf-8-sig")
    except FileNotFoundError:
        beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        raise NotFoundError(f"no schema file {path}", did_you_mean(path.name, beside)) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text", "save the file as UTF-8") from error
    if len(found) > _MOST_BYTES:
        raise UsageError(f"{path} is larger than 64 MB", "is this a schema, or data?")
    return parse(text, str(path), most=_MOST_VALUES)


def parse_schema(text: str, name: str) -> SchemaFile:
    """Read the text of a schema file.

    Parameters
    ----------
    text : str
        YAML.
    name : str
        Where it came from, for the errors.

    Raises
    ------
    UsageError
        When it is no YAML, or a field is unknown or wrong; all of them at once.
    """
    return _schema_of(parse(text, name, most=_MOST_VALUES), name)


def _schema_of(tree: Any, name: str) -> SchemaFile:
    table = {"columns": tree} if isinstance(tree, list) else tree
    if not isinstance(table, dict) or not isinstance(table.get("columns"), list):
        raise UsageError(f"{name} is no schema", "wanted a list of columns, under the key columns")
    refuse_all([*wrong_fields(table, AROUND, ""), *problems_of(table["columns"])], name)
    return SchemaFile(tuple(table["columns"]), table.get("rows"), table.get("copies"))
