"""What the methodology checks say of an experiment, from what the store holds of it.

The records alone say most of it. What needs the held-out predictions or a report imports numpy, and only
where there are any.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlctl.actions import insight_files
from mlctl.domain.checks import Check, from_warnings, muted
from mlctl.domain.measured_checks import more_rows_help, useless_columns
from mlctl.domain.method_checks import Z95, HeldOut, dummy_of, judge, tolerated_by
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment
from mlctl.domain.search_edge import Point, at_edge
from mlctl.errors import MlctlError
from mlctl.files import read_bytes_limited
from mlctl.store.store import Store

if TYPE_CHECKING:
    from mlctl.actions.checks_held_out import HeldOutLook

LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say.

    Attributes
    ----------
    found : tuple of Check
        Those that speak, by code.
    muted : tuple of Check
        Those that the parameters file mutes.
    warnings : tuple of str
        The experiment's warnings that are no checks.
    unread : tuple of str
        What could not be read, and was therefore not looked at.
    interval : tuple of (float, float) or None
        The 95 % interval of the held-out score in the primary metric, where it can be given.
    """

    found: tuple[Check, ...] = ()
    muted: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    interval: tuple[float, float] | None = None


def checks_of(store: Store, experiment: Experiment, peers: Sequence[Experiment]) -> tuple[Check, ...]:
    """Return the checks that speak of an experiment; see :func:`checked`."""
    return checked(store, experiment, peers).found


def checked(store: Store, experiment: Experiment, peers: Sequence[Experiment]) -> Checked:
    """Look at an experiment; nothing is trained, predicted or written.

    Parameters
    ----------
    peers : sequence of Experiment
        All of its model: among them are its ladder's dummy and its simpler rungs.
    """
    of_data, warnings = from_warnings(experiment.warnings)
    unread: list[str] = []
    found = list(of_data)
    held_out = None
    if experiment.status == "finished" and experiment.rung != "dummy" and experiment.metric in METRICS:
        look = _predictions(store, experiment, unread)
        if look is not None:
            held_out = look.held_out
            found = [*look.with_recall(of_data), *look.checks()]
        found += judge(experiment, peers, held_out)
        found += _of_files(store, experiment, peers, unread)
    speaking, silent = muted(_each_once(found), _mute(store, experiment, unread))
    interval = _interval(held_out, experiment.metric)
    return Checked(speaking, silent, warnings, tuple(dict.fromkeys(unread)), interval)


def _each_once(found: Sequence[Check]) -> list[Check]:
    """Leave out what would be said twice under one code: the data's word comes first."""
    return list({(one.code, one.figure): one for one in found}.values())


def _interval(held_out: HeldOut | None, metric: str) -> tuple[float, float] | None:
    if held_out is None or held_out.score is None or held_out.standard_error is None:
        return None
    half = Z95 * held_out.standard_error
    upper = held_out.score + half
    return held_out.score - half, min(1.0, upper) if METRICS[metric].bounded else upper


def _predictions(store: Store, experiment: Experiment, unread: list[str]) -> "HeldOutLook | None":
    if not experiment.artifact_file_paths.get("predictions"):
        return None
    from mlctl.actions import checks_held_out  # noqa: PLC0415 - it brings numpy, which records do without

    try:
        look = checks_held_out.look_at(store, experiment)
    except MlctlError as error:
        unread.append(error.message)
        return None
    unread += [look.predictions.note] if look.predictions.note else []
    return look


def _of_files(
    store: Store, experiment: Experiment, peers: Sequence[Experiment], unread: list[str]
) -> list[Check]:
    """Return what the points of the search and the reports say."""
    tolerated = tolerated_by(experiment, dummy_of(experiment, peers))
    points = _search(store, experiment, unread)
    found = [at_edge(experiment.parameters, points, experiment.metric, tolerated)]
    known = insight_files.kept(store, experiment)
    found += [useless_columns(known.importance, tolerated)] if known.importance else []
    found += [more_rows_help(known.curve, tolerated)] if known.curve else []
    return [one for one in found if one]


def _search(store: Store, experiment: Experiment, unread: list[str]) -> list[Point]:
    file = experiment.artifact_file_paths.get("search")
    if not file:
        return []
    path = store.experiment_directory(experiment) / file
    try:
        rows = csv.DictReader(io.StringIO(read_bytes_limited(path, LARGEST).decode(), newline=""))
        return [_point(row, experiment.metric) for row in rows]
    except (MlctlError, ValueError, KeyError, TypeError, csv.Error) as error:
        unread.append(f"{store.relative(path)} cannot be read: {error}")
        return []


def _point(row: dict[str, str], metric: str) -> Point:
    said = {"failed", metric, f"{metric}_std"}
    mean = float(row[metric]) if row[metric] else None
    return Point({name: value for name, value in row.items() if name not in said}, mean)


def _mute(store: Store, experiment: Experiment, unread: list[str]) -> tuple[str, ...]:
    name = experiment.artifact_file_paths.get("parameters")
    if not name:
        return ()
    try:
        section = store.read_yaml(store.experiment_directory(experiment) / name).get("checks")
    except MlctlError as error:
        unread.append(error.message)
        return ()
    codes = section.get("mute") if isinstance(section, dict) else None
    return tuple(map(str, codes)) if isinstance(codes, list) else ()
