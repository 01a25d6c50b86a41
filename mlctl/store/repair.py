"""Mend what ``check`` finds, as far as that can be done without a guess; nothing is removed but caches."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.domain.findings import Finding, mendable
from mlctl.errors import BusyError, MlctlError
from mlctl.store import champion, repair_records
from mlctl.store.check import Told, check
from mlctl.store.check_caches import highest_number
from mlctl.store.check_index import reindex
from mlctl.store.check_known import place
from mlctl.store.check_logs import logs, taken_apart
from mlctl.store.layout import LOG, Layout
from mlctl.store.numbers import last_given
from mlctl.store.pages import GITIGNORE, README
from mlctl.store.repair_aside import keep_copy, set_aside
from mlctl.store.site import Site
from mlctl.store.times import stamp

_ROUNDS = 4
"""A thing that was set aside may uncover another fault: so often at most."""


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing that was done, or would be.

    Attributes
    ----------
    path : str
        To what, relative to the directory that holds the store.
    done : str
        What: the end of the sentence that begins with the path.
    finding : Finding
        Why.
    """

    path: str
    done: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of a repair.

    Attributes
    ----------
    mended : tuple of Mended
    left : tuple of Finding
        What is still found; notes are among it.
    """

    mended: tuple[Mended, ...]
    left: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """One finding to mend."""

    site: Site
    finding: Finding
    now: datetime

    @property
    def path(self) -> Path:
        """What it is about."""
        return place(self.finding.path, self.site)

    @property
    def parts(self) -> tuple[str, ...]:
        """Its path within the store."""
        return self.path.relative_to(self.site.layout.root).parts

    def aside(self, path: Path) -> None:
        """Set a thing aside, if it is still there."""
        if os.path.lexists(path):
            set_aside(self.site, path, f"{self.finding.path} {self.finding.said}", self.now)


def plan(findings: Iterable[Finding], layout: Layout) -> tuple[Mended, ...]:
    """Return what a repair would do about findings, once for each thing."""
    found: dict[tuple[str, str], Mended] = {}
    for finding in mendable(findings):
        step = _STEPS[finding.code]
        target = step.target(layout, layout.root.parent / finding.path)
        path, said = layout.shown(target), _said(step, layout, target)
        found.setdefault((path, said), Mended(path, said, finding))
    return tuple(found.values())


def repair(site: Site, now: datetime, *, told: Told = lambda _: None) -> Repaired:
    """Mend what can be mended, and look again.

    Returns
    -------
    Repaired
        What was done, and what is left.

    Raises
    ------
    BusyError
        When somebody else holds the store's lock for too long, or a training runs in what is to be mended.
    MlctlError
        When the disk refuses; what was done by then stays done, and the repair can be run again.
    """
    mended: dict[tuple[str, str], Mended] = {}
    left = tuple(check(site, told=told))
    for _ in range(_ROUNDS):
        steps = plan(left, site.layout)
        fresh = [step for step in steps if (step.path, step.done) not in mended]
        if not fresh:
            break
        for step in fresh:
            _mend(Work(site, step.finding, now))
            mended[step.path, step.done] = step
        left = tuple(check(site, told=told))
    return Repaired(tuple(mended.values()), left)


def _mend(work: Work) -> None:
    if work.finding.code == "index":
        reindex(work.site)
        return
    with work.site.locked():
        _STEPS[work.finding.code].do(work)


def _aside(work: Work) -> None:
    work.aside(work.path)


def _aside_experiment(work: Work) -> None:
    directory = experiment_of(work.site.layout, work.path)
    if files.is_locked(directory / LOG):
        raise BusyError(f"{directory.name} is still running", "repair when it has ended")
    work.aside(directory)


def experiment_of(layout: Layout, path: Path) -> Path:
    """Return the directory of the experiment that a path belongs to."""
    parts = path.relative_to(layout.root).parts
    return layout.root.joinpath(*parts[:6])


def _record(work: Work) -> None:
    parts = work.parts
    if len(parts) == 7:
        _aside_experiment(work)
    elif parts[2] == "datasets":
        repair_records.set_dataset_aside(work.site, parts[1], work.path, work.finding.said, work.now)
    else:
        work.aside(work.path)
        repair_records.rebuild(work.site, parts[1], parts[3] if len(parts) > 4 else "", work.now)


def _dataset(work: Work) -> None:
    repair_records.set_dataset_aside(work.site, work.parts[1], work.path, work.finding.said, work.now)


def _lines(work: Work) -> None:
    _, project, _, model, *_ = work.parts
    log = next(log for log in logs(work.site, project, model) if log.path == work.path)
    if files.is_locked(work.site.layout.run_lock(project, model)):
        raise BusyError(f"{project}/{model} is being retrained", "repair when it has ended")
    lines = taken_apart(work.site, log)
    torn = b"".join(line + b"\n" for line in lines.torn.values())
    keep_copy(work.site, work.path, torn, work.finding.said, work.now)
    files.write_atomic(work.path, b"".join(line + b"\n" for line in lines.whole))


def _pointer(work: Work) -> None:
    _, project, _, model, *_ = work.parts
    wanted = champion.champion(work.site, project, model)
    if wanted is None:
        work.aside(work.path)
    else:
        files.write_atomic(work.path, f"{wanted}\n")


def _number(work: Work) -> None:
    raise_number(work.site, work.parts[1])


def raise_number(site: Site, project: str, least: int = 0) -> None:
    """Have a project's ``number`` say at least the highest one that anything bears; under the lock."""
    path = site.layout.unlinked(site.layout.number(project))
    try:
        last = last_given(site.layout.project(project))
    except MlctlError:
        last = 0
    highest = max(highest_number(site, project), last, least)
    if highest > last:
        files.write_atomic(path, f"{highest}\n")


