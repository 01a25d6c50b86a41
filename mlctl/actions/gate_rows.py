"""The rows that the gate scores: held out from the challenger, and unseen by the champion.

With a time column, the rows later than the last one that either was trained on. Else the challenger's
held-out rows without those that either was trained on; with groups, also without those of a group that the
champion was trained on. A row is known by the hash of its features that each training records.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlctl.actions.contenders import Challenger, Contender
from mlctl.actions.prepare import identity
from mlctl.errors import GateStoppedError
from mlctl.ml.hashing import row_hashes

Positions = NDArray[np.int64]

ALIKE = 0.05
"""Share of held-out rows equal to a training row above which equal rows are no copies of one row.

A table of few, coarse columns has many; leaving out all that equal a training row would leave none.
"""

LEAST_WEEKS = 30
"""Blocks are weeks from so many on, else days: a bootstrap of fewer blocks is unreliable."""

SKETCH = 64
"""Hashes that are kept of a holdout: the smallest ones, by which two holdouts are told to overlap."""


@dataclass(frozen=True, slots=True)
class Holdout:
    """The rows that a gate scored.

    Attributes
    ----------
    fingerprint : str
        sha256 over the sorted 64-bit hashes of what names the rows (the key, else the content).
    rows : int
        Their number.
    said : str
        Which they are, as a clause.
    sketch : tuple of int
        The smallest hashes, at most 64 of them: a sample that two holdouts share as far as they overlap.
    """

    fingerprint: str
    rows: int
    said: str
    sketch: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what an event keeps of it."""
        return {
            "fingerprint": self.fingerprint,
            "rows": self.rows,
            "said": self.said,
            "sketch": list(self.sketch),
        }


@dataclass(frozen=True, slots=True)
class GateRows:
    """Positions, in the challenger's frame, and how the rows hang together.

    Attributes
    ----------
    blocks : ndarray or None
        The number of each row's block; None where the rows count one by one.
    unit : str
        What a block is called.
    """

    positions: Positions
    holdout: Holdout
    blocks: NDArray[Any] | None
    unit: str = "day"


def choose(ours: Challenger, champion: Contender | None) -> GateRows:
    """Return the rows to score.

    Parameters
    ----------
    champion : Contender or None
        None for a first champion: the challenger's held-out rows.

    Raises
    ------
    GateStoppedError
        When the champion's data have no time, and the challenger's do.
    """
    if ours.prepared.split.method == "time":
        rows, said = _later(ours, champion)
    else:
        rows, said = _unseen(ours, champion)
    blocks, unit = _blocks(ours, rows)
    return GateRows(rows, _holdout(ours, rows, said), blocks, unit)


def _later(ours: Challenger, champion: Contender | None) -> tuple[Positions, str]:
    times = ours.prepared.examination.aside["time"]
    cutoffs = [ours.until] + ([champion.until] if champion else [])
    if any(cutoff is None for cutoff in cutoffs):
        assert champion  # noqa: S101  # a time split has a time
        raise GateStoppedError(
            f"the champion {champion.experiment.model_version_id} was trained without the time column "
            f"{ours.prepared.parameters.data.time!r}: which rows came after cannot be told",
            "train a challenger without data.time, or replace the champion with --force --reason",
        )
    try:
        cutoff = max(cutoffs)
        rows = ours.held_out[(times.iloc[ours.held_out] > cutoff).to_numpy()]
    except TypeError as error:  # a time with a zone and one without
        raise GateStoppedError(
            f"the times of champion and challenger cannot be compared: {error}", "write both in one form"
        ) from error
    return rows, f"later than {cutoff}, the last row that {'either' if champion else 'it'} was trained on"


