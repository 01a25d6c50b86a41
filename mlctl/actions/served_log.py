"""The served log, read back over all its files, workers and versions.

Its form is that of :mod:`mlctl.bundle.server.log`. A line that was cut off, by a full disk or because it is
being written at this moment, costs that line alone, and is counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mlctl.bundle.server.log import FORMAT, PREFIX, SUFFIX
from mlctl.domain.json_text import parsed
from mlctl.errors import DataError, NotFoundError
from mlctl.files.trouble import explained

_PATTERN = f"{PREFIX}*{SUFFIX}"
_FEEDBACK = b'"feedback"'
_START = 40
"""Bytes in which a line says what it is: ``what`` comes first in it."""

_LONGEST = 64 << 20
"""Bytes of a line, beyond which it is none of the server's: a body has at most 16 MB."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One row's answer, as it was served.

    Attributes
    ----------
    number : str
        The prediction id.
    time : str
        When it was given: UTC, RFC 3339.
    model, version : str
        The model's name, empty where the file does not say it, and the model version id.
    inputs : mapping
        Column to value as sent, without what is redacted.
    output : object
        The label or the number; None for a number that is not finite.
    probabilities : mapping or None
        Label, as text, to number.
    """

    number: str
    time: str
    model: str
    version: str
    inputs: Mapping[str, Any]
    output: Any
    probabilities: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """One actual value that was sent to ``/feedback``."""

    number: str
    time: str
    actual: Any


_Line = TypeVar("_Line", Prediction, Feedback)


def is_log(path: Path) -> bool:
    """Tell whether a path is a directory with a served log in it."""
    try:
        return path.is_dir() and next(path.glob(_PATTERN), None) is not None
    except OSError:  # a word that is too long for a path
        return False


class Log:
    """A directory's served log; each reading goes over the files that are there then.

    Attributes
    ----------
    folder : Path
        The directory.
    torn : int
        Lines that could not be read, in the readings so far; each line is read once by
        :meth:`predictions` and :meth:`feedback` together.
    redacted : set of str
        Columns that any file was told to leave out.
    sample : float
        The least share of the predictions that any file was told to log.

    Raises
    ------
    NotFoundError
        When there is none.
    """

    def __init__(self, folder: Path) -> None:
        if not is_log(folder):
            what = "is no directory" if not folder.is_dir() else f"has no file {_PATTERN}"
            raise NotFoundError(
                f"there is no served log in {str(folder)!r}: it {what}",
                f"a server writes one: mlctl serve REF --log-dir {folder}",
            )
        self.folder = folder
        self.torn = 0
        self.redacted: set[str] = set()
        self.sample = 1.0

    def predictions(self) -> Iterator[Prediction]:
        """Yield what was predicted, each worker's in the order of time.

        Raises
        ------
        DataError
            When a newer mlctl wrote it.
        MlctlError
            When the system does not let it be read.
        """
        for path in self._files():
            model = ""
            for line in self._lines(path):
                if _FEEDBACK in line[:_START]:
                    continue
                tree = self._tree(line)
                if tree.get("what") == "log":
                    model = self._heading(tree, path)
                elif found := self._whole(tree, _prediction(tree, model)):
                    yield found

    def feedback(self) -> Iterator[Feedback]:
        """Yield the actual values that came back; errors as of :meth:`predictions`."""
        for path in self._files():
            for line in self._lines(path):
                if _FEEDBACK in line[:_START]:
                    tree = self._tree(line)
                    if found := self._whole(tree, _feedback(tree)):
                        yield found

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(_PATTERN))  # their names begin with the time

    def _lines(self, path: Path) -> Iterator[bytes]:
        with explained("read", path):
            try:
                stream = path.open("rb")
            except FileNotFoundError:  # the server has just removed its oldest
                return
            with stream:
                while line := stream.readline(_LONGEST):
                    yield line

    def _tree(self, line: bytes) -> dict[str, Any]:
        """Return a line's object; empty, and counted, where it is none."""
        try:
            tree = parsed(line)
        except ValueError:
            tree = None
        if not isinstance(tree, dict) or not tree:
            self.torn += 1
            return {}
        return tree

    def _heading(self, tree: Mapping[str, Any], path: Path) -> str:
        form = tree.get("format")
        if not isinstance(form, int) or form > FORMAT:
            raise DataError(
                f"{path} is a served log of format {form!r}, and this mlctl reads up to {FORMAT}",
                "read it with the mlctl whose server wrote it, or a newer one",
            )
        redacted, sample = tree.get("redacted"), tree.get("sample")
        self.redacted |= {str(name) for name in redacted} if isinstance(redacted, list) else set()
        self.sample = min(self.sample, sample) if isinstance(sample, float | int) else self.sample
        return str(tree.get("model", ""))

    def _whole(self, tree: Mapping[str, Any], found: _Line | None) -> _Line | None:
        """Return what a line says; count one that has another form."""
        if tree and found is None:
            self.torn += 1
        return found


def _prediction(tree: Mapping[str, Any], model: str) -> Prediction | None:
    texts = [tree.get(key) for key in ("id", "time", "version")]
    inputs, chances = tree.get("inputs"), tree.get("probabilities")
    if tree.get("what") != "prediction" or not all(isinstance(text, str) for text in texts):
        return None
    if "output" not in tree or not isinstance(inputs, dict) or not isinstance(chances, dict | None):
        return None
    return Prediction(
        str(tree["id"]), str(tree["time"]), model, str(tree["version"]), inputs, tree["output"], chances
    )


def _feedback(tree: Mapping[str, Any]) -> Feedback | None:
    number, time = tree.get("id"), tree.get("time")
    if tree.get("what") != "feedback" or "actual" not in tree:
        return None
    if not isinstance(number, str) or not isinstance(time, str):
        return None
    return Feedback(number, time, tree["actual"])
