"""What ``mlctl monitor performance`` joins: a served log or a file, with feedback or a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlctl.actions.performance_files import Sheet, actuals_of, predictions_of
from mlctl.actions.performance_join import Joined, of_files, of_log, of_log_and_file
from mlctl.actions.served_log import Log, is_log
from mlctl.bundle.main.written import PREDICTED, VERSION
from mlctl.domain.records import Experiment
from mlctl.errors import DataError, UsageError
from mlctl.store.store import Store

NEWEST = 2000
"""Rows that the verdict rests on, the newest: a fall shows although the model did well for long before. An
accuracy that fell from 0.9 to 0.87 is found nine times in ten by so many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be joined, and how it is told.

    Attributes
    ----------
    source : Path
        A directory with a served log, or a file that ``mlctl predict`` wrote.
    actuals : Path or None
        A file of actual values; None takes those that came back to the log.
    key : str or None
        The column by which they are joined, or ``prediction_id``.
    target, time : str or None
        The columns of the actual values and of the time, in files.
    metrics : tuple of str
        Further metrics.
    by : {"hour", "day", "week", "month"}
        The periods.
    last : int
        The newest rows that the verdict rests on.
    tolerance : float or None
        Below the reference, in the metric's units; None for that of comparisons.
    experiment : Experiment or None
        Only the predictions of this version.
    project, model : str or None
        Only those of its versions.
    """

    source: Path
    actuals: Path | None = None
    key: str | None = None
    target: str | None = None
    time: str | None = None
    metrics: tuple[str, ...] = ()
    by: str = "day"
    last: int = NEWEST
    tolerance: float | None = None
    experiment: Experiment | None = None
    project: str | None = None
    model: str | None = None


def _targets(store: Store, asked: Asked) -> list[str]:
    """Return what the models learned, which is what a column of actual values may be called."""
    models = store.models(asked.project).records
    return sorted({m.target for m in models if asked.model in (None, m.model_name)} - {""})


def joined(store: Store, asked: Asked) -> Joined:
    """Join what was asked for.

    Raises
    ------
    NotFoundError
        When there is no such log or file.
    DataError
        When nothing matches, or a file is not what it should be.
    UsageError
        When the key's column has to be named.
    """
    return _join(asked, _targets(store, asked))


def _join(asked: Asked, targets: Sequence[str]) -> Joined:
    if asked.actuals is None:
        if not is_log(asked.source) and asked.source.is_file():
            raise UsageError(
                f"{asked.source} is a file of predictions: which actual values belong to them?",
                "name a file of them, and the column that both have: --actuals FILE --key COLUMN",
            )
        return of_log(Log(asked.source))
    if asked.key is None:
        raise UsageError(
            "by which column do the actual values belong to the predictions?",
            "name one that both have: --key COLUMN; of a served log also --key prediction_id",
        )
    wanted = (asked.key, *filter(None, (asked.target,)))
    given = Sheet(asked.actuals, wanted)
    if is_log(asked.source) or not asked.source.is_file():
        log = Log(asked.source)
        return of_log_and_file(
            log, actuals_of(given, asked.key, asked.target, targets, asked.time), asked.key
        )
    sheet = Sheet(asked.source, (asked.key, PREDICTED, VERSION))
    if asked.time and asked.time not in (*sheet.head, *given.head):
        raise DataError(
            f"neither {asked.source} nor {asked.actuals} has a column {asked.time!r}",
            "name another: --time COLUMN",
        )
    known = actuals_of(given, asked.key, asked.target, targets, asked.time)
    return of_files(str(asked.source), predictions_of(sheet, asked.key, asked.time), known)
