"""When each model has to be looked at again: a cache, so that a tick with nothing due reads one file.

An entry holds as long as the model's parameters and journal are the files that it was made from, and only for
times from the one at which it was made: where the clock was set back, it is made anew.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlctl import __version__, files
from mlctl.domain.json_text import parsed
from mlctl.errors import MlctlError
from mlctl.store.journal import Journal
from mlctl.store.site import Site
from mlctl.store.times import stamp

_LARGEST = 64_000_000
_FIELDS = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """What is known of one model.

    Attributes
    ----------
    stamps : list
        Of the parameters and the journal, as :meth:`mlctl.store.journal.Journal.stamps` gives them.
    since, until : str
        The time at which it was found out, and the first at which there may be something to do; an empty
        ``until`` means that nothing ever is.
    ping : str
        The dead man's switch to call all the same, as the parameters file has it; empty without one.
    """

    stamps: list[Any]
    since: str
    until: str
    ping: str = ""

    def holds(self, stamps: list[Any], now: str) -> bool:
        """Tell whether there is nothing to do at this time."""
        return self.stamps == stamps and self.since <= now and (not self.until or now < self.until)


def read(site: Site) -> dict[str, Tick]:
    """Return what is known, by ``PROJECT/MODEL``; nothing where the cache is missing or of no use."""
    try:
        tree = parsed(files.read_bytes_limited(site.layout.ticks, _LARGEST))
        known = tree["models"] if tree["version"] == __version__ else {}
        return {label: Tick(*entry) for label, entry in known.items() if _is_entry(entry)}
    except (MlctlError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _is_entry(entry: Any) -> bool:
    texts = isinstance(entry, list) and len(entry) == _FIELDS and all(isinstance(e, str) for e in entry[1:])
    return texts and isinstance(entry[0], list)


def write(site: Site, known: Mapping[str, Tick]) -> None:
    """Replace the cache; a store that cannot be written does without."""
    models = {label: [tick.stamps, tick.since, tick.until, tick.ping] for label, tick in known.items()}
    with suppress(MlctlError):
        files.write_atomic(site.layout.ticks, json.dumps({"version": __version__, "models": models}))


def tick(journal: Journal, now: datetime, until: datetime | None, ping: str = "") -> Tick:
    """Return the entry of a model that has nothing to do before a time, or ever."""
    return Tick(_plain(journal.stamps()), stamp(now), stamp(until) if until else "", ping)


def is_quiet(journal: Journal, known: Mapping[str, Tick], now: datetime) -> bool:
    """Tell whether nothing can be due for a model, from the cache alone."""
    entry = known.get(journal.label)
    return entry is not None and entry.holds(_plain(journal.stamps()), stamp(now))


def journals(site: Site) -> Iterator[Journal]:
    """Give the models that keep a parameters file for retraining, by name."""
    layout = site.layout
    for project in _names(layout.projects):
        for model in _names(layout.models(project)):
            if layout.retrain_params(project, model).is_file():
                yield Journal(site, project, model)


def _names(folder: os.PathLike[str]) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(e.name for e in found if e.is_dir(follow_symlinks=False) and e.name[0] != ".")
    except OSError:
        return []


def _plain(stamps: tuple[Any, ...]) -> list[Any]:
    return [None if one is None else list(one) for one in stamps]