def _page(work: Work) -> None:
    is_readme = work.path == work.site.layout.readme
    files.write_atomic(work.path, README.format(made=stamp(work.now)) if is_readme else GITIGNORE)


def _cache(work: Work) -> None:
    files.remove_file(work.path)


def _scores(work: Work) -> None:
    repair_records.restore_scores(work.site, work.path, work.finding.said, work.now)


def _itself(_: Layout, path: Path) -> Path:
    return path


def _whole(layout: Layout, path: Path) -> Path:
    """Return what is moved for a record's sake: an experiment as a whole."""
    parts = path.relative_to(layout.root).parts
    return experiment_of(layout, path) if len(parts) >= 7 else path


@dataclass(frozen=True, slots=True)
class _Step:
    """What is done about a kind of finding, and to what."""

    said: str
    do: Callable[[Work], None]
    target: Callable[[Layout, Path], Path] = _itself


def _said(step: _Step, layout: Layout, target: Path) -> str:
    """Return what is done about a thing: an experiment's record cannot be written anew, so the whole goes."""
    is_experiment = len(target.relative_to(layout.root).parts) == 6
    return _WHOLE.said if step is _STEPS["record"] and is_experiment else step.said


_ASIDE = "set aside in damaged/"
_WHOLE = _Step("set aside in damaged/, whole", _aside_experiment, _whole)

_STEPS = {
    "archive": _Step(_ASIDE, _dataset),
    "cache": _Step("removed: it is made again", _cache),
    "checksum": _WHOLE,
    "evaluations": _Step("given back the scores of its scores.csv", _scores),
    "index": _Step("made anew", _cache),
    "link": _Step("set aside in damaged/, as a link", _aside),
    "missing-file": _WHOLE,
    "missing-page": _Step("written again", _page),
    "number": _Step("raised", _number),
    "pointer": _Step("set to what the events say", _pointer),
    "record": _Step("set aside in damaged/, or written anew from what it holds", _record, _whole),
    "sums": _WHOLE,
    "torn-line": _Step("rid of its torn lines, which are set aside in damaged/", _lines),
    "unexpected-file": _Step(_ASIDE, _aside),
}
"""By the code of the finding: every code whose remedy is ``repair``."""
