"""``mlctl predict``: rows of any size in, the same rows out with what a model says of them."""

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions.predict_answers import Answered, Loader
from mlctl.actions.predict_engine import answered
from mlctl.actions.predict_source import Piece, Rows
from mlctl.actions.predict_target import Target
from mlctl.actions.predict_writer import Writer, check_form, form_of, open_writer
from mlctl.errors import DataError


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of the rows.

    Attributes
    ----------
    output : Path or None
        By its name CSV, JSON Lines or Parquet; None hands the text to ``write``.
    bad_rows : Path or None
        Takes rows that cannot be predicted, as JSON Lines; None refuses the first of them.
    only : bool
        Leave the rows' own columns out, and number the rows instead.
    jobs : int
        Processes at once.
    """

    output: Path | None = None
    bad_rows: Path | None = None
    only: bool = False
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was done.

    Attributes
    ----------
    version : str
        The model version id.
    rows, bad : int
        Rows that were predicted, and rows that were set aside.
    output : Path or None
        Where they are; None where they were handed to ``write``.
    """

    version: str
    rows: int
    bad: int
    output: Path | None


def predict(
    target: Target,
    rows: Rows,
    plan: Plan,
    *,
    scratch: Path,
    clock: Callable[[], float],
    write: Callable[[str], Any],
    progress: Callable[[int], None],
) -> Predicted:
    """Predict rows, a piece at a time; a file appears whole or not at all.

    Parameters
    ----------
    target : Target
        What predicts.
    rows : Rows
        What is predicted.
    plan : Plan
        Where it goes.
    scratch : Path
        A directory for what worker processes say.
    clock : callable
        Seconds that only grow.
    write : callable
        Takes text, where there is no file to write to.
    progress : callable
        Takes how many rows are done.

    Raises
    ------
    DataError
        For the first row that cannot be predicted, where none may be set aside; when there is no row.
    UsageError
        When the rows cannot be written in the form that was asked for.
    MlctlError
        When the system does not let a file be written, a full disk for instance.
    """
    form = form_of(plan.output, rows)
    check_form(form, rows, target.added, only=plan.only)
    loader = Loader(target.load, target.columns, rows.form, target.other)
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(open_writer(form, plan.output, write, rows, target, only=plan.only))
        aside = stack.enter_context(_aside(plan.bad_rows))
        pairs = answered(rows.pieces, loader, plan.jobs, scratch, clock)
        done, bad = _all(pairs, writer, aside, progress)
        if not done and not bad:
            raise DataError(f"{rows.name}: there is a header and no row below it", "check what wrote it")
    return Predicted(target.version, done, bad, plan.output)


def _all(
    pairs: Iterable[tuple[Piece, Answered]],
    writer: Writer,
    aside: Callable[[str], Any] | None,
    progress: Callable[[int], None],
) -> tuple[int, int]:
    done = bad = 0
    for piece, found in pairs:
        if found.faults:
            _set_aside(piece, found, aside)
        writer.add(piece, found)
        done, bad = done + len(found.places), bad + len(found.faults)
        progress(done + bad)
    return done, bad


@contextlib.contextmanager
def _aside(path: Path | None) -> Any:
    if path is None:
        yield None
        return
    with files.write_via(path) as place, place.open("w", encoding="utf-8") as stream:
        yield stream.write


def _set_aside(piece: Piece, found: Answered, aside: Callable[[str], Any] | None) -> None:
    if aside is None:
        number, column, reason = found.faults[0]
        place = f"row {number:,}" + (f", column {column!r}" if column else "")
        raise DataError(f"{place}: {reason}", "mend it, or set such rows aside: --bad-rows FILE")
    lines: Sequence[dict[str, Any]] = [
        {"row": number, "column": column, "reason": reason, "input": piece.given(number)}
        for number, column, reason in found.faults
    ]
    aside("".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines))
