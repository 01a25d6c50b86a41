"""The files behind a person's own code: those that a parameters file names, and what these import beside."""

import ast
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from mlctl.domain.ladder import KINDS
from mlctl.errors import NotFoundError, UsageError
from mlctl.ml.own import CODE, kept_path
from mlctl.params.ladder_form import CLASS_FORM, RULE_FORM
from mlctl.params.model import Parameters

MOST_FILES = 200


def code_sources(parameters: Parameters, base: Path, *, kept: bool = False) -> dict[str, str]:
    """Return the text of each file of a person's own code, by :data:`mlctl.ml.own.CODE` and its path.

    Parameters
    ----------
    base : Path
        The directory that paths are relative to.
    kept : bool, default=False
        Whether it is the directory in which an experiment keeps them.

    Raises
    ------
    NotFoundError
        When a file is not there.
    UsageError
        When the code is spread over more files than can be kept with every experiment.
    """
    found: dict[str, str] = {}
    for named in _named(parameters, base):
        _collect(base, kept_path(named) if kept else named, found)
    if len(found) > MOST_FILES:
        raise UsageError(
            f"the code that the parameters file names is spread over {len(found)} files; "
            f"at most {MOST_FILES} are kept with an experiment",
            "install it as a package, and name its class by its dotted path",
        )
    return {CODE + path: text for path, text in found.items()}


def _named(parameters: Parameters, base: Path) -> Iterator[str]:
    steps = parameters.steps
    for reference in (steps.load_data, steps.preprocess):
        if reference:
            yield reference.rpartition(":")[0]
    for rung in () if parameters.ladder == "auto" else parameters.ladder:
        if RULE_FORM.fullmatch(rung.kind):
            yield rung.kind.rpartition(":")[0]
        elif rung.kind not in KINDS and CLASS_FORM.fullmatch(rung.kind):
            yield from _module(base, rung.kind.rpartition(".")[0])


def _collect(base: Path, named: str, found: dict[str, str]) -> None:
    """Read a file and what it imports of the files beside it, and so on."""
    root = str(Path(named).parent)
    waiting = [named]
    while waiting and len(found) <= MOST_FILES:
        file = waiting.pop()
        if kept_path(file) not in found:
            text = _text(base / file, file)
            found[kept_path(file)] = text
            waiting += _imported(base, root, file, text)


def _text(path: Path, named: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(
            f"there is no file {named!r}",
            "paths in a parameters file start from its own directory",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(f"{named}: cannot be read: {error}", "name a Python file") from None


def _imported(base: Path, root: str, file: str, text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return  # said where it is run, with its line
    for node in ast.walk(tree):
        for name, start in _names(node, file):
            for place in dict.fromkeys((start,) if start is not None else (root, "")):
                yield from _module(base, name, place)


def _names(node: ast.AST, file: str) -> Iterator[tuple[str, str | None]]:
    """Return the modules that a node may import; with the directory to start from, of a relative one."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, None) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        start = None
        if node.level:
            parents = PurePosixPath(Path(file).as_posix()).parents
            start = str(parents[min(node.level, len(parents)) - 1])
        if node.module:
            yield node.module, start
        head = f"{node.module}." if node.module else ""
        yield from ((head + alias.name, start) for alias in node.names)


def _module(base: Path, name: str, place: str = "") -> Iterator[str]:
    """Return the files of a dotted module in a directory: its own, and those of the packages above it."""
    parts = [part for part in name.split(".") if part.isidentifier()]
    for length in range(1, len(parts) + 1):
        path = os.path.normpath(Path(place, *parts[:length]))
        names = [f"{path}/__init__.py"] + ([f"{path}.py"] if length == len(parts) else [])
        yield from (one for one in names if (base / one).is_file())


def artifacts(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the kept files as they stand among an experiment's artifacts."""
    return {key.replace("/", "_").removesuffix(".py"): key for key in sources if key.startswith(CODE)}


def rule_sources(parameters: Parameters, base: Path, *, kept: bool = False) -> dict[str, str]:
    """Return the text of each file of a person's own.

    Those of hand-written rules are named by the rule as it is written, the others by
    :data:`mlctl.ml.own.CODE` and their path.

    Parameters
    ----------
    base : Path
        The directory that the parameters file's paths are relative to.
    kept : bool, default=False
        Whether it is an experiment's directory, which keeps them.
    """
    code = code_sources(parameters, base / CODE if kept else base, kept=kept)
    if parameters.ladder == "auto":
        return code
    written = [rung.rule for rung in parameters.ladder if rung.rule]
    place = kept_rule if kept else str
    return {rule: _source(rule, base / place(rule_file(rule))) for rule in written} | code


def rule_file(rule: str) -> str:
    """Return the file that a rule names."""
    return rule.rpartition(":")[0]


def kept_rule(file: str) -> str:
    """Return where an experiment keeps the file of a hand-written rule."""
    return f"rules/{Path(file).name}"


def _source(rule: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(f"rule: {rule!r}: cannot read {file}: {error}", "name a Python file") from None
