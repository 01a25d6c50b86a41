"""``mlctl store merge`` and ``migrate``: two machines' stores as one, and an older format as the newest."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl.errors import NotFoundError
from mlctl.store import merge as merging
from mlctl.store import migrate as migrating
from mlctl.store.layout import DEFAULT_NAME
from mlctl.store.merge import Merged
from mlctl.store.migrate import Migrated
from mlctl.store.store import Store, find


def merge(
    store: Store,
    other: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> Merged:
    """Bring what another store has; see :func:`mlctl.store.merge.merge`.

    Parameters
    ----------
    other : Path
        The other store, or the directory that holds it.

    Raises
    ------
    NotFoundError
        When there is no store.
    DamagedError
        When it was written by a newer mlctl.
    """
    return merging.merge(store.site, _opened(other).site, now, dry_run=dry_run, told=told)


def _opened(path: Path) -> Store:
    for place in (path, path / DEFAULT_NAME):
        try:
            return find(place, explicit=place, environ={})
        except NotFoundError:
            continue
    raise NotFoundError(f"{path} is no store", "name the directory with FORMAT in it: mlctl store merge DIR")


def to_dict(merged: Merged) -> dict[str, Any]:
    """Return the JSON document of a merge."""
    pairs = [{"was": was, "model_version_id": becomes} for was, becomes in merged.experiments]
    return {
        "experiments": pairs,
        "renumbered": [{"was": was, "model_version_id": becomes} for was, becomes in merged.renumbered],
        "datasets": [{"was": was, "dataset": becomes} for was, becomes in merged.datasets],
        "projects": list(merged.projects),
        "models": list(merged.models),
        "events": merged.events,
        "here": merged.here,
        "skipped": [asdict(one) for one in merged.skipped],
    }


def migrate(store: Store) -> Migrated:
    """Bring a store to the newest format; see :func:`mlctl.store.migrate.migrate`."""
    return migrating.migrate(store.site)
