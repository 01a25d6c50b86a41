"""What the columns, the predictions and the classifier say of the table."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlctl.data.drift_columns import LEAST_ROWS, ColumnDrift
from mlctl.data.findings import names
from mlctl.stats.classifier_test import Auc

CARRIED = 0.9
"""Share of the importance that the important columns carry together."""

NEEDED = 2
"""So many important columns must drift; where there is one only, that one."""

TOLD_APART = 0.6
"""The classifier's area under the curve of which the lower bound must lie above this."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of the table. ``importance`` is empty where all columns count."""

    columns: tuple[ColumnDrift, ...]
    predictions: ColumnDrift | None
    classifier: Auc | None
    importance: Mapping[str, float]
    new_rows: int


@dataclass(frozen=True, slots=True)
class Said:
    """The verdict with its reasons, and the columns that counted."""

    drifted: bool | None
    reasons: tuple[str, ...]
    important: tuple[str, ...]


def verdict(table: Table) -> Said:
    """Judge the table.

    Parameters
    ----------
    table : Table
        The parts, judged.
    """
    important = important_columns([column.column for column in table.columns], table.importance)
    if table.new_rows < LEAST_ROWS:
        reason = f"{table.new_rows:,} new rows: under {LEAST_ROWS} there is no verdict"
        return Said(None, (reason,), important)
    reasons = [*_predictions(table.predictions), *_columns(table, important), *_classifier(table.classifier)]
    if reasons:
        return Said(True, tuple(reasons), important)
    drifted = sum(bool(column.drifted) for column in table.columns)
    return Said(False, (f"{drifted:,} of {len(table.columns):,} columns drifted",), important)


def important_columns(columns: list[str], importance: Mapping[str, float]) -> tuple[str, ...]:
    """Return the columns that carry nine tenths of the importance; all where none is known.

    Parameters
    ----------
    columns : list of str
        The columns compared.
    importance : mapping
        Column to importance; below zero (a shuffled column did better) counts as zero.
    """
    known = {name: max(0.0, importance.get(name, 0.0)) for name in columns}
    left = CARRIED * sum(known.values())
    if left == 0:
        return tuple(columns)
    found = []
    for name in sorted(columns, key=lambda name: -known[name]):
        if left <= 0:
            break
        found.append(name)
        left -= known[name]
    return tuple(found)


def _predictions(predictions: ColumnDrift | None) -> list[str]:
    drifted = predictions is not None and predictions.drifted
    return [f"the predictions drifted: {predictions.change}"] if predictions and drifted else []


def _columns(table: Table, important: tuple[str, ...]) -> list[str]:
    wanted = set(important)
    drifted = [column.column for column in table.columns if column.drifted and column.column in wanted]
    if not drifted or len(drifted) < min(NEEDED, len(important)):
        return []
    what = "important columns" if table.importance else "columns"
    return [f"{len(drifted):,} of {len(important):,} {what} drifted: {names(drifted)}"]


def _classifier(found: Auc | None) -> list[str]:
    if found is None or found.low <= TOLD_APART:
        return []
    return [f"a classifier tells new rows from old ones: AUC {found.auc:.2f}, at least {found.low:.2f}"]
