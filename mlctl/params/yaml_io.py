"""YAML as a person means it: read by the 1.2 core rules, written so that 1.1 reads the same.

PyYAML follows YAML 1.1, where ``no`` is false, ``1e3`` text, ``010`` eight and ``12:30`` 750. Only its
parser is used here; what a scalar means is decided by the core schema of YAML 1.2.2 (section 10.3.2).
"""

import json
from pathlib import Path
from typing import Any

import yaml

from mlctl.errors import NotFoundError, UsageError
from mlctl.params.scalars import misread
from mlctl.params.words import did_you_mean
from mlctl.params.yaml_events import FLATTER, MAX_NODES, Builder

MAX_BYTES = 1_000_000

# libyaml's parser where PyYAML was built with it, as every published wheel is.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read(path: Path) -> Any:
    """Return what a YAML file holds, or a JSON file where the name ends in ``.json``.

    Raises
    ------
    NotFoundError
        When there is no such file, naming the nearest one beside it.
    UsageError
        When it is no text, too large, or not well formed; with the line.
    """
    text = _decode(_bytes(path), str(path))
    return parse_json(text, str(path)) if path.suffix.lower() == ".json" else parse(text, str(path))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            found = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _no_such_file(path) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(found) > MAX_BYTES:
        raise UsageError(f"{path} is larger than 1 MB", "is this a parameters file, or data?")
    return found


def _no_such_file(path: Path) -> NotFoundError:
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    near = did_you_mean(path.name, sorted(p.name for p in beside))
    hint = near or "write one with `mlctl params init DATA --target COLUMN`"
    return NotFoundError(f"no parameters file {path}", hint)


def _decode(found: bytes, name: str) -> str:
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}, line {line}: not UTF-8 text", "save the file as UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{name}, line {line}: a NUL byte", "is this a text file?")
    return text


def parse_json(text: str, name: str) -> Any:
    """Return what a JSON text holds; keys that stand twice are refused."""
    try:
        found = json.loads(text, object_pairs_hook=_unique)
        json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{name}, line {error.lineno}: {error.msg}", "the file must hold one JSON object"
        ) from None
    except UnicodeEncodeError:
        raise UsageError(
            f"{name}: half a character (a lone surrogate) in a text",
            "save the file as UTF-8, without half characters",
        ) from None
    except RecursionError:
        raise UsageError(f"{name}: nested too deeply", FLATTER) from None
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def parse(text: str, name: str, *, most: int = MAX_NODES) -> Any:
    """Return what a YAML text holds: plain dicts, lists, text, numbers, booleans and None.

    Parameters
    ----------
    text : str
        One document.
    name : str
        Where it came from, for the errors.
    most : int, default=100,000
        So many values are read, aliases written out.

    Raises
    ------
    UsageError
        With the line: not well formed, a key twice, a tag, more than one document, an alias that stands
        inside its own anchor, more than ``most`` values once aliases are written out, nested 50 deep.

    Examples
    --------
    >>> parse("{a: no, b: 1e3, c: 010, d: 12:30}", "here")
    {'a': 'no', 'b': 1000.0, 'c': 10, 'd': '12:30'}
    """
    try:
        text.encode()
        return Builder(yaml.parse(text, Loader=_Parser), name, most).document()
    except UnicodeEncodeError:
        raise UsageError(f"{name}: not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = _line_of(error, text)
        raise UsageError(
            f"{name}, line {line}: {error.problem}", "check the indentation and the quotes"
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UsageError(f"{name}, line {line}: a control character", "delete it, or quote it") from None


def _line_of(error: yaml.MarkedYAMLError, text: str) -> int:
    at_end = text.rstrip("\n").count("\n") + 1  # what is never closed is noticed past the last line
    return min(error.problem_mark.line + 1, at_end) if error.problem_mark else at_end


class _Writer(_Dumper):  # type: ignore[misc]  # chosen at run time, see above
    """Quotes what either version of YAML would read as anything but text."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """Say what a reader would take a plain scalar for; the emitter quotes what is not its own type."""
        found = super().resolve(kind, value, implicit)
        if kind is yaml.ScalarNode and implicit[0] and found == "tag:yaml.org,2002:str" and misread(value):
            return "tag:yaml.org,2002:misread"
        return found

    def ignore_aliases(self, _data: Any) -> bool:
        """Write every value out: an alias is one more thing to learn."""
        return True


def dump(tree: Any) -> str:
    """Return a tree as YAML text that reads the same under YAML 1.1 and 1.2, keys in their order."""
    text: str = yaml.dump(tree, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
    return text
