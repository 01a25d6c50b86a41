"""Python files of a person's own, run from their text: a model that holds them needs no file beside it.

The files are run as modules of a world of their own: two models that each came with a ``modeling.py`` do not
see one another's, and nothing of it stays behind in the process. Whoever trains with such code, or loads a
model that holds some, runs it.
"""

import contextlib
import importlib
import importlib.abc
import importlib.util
import inspect
import json
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from mlctl.domain.secrets import hide_secrets
from mlctl.errors import MlctlError, NotFoundError

_LOCK = threading.RLock()
"""One body of code at a time stands in ``sys.modules``."""


def packed(files: Mapping[str, str], root: str) -> str:
    """Return files as the one text that a model holds; equal files give an equal text.

    Parameters
    ----------
    files : mapping
        Path with ``/``, relative to one directory, to the file's text.
    root : str
        The directory among them that comes first when a module is looked for; ``""`` is the top.
    """
    return json.dumps({"root": root, "files": dict(sorted(files.items()))}, ensure_ascii=False)


@lru_cache(maxsize=16)
def code_of(source: str) -> "OwnCode":
    """Return the code in a text that :func:`packed` made; run when it is first asked for something."""
    found = json.loads(source)
    return OwnCode(found["files"], found["root"])


class OwnCode:
    """Files and the modules that they have become.

    Parameters
    ----------
    files : mapping
        Path to text.
    root : str
        The directory that comes first on the search path; the top comes second.
    """

    def __init__(self, files: Mapping[str, str], root: str = "") -> None:
        self.files = dict(files)
        roots = tuple(dict.fromkeys((f"{root}/" if root else "", "")))
        self._finder = _Finder(self.files, roots)
        self._names = _names(self.files, roots)
        self._modules: dict[str, ModuleType] = {}
        self._depth = 0

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Let the code find itself: to be held while anything of it is imported, called or unpickled."""
        with _LOCK:
            hidden = {} if self._depth else self._enter()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._leave(hidden)

    def _enter(self) -> dict[str, ModuleType]:
        hidden = {name: sys.modules.pop(name) for name in self._names if name in sys.modules}
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self._finder)
        return hidden

    def _leave(self, hidden: Mapping[str, ModuleType]) -> None:
        sys.meta_path.remove(self._finder)
        self._modules |= {name: sys.modules.pop(name) for name in self._names if name in sys.modules}
        sys.modules.update(hidden)

    def find(self, name: str) -> Any:
        """Return what ``module:attribute`` names.

        Raises
        ------
        NotFoundError
            When the module has no such attribute, naming those it has.
        MlctlError
            When the file is no Python, or raises: with file, line and what it said.
        """
        module, _, attribute = name.partition(":")
        with self.active(), self.telling(name), contextlib.redirect_stdout(sys.stderr):
            found = importlib.import_module(module)
        if not hasattr(found, attribute):
            known = [key for key, value in vars(found).items() if callable(value) and key[0] != "_"]
            own = [key for key in known if getattr(vars(found)[key], "__module__", "") == found.__name__]
            hint = f"it has {', '.join(own[:5])}" if own else "define it"
            raise NotFoundError(f"{found.__file__} has no {attribute!r}", hint)
        return getattr(found, attribute)

    @contextlib.contextmanager
    def telling(self, name: str) -> Iterator[None]:
        """Turn what the code raises into one error that says where it stands; nothing of ours is shown."""
        try:
            yield
        except MlctlError:
            raise
        except (Exception, SystemExit) as error:
            failure = self._failure(name, error)
        else:
            return
        # Outside of the handler: what the code raised may hold a password, and is not carried along.
        raise failure

    def _failure(self, name: str, error: BaseException) -> MlctlError:
        places = self._places(error)
        where = f"{places[-1][0]}, line {places[-1][1]}" if places else name
        said = getattr(error, "msg", None) if isinstance(error, SyntaxError) else error
        lines = [f"{file}:{line} in {inside}: {self._line(file, line)}" for file, line, inside in places]
        return MlctlError(
            f"{where}: {type(error).__name__}: {hide_secrets(str(said))}",
            "mend the file; its own lines are above" if lines else "mend the file",
            tuple(hide_secrets(line) for line in lines),
        )

    def _places(self, error: BaseException) -> Sequence[tuple[str, int, str]]:
        found = traceback.extract_tb(error.__traceback__)
        places = [(f.filename, f.lineno or 0, f.name) for f in found if f.filename in self.files]
        if isinstance(error, SyntaxError) and error.filename in self.files:
            places.append((str(error.filename), error.lineno or 0, "<module>"))
        return places

    def _line(self, file: str, line: int) -> str:
        lines = self.files[file].splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def _names(files: Iterable[str], roots: Sequence[str]) -> frozenset[str]:
    """Return the names under which modules may be asked for, those of the packages above them too."""
    found = set()
    for file in files:
        for root in roots:
            if file.startswith(root):
                parts = file[len(root) :].removesuffix(".py").removesuffix("/__init__").split("/")
                found |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return frozenset(found)


def required(function: Any) -> list[str]:
    """Return the names of the arguments without which a function cannot be called."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a function of C may not tell
        return []
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    wanted = (*plain, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in parameters if p.default is p.empty and p.kind in wanted]


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules among texts, as Python would among files."""

    def __init__(self, files: Mapping[str, str], roots: tuple[str, ...]) -> None:
        self._files = files
        self._roots = roots

    def find_spec(self, fullname: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        """Return how to load a module; None where no file is it."""
        for root in self._roots:
            place = root + fullname.replace(".", "/")
            for file, is_package in ((f"{place}/__init__.py", True), (f"{place}.py", False)):
                if file in self._files:
                    return self._spec(fullname, file, self._files[file], is_package=is_package)
            if any(file.startswith(f"{place}/") for file in self._files):
                return self._spec(fullname, place, "", is_package=True)
        return None

    def _spec(self, name: str, file: str, text: str, *, is_package: bool) -> ModuleSpec | None:
        loader = _Loader(self, file, text)
        return importlib.util.spec_from_loader(name, loader, origin=file, is_package=is_package)


class _Loader(importlib.abc.Loader):
    """Runs one text as a module."""

    def __init__(self, of: _Finder, file: str, text: str) -> None:
        self.of = of
        self._file = file
        self._text = text

    def exec_module(self, module: ModuleType) -> None:
        """Run the text."""
        module.__file__ = self._file
        exec(compile(self._text, self._file, "exec"), module.__dict__)  # noqa: S102 - it is the person's own
