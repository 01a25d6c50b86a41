"""A Python file of the user's own, run as a script would be.

Its directory comes first on the search path, so that it may import what stands beside it. What it prints goes
to stderr, since stdout is for results.
"""

import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from mlctl.domain.secrets import hide_secrets
from mlctl.errors import MlctlError, UsageError


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file to run.

    Attributes
    ----------
    path : Path
        Absolute.
    key, word : str
        What named it, for the errors: ``data.function`` and ``load_data.py:load_data``.
    module : str
        What it is called while it runs: a name that no other module has.
    """

    path: Path
    key: str
    word: str
    module: str

    @contextlib.contextmanager
    def running(self, source: bytes) -> Iterator[ModuleType]:
        """Run the file, and keep its module where its own code finds it until the end.

        Raises
        ------
        UsageError
            When it is no Python.
        MlctlError
            When it raises: its lines stand in ``details``.
        """
        module = ModuleType(self.module)
        module.__file__ = str(self.path)
        sys.modules[self.module] = module  # dataclasses look there for what their annotations mean
        sys.path.insert(0, str(self.path.parent))
        try:
            with contextlib.redirect_stdout(sys.stderr):
                code = self._compiled(source)
                self.guarded(lambda: exec(code, module.__dict__))  # noqa: S102 - it is the user's own
                yield module
        finally:
            with contextlib.suppress(ValueError):  # the user's code may have put its own list there
                sys.path.remove(str(self.path.parent))
            del sys.modules[self.module]

    def guarded(self, work: Callable[[], Any]) -> Any:
        """Call what the file defines.

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
            failure = self._failed(error)
        # Outside of the handler: what the user's code raised may hold a password, and is not carried along.
        raise failure

    def _compiled(self, source: bytes) -> Any:
        try:
            return compile(source, str(self.path), "exec")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            text = getattr(error, "msg", str(error))
            where = f"{self.path}, line {line}" if line else str(self.path)
            raise UsageError(f"{self.key}: {where}: {text}", "mend the file") from None

    def _failed(self, error: BaseException) -> MlctlError:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self._holds(frame)]
        lines = tuple(f"{Path(f.filename).name}:{f.lineno} in {f.name}: {f.line}" for f in frames)
        return MlctlError(
            f"{self.key}: {self.word} raised {type(error).__name__}: {hide_secrets(str(error))}",
            "run it by itself to see more",
            tuple(hide_secrets(line) for line in lines),
            may_pass=isinstance(error, ConnectionError | TimeoutError),
        )

    def _holds(self, frame: traceback.FrameSummary) -> bool:
        return Path(frame.filename).is_relative_to(self.path.parent) and "site-packages" not in frame.filename
