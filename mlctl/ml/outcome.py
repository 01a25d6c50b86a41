"""What comes of a rung: its scores, its model's file and costs, or why there are none. Plain numbers."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mlctl.ml.latency import Latency
from mlctl.ml.tasks import FoldOutcome, HeldOut, Refit
from mlctl.params.model import Limits

FailureReason = Literal["error", "timeout", "memory", "died", "budget"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rung is.

    Attributes
    ----------
    done, total : int
        Pieces of work: each fold of each point, the refit, and the timing of the model.
    eta_s : float or None
        Seconds left, if the pieces take on as long as so far; None before the first is done.
    """

    done: int
    total: int
    elapsed_s: float
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One line of ``scores.csv``.

    Attributes
    ----------
    fold : int or None
        0 for the first; None for the model fitted on the whole training part.
    split : {"validation", "train", "test"}
        ``validation`` for a fold's, ``train`` and ``test`` for the whole's.
    """

    fold: int | None
    split: Literal["validation", "train", "test"]
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class SearchPoint:
    """One point of a search: its mean and standard deviation over the folds, or why it has none."""

    parameters: dict[str, Any]
    mean: float | None
    std: float | None
    failed: str = ""


@dataclass(frozen=True, slots=True)
class RungSummary:
    """What the rules of the climb need to know of a rung that is over.

    Attributes
    ----------
    folds : tuple of float
        Scores in the primary metric; empty for a rung that failed.
    eligible : bool
        Whether limits allow it to be recommended.
    """

    folds: tuple[float, ...] = ()
    eligible: bool = True


@dataclass(frozen=True, slots=True)
class RungResult:
    """A rung that was climbed.

    Attributes
    ----------
    parameters : dict
        The chosen point, fixed parameters included.
    search : tuple of SearchPoint
        Every point in its order; one where nothing was searched.
    evaluations : dict
        As in :class:`mlctl.domain.records.Experiment`; ``std`` is the sample's, ``latency`` also has
        ``single_row_p95_us``.
    scores : tuple of ScoreRow
        The same scores one by one.
    timings : dict
        Seconds: ``cross_validation_s`` and ``total_s`` by the clock, ``fit_s`` and ``predict_s`` (the
        held-out part) of the model that was kept.
    model_file : str
        Name in the folder.
    model_note : str
        Why it is not a skops file, or which types in it need trust; empty where there is nothing to say.
    eligible : dict
        ``{"ok": bool, "reasons": [str]}``.
    warnings : tuple of str
        Each once, with the number of fits that gave it.
    """

    parameters: dict[str, Any]
    search: tuple[SearchPoint, ...]
    evaluations: dict[str, Any]
    scores: tuple[ScoreRow, ...]
    held_out: HeldOut
    timings: dict[str, float]
    model_file: str
    model_note: str = ""
    eligible: dict[str, Any] = field(default_factory=lambda: {"ok": True, "reasons": []})
    warnings: tuple[str, ...] = ()

    def summary(self, metric: str) -> RungSummary:
        """Return what the rules need to know."""
        return RungSummary(
            tuple(self.evaluations["cross_validation"][metric]["folds"]), bool(self.eligible["ok"])
        )


@dataclass(frozen=True, slots=True)
class RungFailure:
    """A rung that came to nothing.

    Attributes
    ----------
    reason : {"error", "timeout", "memory", "died", "budget"}
        Its own fault; longer than ``limits.rung_minutes``; out of memory; a process died; longer than what
        was left of ``stop.max_minutes``.
    message : str
        One line.
    traceback : str
        For the log.
    """

    reason: FailureReason
    message: str
    traceback: str = ""
    warnings: tuple[str, ...] = ()


def evaluations(folds: Sequence[FoldOutcome], refit: Refit, latency: Latency) -> dict[str, Any]:
    """Return the scores and costs in the form of an experiment's record.

    A metric that some fold does not define is left out of ``cross_validation``: its folds could not be paired
    with other rungs'.
    """
    common = [name for name in folds[0].scores if all(name in fold.scores for fold in folds)]
    return {
        "train": refit.train,
        "cross_validation": {name: _spread([fold.scores[name] for fold in folds]) for name in common},
        "test": refit.test,
        "latency": {
            "single_row_us": latency.single_row_us,
            "single_row_p95_us": latency.single_row_p95_us,
            "batch_row_us": latency.batch_row_us,
        },
        "size": {"model_bytes": refit.saved.bytes},
    }


def _spread(values: list[float]) -> dict[str, Any]:
    return {"mean": statistics.fmean(values), "std": statistics.stdev(values), "folds": values}


def score_rows(folds: Sequence[FoldOutcome], refit: Refit) -> tuple[ScoreRow, ...]:
    """Return every score as a row, fold by fold, then those of the whole."""
    rows = [
        ScoreRow(number, "validation", name, value)
        for number, fold in enumerate(folds)
        for name, value in fold.scores.items()
    ]
    rows += [ScoreRow(None, "train", name, value) for name, value in refit.train.items()]
    rows += [ScoreRow(None, "test", name, value) for name, value in refit.test.items()]
    return tuple(rows)


def eligibility(limits: Limits, latency: Latency, model_bytes: int) -> dict[str, Any]:
    """Judge a model by the limits: the median time of a single row, and the size of its file.

    Returns
    -------
    dict
        ``{"ok": bool, "reasons": [str]}``.
    """
    took, size = latency.single_row_us / 1e3, model_bytes / 1e6
    reasons = []
    if took > limits.latency_ms:
        reasons.append(f"takes {took:.4g} ms for one row, limits.latency_ms is {limits.latency_ms:g}")
    if size > limits.size_mb:
        reasons.append(f"its file has {size:.4g} MB, limits.size_mb is {limits.size_mb:g}")
    return {"ok": not reasons, "reasons": reasons}


def counted(warnings: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return each warning once, with the number of pieces of work that gave it."""
    pieces = list(warnings)
    counts = Counter(line for piece in pieces for line in piece)
    return tuple(f"{line} (in {count} of {len(pieces)} fits)" for line, count in counts.items())
