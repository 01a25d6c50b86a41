"""A Python file of the user's own, run as a script would be.

Its directory comes first on the search path, so that it may import what stands beside it. What it prints goes
to stderr, since stdout is for results.
"""

import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from mlctl.domain.secrets import hide_secrets
from mlctl.errors import MlctlError, UsageError


@contextlib.contextmanager
def running(path: Path, source: bytes, *, name: str, what: str) -> Iterator[ModuleType]:
    """Run a file, and keep its module where its own code finds it until the end.

    Parameters
    ----------
    path : Path
        The file, absolute.
    source : bytes
        Its text.
    name : str
        What the module is called while it runs: a name that no other module has.
    what : str
        What the errors begin with: the key, and the value that named the file.

    Raises
    ------
    UsageError
        When it is no Python.
    MlctlError
        When it raises.
    """
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look there for what their annotations mean
    sys.path.insert(0, str(path.parent))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            code = _compiled(source, path, what)
            guarded(lambda: exec(code, module.__dict__), what, path)  # noqa: S102 - it is the user's own
            yield module
    finally:
        with contextlib.suppress(ValueError):  # the user's code may have put its own list there
            sys.path.remove(str(path.parent))
        del sys.modules[name]


def guarded(work: Callable[[], Any], what: str, path: Path) -> Any:
    """Call the user's code.

    Raises
    ------
    MlctlError
        When it raises: its lines stand in ``details``.
    """
    try:
        return work()
    except MlctlError:
        raise
    except (Exception, SystemExit) as error:
        failure = _failed(error, what, path)
    # Outside of the handler: what the user's code raised may hold a password, and is not carried along.
    raise failure


def _compiled(source: bytes, path: Path, what: str) -> Any:
    try:
        return compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        text = getattr(error, "msg", str(error))
        where = f"{path}, line {line}" if line else str(path)
        raise UsageError(f"{what.partition(':')[0]}: {where}: {text}", "mend the file") from None


def _failed(error: BaseException, what: str, path: Path) -> MlctlError:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame, path)]
    lines = tuple(f"{Path(f.filename).name}:{f.lineno} in {f.name}: {f.line}" for f in frames)
    return MlctlError(
        f"{what} raised {type(error).__name__}: {hide_secrets(str(error))}",
        "run the file by itself to see more" if what.startswith("--") else "run the function by itself to see more",
        tuple(hide_secrets(line) for line in lines),
    )


def _is_users(frame: traceback.FrameSummary, path: Path) -> bool:
    return Path(frame.filename).is_relative_to(path.parent) and "site-packages" not in frame.filename
