"""What a store keeps of training unattended, model by model and for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mlctl.files.held import Held
from mlctl.store import slots, ticks
from mlctl.store.journal import Journal
from mlctl.store.site import Site
from mlctl.store.ticks import Tick


@dataclass(frozen=True, slots=True)
class Retraining:
    """Journals, slots and the cache of what is due."""

    site: Site

    def journal(self, project: str, model: str) -> Journal:
        """Return what is kept of a model's retraining, whether or not there is any."""
        return Journal(self.site, project, model)

    def journals(self) -> tuple[Journal, ...]:
        """Return those of the models that keep a parameters file for retraining, by name."""
        return tuple(ticks.journals(self.site))

    def take_slot(self, most: int, what: str, now: datetime) -> Held | None:
        """Take one of so many slots for retraining at once, if one is free; see ``slots.take``."""
        return slots.take(self.site, most, what, now)

    def known_ticks(self) -> dict[str, Tick]:
        """Return when each model has to be looked at again, as far as that is known."""
        return ticks.read(self.site)

    def keep_ticks(self, known: Mapping[str, Tick]) -> None:
        """Keep when each model has to be looked at again."""
        ticks.write(self.site, known)
