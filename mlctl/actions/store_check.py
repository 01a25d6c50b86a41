"""``mlctl store check`` and ``repair``: what is wrong, and what is done about it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from mlctl.actions import locate
from mlctl.domain.findings import Finding, faults, mendable
from mlctl.store import check as checking
from mlctl.store import check_index
from mlctl.store import repair as repairing
from mlctl.store.repair import Mended
from mlctl.store.store import Store

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    things : int
        Experiments and datasets that were looked at.
    """

    findings: tuple[Finding, ...]
    things: int

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Those for which the store is not in order."""
        return faults(self.findings)

    @property
    def mendable(self) -> tuple[Finding, ...]:
        """Those that ``store repair`` mends."""
        return mendable(self.findings)


def check(
    store: Store,
    refs: Sequence[str] = (),
    project: str | None = None,
    model: str | None = None,
    *,
    quick: bool = False,
    told: Told = lambda _: None,
) -> Checked:
    """Look over a store, or over the experiments that references name and their data.

    Raises
    ------
    NotFoundError
        When a reference names nothing, or several things.
    """
    only = [locate.experiment(store, ref, project, model) for ref in refs]
    seen: list[str] = []

    def count(path: str) -> None:
        seen.append(path)
        told(path)

    findings = tuple(checking.check(store.site, quick=quick, only=only, told=count))
    return Checked(findings, len(seen))


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did, or would do, and what it leaves."""

    mended: tuple[Mended, ...]
    left: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document."""
        rows = [
            {"path": m.path, "done": m.done, "code": m.finding.code, "said": m.finding.said}
            for m in self.mended
        ]
        return {"repaired": rows, "left": [asdict(finding) for finding in self.left]}


def repair_plan(store: Store, *, told: Told = lambda _: None) -> Repair:
    """Return what a repair would do; nothing is changed."""
    findings = tuple(checking.check(store.site, told=told))
    left = tuple(finding for finding in findings if finding.remedy != "repair")
    return Repair(repairing.plan(findings, store.site.layout), left)


def repair(store: Store, now: datetime, *, told: Told = lambda _: None) -> Repair:
    """Mend what can be mended; see :func:`mlctl.store.repair.repair`."""
    done = repairing.repair(store.site, now, told=told)
    return Repair(done.mended, done.left)


def reindex(store: Store) -> tuple[int, bool]:
    """Make the index anew; return how many records it may hold, and whether it could be written."""
    return check_index.reindex(store.site), store.site.layout.index.is_file()
