"""Experiments on their way into the store, many at a time: one sync for all of them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mlctl.domain.records import Experiment, Model
from mlctl.store.bring import Draft
from mlctl.store.store import Store

MOST, MOST_BYTES = 100, 256_000_000
"""Experiments, and bytes of theirs, that are built before they are put in place: so much a crash may cost."""


class Batch:
    """What was built and is not in place yet.

    Parameters
    ----------
    place : Path
        Where it is built: a scratch folder of the store.
    arrived : callable
        Takes each experiment that is in place.
    """

    def __init__(
        self, store: Store, place: Path, now: datetime, arrived: Callable[[Experiment], None]
    ) -> None:
        self.place = place
        self._store, self._now, self._arrived = store, now, arrived
        self._model: Model | None = None
        self._drafts: list[tuple[Draft, bool]] = []
        self._bytes = 0

    def add(self, model: Model, draft: Draft, *, deleted: bool) -> None:
        """Take an experiment that was built; a deleted one goes on to the trash."""
        if self._model is not None and self._model.model_id != model.model_id:
            self.flush()
        self._model = model
        self._drafts.append((draft, deleted))
        self._bytes += draft.bytes
        if len(self._drafts) >= MOST or self._bytes >= MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Put everything in place.

        Raises
        ------
        NotFoundError
            When the model was removed meanwhile.
        MlctlError
            When the disk does not take it.
        """
        drafts, self._drafts, self._bytes = self._drafts, [], 0
        if not drafts or self._model is None:
            return
        made = self._store.put_drafts(self._model, [draft for draft, _ in drafts], self._now)
        for experiment, (_, deleted) in zip(made, drafts, strict=True):
            if deleted:
                self._store.remove(experiment, self._now)
            else:
                self._arrived(experiment)
