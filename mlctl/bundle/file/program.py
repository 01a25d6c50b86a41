"""The program that goes into a bundle: source for every Python from 3.8 on, and some of it compiled as well.

The source is mlctl's own, line by line, without its comments. Compiling it is most of a start, so what a
prediction loads is also there compiled, for the Python that built the bundle; another Python takes no notice
of that and compiles the source.
"""

import ast
import importlib.util
import io
import marshal
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType

import mlctl.bundle
from mlctl.errors import MlctlError

PACKAGE = "mlctl_bundle"
PARTS = ("main", "runtime", "server")

START = """\
import sys

sys.dont_write_bytecode = True
if sys.version_info < (3, 8):
    sys.exit("error: this bundle needs Python 3.8 or newer")
place = __file__[: -len("/__main__.py")] or "."
try:
    from mlctl_bundle.main.bundle import opened

    bundle = opened(place)
except Exception as error:
    said = "the bundle is damaged: its program fails with {}".format(type(error).__name__)
    said = getattr(error, "message", said)
    hint = getattr(error, "hint", "") or "fetch or build it again"
    sys.stderr.write("error: {}\\n  fix: {}\\n".format(said, hint))
    sys.exit(getattr(error, "code", 6))
from mlctl_bundle.main.command import main

sys.exit(main(bundle, sys.argv[1:]))
"""
"""The bundle's ``__main__.py``: nothing but the check runs before every sum is checked."""

_INIT = '"""What a bundle of mlctl runs: standard library alone, nothing to install."""\n'

_UNCHECKED = 1
"""Flags of compiled code that is not held against its source at start; its sum is."""

_LOADED = """\
import io, sys
sys.path.insert(0, sys.argv[1])
sys.stdout = io.TextIOWrapper(io.BytesIO())
sys.stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(sys.argv[2].encode())))
from mlctl_bundle.main.bundle import opened
from mlctl_bundle.main.command import main
code = main(opened(sys.argv[1]), ["predict", "--numpy", "no"])
sys.__stdout__.write("\\n".join(name for name in sys.modules if name.startswith("mlctl_bundle")))
sys.exit(code)
"""


def sources() -> dict[str, bytes]:
    """Return the program's files by their names in the bundle."""
    root = Path(mlctl.bundle.__file__).parent
    found = {
        f"{PACKAGE}/{part}/{file.name}": bare(file.read_text(encoding="utf-8")).encode()
        for part in PARTS
        for file in sorted((root / part).glob("*.py"))
    }
    return {"__main__.py": START.encode(), f"{PACKAGE}/__init__.py": _INIT.encode(), **found}


def bare(source: str) -> str:
    """Return a module's source without docstrings, comments on lines of their own, and empty lines."""
    dropped = {row for start, end in _docstrings(ast.parse(source)) for row in range(start, end + 1)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        alone = token.type == tokenize.COMMENT and token.line.lstrip().startswith("#")
        if alone or (token.type == tokenize.NL and not token.line.strip()):
            dropped.add(token.start[0])
    lines = source.splitlines(keepends=True)
    return "".join(line for row, line in enumerate(lines, 1) if row not in dropped)


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            only, first = len(node.body) == 1 and not isinstance(node, ast.Module), node.body[0]
            if not only:
                yield first.lineno, first.end_lineno or first.lineno


def loaded(draft: Path, row: str) -> list[str]:
    """Return the modules that a bundle loads to predict one row.

    Parameters
    ----------
    draft : Path
        A bundle.
    row : str
        A line of JSON.

    Raises
    ------
    MlctlError
        When it does not predict.
    """
    command = [sys.executable, "-I", "-S", "-c", _LOADED, str(draft), row + "\n"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise MlctlError(f"the bundle does not predict in a process of its own: {done.stderr.strip()[-500:]}")
    return done.stdout.split()


def compiled(program: Mapping[str, bytes], modules: Iterable[str], *, folder: bool) -> dict[str, bytes]:
    """Return modules compiled, by their names in the bundle.

    Parameters
    ----------
    folder : bool
        Whether the bundle is a folder, in which Python looks for them elsewhere.
    """
    done = {}
    for module in modules:
        base = module.replace(".", "/")
        name = next(each for each in (f"{base}.py", f"{base}/__init__.py") if each in program)
        place = importlib.util.cache_from_source(name) if folder else f"{name}c"
        done[place] = _compiled(name, program[name])
    return done


def _compiled(name: str, source: bytes) -> bytes:
    code = _lineless(compile(source, name, "exec", dont_inherit=True, optimize=2))
    try:
        # Version 2 writes each value out where it stands: later ones depend on what else the process holds.
        data = marshal.dumps(code, 2)
    except ValueError:  # pragma: no cover - from Python 3.14 on, code may hold what version 2 cannot
        data = marshal.dumps(code)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED.to_bytes(4, "little")
    return head + importlib.util.source_hash(source) + data


def _lineless(code: CodeType) -> CodeType:
    """Return code without its table of line numbers, a third of it; a bug is found with the source alone."""
    parts = tuple(_lineless(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=parts)