def _unseen(ours: Challenger, champion: Contender | None) -> tuple[Positions, str]:
    rows = ours.held_out
    ours_too = np.isin(ours.hashes(rows), ours.seen)
    sides: list[Contender] = [ours, *([champion] if champion else [])]
    if ours_too.mean() > ALIKE:
        out = np.any([_counted(side, rows) for side in sides], axis=0)
        how = "equal rows are counted, not told apart"
    else:
        out = np.any([np.isin(side.hashes(rows), side.seen) for side in sides], axis=0)
        how = ""
    if champion and champion.groups:
        out |= ours.prepared.examination.aside["group"].iloc[rows].isin(champion.groups).to_numpy()
    left = (
        f"{int(out.sum()):,} that {'either' if champion else 'it'} was trained on left out"
        if out.any()
        else ""
    )
    by = "its own held-out rows" if not champion else "the challenger's held-out rows"
    return rows[~out], ", ".join(filter(None, (by, left, how)))


def _counted(side: Contender, rows: Positions) -> NDArray[np.bool_]:
    """Tell of each row whether it must be one of the training rows that are equal to it.

    Of equal rows, so many are taken for training rows as were trained on beyond those that are not among
    ``rows``.
    """
    everywhere = np.arange(len(side.problem.frame), dtype=np.int64)
    hashes = pd.Series(side.hashes(rows))
    trained = pd.Series(side.seen).value_counts()
    elsewhere = pd.Series(side.hashes(np.setdiff1d(everywhere, rows))).value_counts()
    surplus = hashes.map(trained).fillna(0) - hashes.map(elsewhere).fillna(0)
    taken: NDArray[np.bool_] = (hashes.groupby(hashes).cumcount() < surplus).to_numpy()
    return taken


def _holdout(ours: Challenger, rows: Positions, said: str) -> Holdout:
    names = identity(ours.prepared.parameters, ours.record.table, ours.prepared.examination)
    hashes = np.sort(row_hashes(names.iloc[rows]).astype("<u8"))
    sketch = tuple(int(value) for value in np.unique(hashes >> np.uint64(32))[:SKETCH])
    return Holdout(hashlib.sha256(hashes.tobytes()).hexdigest(), len(rows), said, sketch)


def _blocks(ours: Challenger, rows: Positions) -> tuple[NDArray[Any] | None, str]:
    aside, data = ours.prepared.examination.aside, ours.prepared.parameters.data
    by_time = ours.prepared.split.method == "time" or (data.time and not data.group)
    if by_time:
        return time_blocks(aside["time"].iloc[rows])
    if data.group:
        return pd.factorize(aside["group"].iloc[rows], use_na_sentinel=False)[0], "group"
    return None, "day"


def time_blocks(times: pd.Series) -> tuple[NDArray[Any], str]:
    """Return the block of each row: its week or, where these are fewer than 30, its day.

    Times that are no dates are cut into runs of about √n rows.
    """
    if times.dtype.kind != "M":
        order = np.argsort(np.argsort(times.to_numpy(), kind="stable"), kind="stable")
        return order // max(1, round(len(times) ** 0.5)), "run"
    naive = times.dt.tz_localize(None) if times.dt.tz is not None else times
    days = naive.to_numpy().astype("datetime64[D]").astype(np.int64)
    weeks = (days + 3) // 7  # 1970-01-01 was a Thursday: weeks begin on Monday
    return (weeks, "week") if len(np.unique(weeks)) >= LEAST_WEEKS else (days, "day")


def overlap(now: Sequence[int], rows: int, before: Sequence[int], rows_before: int) -> float:
    """Return which share of a holdout was in an earlier one, estimated from their sketches.

    The smallest hashes of both together are a random sample of their union; the share of them that both have
    estimates the Jaccard index (Broder 1997), and with the sizes the share of the rows.
    """
    together = sorted({*now, *before})[:SKETCH]
    if not together or not rows:
        return 0.0
    both = {*now} & {*before}
    jaccard = sum(value in both for value in together) / len(together)
    return min(1.0, jaccard * (rows + rows_before) / (1 + jaccard) / rows)
