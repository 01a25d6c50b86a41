"""The values that a script logged, in an experiment's ``metrics.csv``.

The header is ``metric,step,time,value``; a line is one point, in the order in which it was logged. The time
is UTC, RFC 3339 with microseconds and ``Z``; the value is the shortest decimal that gives the same float
again, or ``nan``, ``inf``, ``-inf``. Fields are quoted as RFC 4180 has it. Lines are appended without a sync;
a last line without its end was torn by a crash, and is ignored.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlctl.errors import DamagedError
from mlctl.files.growing import GrowingFile
from mlctl.files.trouble import explained

FILE = "metrics.csv"
"""Its name among the artifacts of an experiment, under ``metrics`` in ``artifact_file_paths``."""

HEADER = "metric,step,time,value"
_FIELDS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric. Two points whose values are both NaN are equal.

    Attributes
    ----------
    step : int
        Where the script stood: an epoch, an iteration; 0 where it did not say.
    time : str
        When it was logged: UTC, RFC 3339 with microseconds and ``Z``.
    """

    metric: str
    step: int
    time: str
    value: float

    def __eq__(self, other: object) -> bool:
        """Compare field by field, NaN being equal to NaN."""
        if not isinstance(other, Point):
            return NotImplemented
        same = self.value == other.value or (math.isnan(self.value) and math.isnan(other.value))
        return same and (self.metric, self.step, self.time) == (other.metric, other.step, other.time)

    def __hash__(self) -> int:
        """Hash what is compared, the value aside since NaN has no hash to rely on."""
        return hash((self.metric, self.step, self.time))


class PointsFile:
    """An experiment's ``metrics.csv`` while it grows: the file stays open between points.

    It is not made before the first point.

    Parameters
    ----------
    path : Path
        The file, in a folder that is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: GrowingFile | None = None

    def append(self, points: Iterable[Point]) -> None:
        """Add points, in one write and without a sync.

        Raises
        ------
        MlctlError
            When the disk does not take them: none of them stands in the file then.
        """
        text = "".join(map(_line, points))
        if not text:
            return
        if self._file is None:
            self._file = GrowingFile(self._path)
            text = text if self._file.size else f"{HEADER}\n{text}"
        self._file.write(text)

    def close(self) -> None:
        """Let go of the file; closing twice does no harm."""
        if self._file is not None:
            self._file.close()
            self._file = None


def points_text(points: Iterable[Point]) -> str:
    """Return points as ``metrics.csv`` holds them, the header first."""
    return f"{HEADER}\n" + "".join(map(_line, points))


def read_points(path: Path) -> tuple[Point, ...]:
    """Return the points of a ``metrics.csv`` in the order of logging; none where it is missing.

    Raises
    ------
    DamagedError
        Naming the line that is no point. A last line that was torn is ignored.
    """
    with explained("read", path):
        try:
            text = path.read_bytes().decode()
        except FileNotFoundError:
            return ()
        except UnicodeDecodeError:
            raise _damaged(path, "holds bytes that are no UTF-8 text") from None
    return tuple(_points(path, text[: text.rfind("\n") + 1]))


def last_values(points: Iterable[Point]) -> dict[str, float]:
    """Return the last value of each metric, in the order in which metrics were first logged."""
    return {point.metric: point.value for point in points}


def _points(path: Path, text: str) -> Iterator[Point]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in rows:
            if rows.line_num > 1 or ",".join(row) != HEADER:
                yield _point(row)
    except (ValueError, csv.Error):
        raise _damaged(path, f"line {rows.line_num} is no point of a metric") from None


def _point(row: list[str]) -> Point:
    if len(row) != _FIELDS:
        raise ValueError(row)
    metric, step, time, value = row
    return Point(metric, int(step), time, float(value))


def _damaged(path: Path, said: str) -> DamagedError:
    return DamagedError(
        f"{path}: {said}", f"each line is {HEADER}; take the line out, or bring the file back from a copy"
    )


def _line(point: Point) -> str:
    return f"{_quoted(point.metric)},{point.step},{point.time},{point.value!r}\n"


def _quoted(metric: str) -> str:
    if any(c in metric for c in ',"\r\n'):
        return '"' + metric.replace('"', '""') + '"'
    return metric
