"""The store as the rest of mlctl sees it: one thin face over the modules beside it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mlctl import files
from mlctl.domain.records import Dataset, Experiment, Model, Project, Record
from mlctl.store import opening
from mlctl.store.layout import Layout
from mlctl.store.listing import DamagedRecord, Listing
from mlctl.store.readable import Readable
from mlctl.store.site import Site

if TYPE_CHECKING:
    from mlctl.store.bring import Draft, Known
    from mlctl.store.champion import Event
    from mlctl.store.kept import Kept
    from mlctl.store.open_experiment import OpenExperiment
    from mlctl.store.retraining import Retraining
    from mlctl.store.trash import Removable, Trashed

__all__ = ["DamagedRecord", "Event", "Listing", "OpenExperiment", "Store", "Trashed", "find", "init"]

R = TypeVar("R", bound=Record)

_LATER = {"Event": "champion", "OpenExperiment": "open_experiment", "Trashed": "trash"}


def __getattr__(name: str) -> object:
    """Import what only some commands use when its name is first used."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"mlctl.store.{_LATER[name]}"), name)


def find(
    start: Path, *, explicit: Path | None, environ: Mapping[str, str], command: str = "mlctl"
) -> "Store":
    """Return the store that a command works in; see ``opening.find_root``."""
    return Store(Site(Layout(opening.find_root(start, explicit=explicit, environ=environ)), command))


def init(path: Path, now: datetime) -> tuple["Store", bool]:
    """Return the store in a directory, and whether it was made; see ``opening.make_root``."""
    root, created = opening.make_root(path, now)
    return Store(Site(Layout(root))), created


class Store(Readable):
    """Projects, their models, every experiment, and the data they were trained on, in one directory.

    Reading takes no lock and never waits. Whatever is written appears whole. Times are arguments. Methods
    that a listing does not need import what they call, so that a listing does not pay for it.

    Parameters
    ----------
    site : Site
        Where the store is, and who works in it.
    """

    # Making

    def add_project(self, name: str, description: str, now: datetime) -> tuple[Project, bool]:
        """Return the project of that name, and whether it was made."""
        from mlctl.store import adding

        return adding.add_project(self._site, name, description, now)

    def add_model(self, project: str, name: str, description: str, now: datetime) -> tuple[Model, bool]:
        """Return the model of that name in a project, and whether it was made."""
        from mlctl.store import adding

        return adding.add_model(self._site, project, name, description, now)

    def new_experiment(
        self, model: Model, commit: str | None, now: datetime, **fields: Any
    ) -> "OpenExperiment":
        """Begin an experiment; see ``new_experiment.new_experiment``."""
        from mlctl.store.new_experiment import new_experiment

        return new_experiment(self._site, model, commit, now, fields)

    def known_experiments(self) -> "Known":
        """Return which experiments are in the store or in its trash; see ``bring.known``."""
        from mlctl.store import bring

        return bring.known(self._site)

    def put_drafts(self, model: Model, drafts: "Sequence[Draft]", now: datetime) -> list[Experiment]:
        """Name and place experiments that were built aside; see ``bring.put``."""
        from mlctl.store import bring

        return bring.put(self._site, model, drafts, now)

    def importing(self) -> AbstractContextManager[None]:
        """Keep other imports out for the length of a block; BusyError where one is at work."""
        layout = self._site.layout
        files.make_folder(self._site.tmp)
        return files.lock(layout.import_lock, what=self._site.command, timeout=0.0)

    def add_dataset(self, project: str, record: Dataset, packed: Path | None) -> Dataset:
        """Keep a dataset; see ``datasets.add_dataset``."""
        from mlctl.store import datasets

        return datasets.add_dataset(self._site, project, record, packed)

    def remove_dataset(self, dataset: Dataset, used_by: Callable[[], Sequence[str]], now: datetime) -> str:
        """Move a dataset that nothing uses to the trash; see ``datasets.remove``."""
        from mlctl.store import datasets

        return datasets.remove(self._site, dataset, used_by, now)

    def restore_dataset(self, name: str) -> Path:
        """Take a dataset back from the trash; see ``datasets.restore``."""
        from mlctl.store import datasets

        return datasets.restore(self._site, name)

    def scratch(self) -> AbstractContextManager[Path]:
        """Hand out an empty folder on the store's file system, removed at the end."""
        return files.scratch_folder(self._site.tmp)

    def scratch_for_reading(self) -> AbstractContextManager[Path]:
        """Hand out an empty folder for what is only read, also where the store is read-only."""
        return files.scratch_folder(self._site.tmp_for_reading)

    # Changing

    def update(self, record: R, **changed: Any) -> R:
        """Set fields of a record; ``evaluations`` and ``artifact_file_paths`` are merged."""
        from mlctl.store import changes

        return changes.update(self._site, record, changed)

    def note(self, record: R, text: str, now: datetime) -> R:
        """Leave a remark on a record."""
        from mlctl.store import changes

        return changes.note(self._site, record, text, now)

    def tag(self, record: R, tags: str | Sequence[str], *, remove: bool = False) -> R:
        """Put tags on a record, or take them off."""
        from mlctl.store import changes

        return changes.tag(self._site, record, tags, remove=remove)

    # Removing

    def remove(self, record: "Removable", now: datetime) -> str:
        """Move a thing to the trash, and return its name there."""
        from mlctl.store import trash

        return trash.remove(self._site, record, now)

    def restore(self, name: str) -> Path:
        """Move a thing back; return where it is, relative to the directory that holds the store."""
        from mlctl.store import trash

        return trash.restore(self._site, name)

    def trash_listing(self) -> "tuple[Trashed, ...]":
        """Return what is in the trash and can be restored, the oldest first."""
        from mlctl.store import trash

        return trash.listing(self._site)

    # The experiment in use

    def champion(self, model: Model | Experiment) -> str | None:
        """Return the version id of the experiment in use of a model, or of the one that a try is at."""
        from mlctl.store import champion

        return champion.champion(self._site, model.project_name, model.model_name)

    def champion_stamp(self, model: Model) -> tuple[object, ...]:
        """Return what is equal as long as nobody changed the champion: cheap to ask often."""
        from mlctl.store import champion

        return champion.stamp(self._site, model.project_name, model.model_name)

    def events(self, model: Model) -> "tuple[Event, ...]":
        """Return what became of a model, the oldest first."""
        from mlctl.store import champion

        return champion.events(self._site, model.project_name, model.model_name)

    def record_event(self, model: Model, event: "Event") -> None:
        """Append an event, and have the pointer follow where it changes the champion."""
        from mlctl.store import champion

        champion.record_event(self._site, model.project_name, model.model_name, event)

    def promote(self, model: Model, event: "Event", expected: str | None) -> str:
        """Change the champion, if it still is the one that was expected; see ``champion.promote``."""
        from mlctl.store import champion

        return champion.promote(self._site, model.project_name, model.model_name, event, expected)

    def settle_champion(self, model: Model) -> None:
        """Have the pointer say what the events say."""
        from mlctl.store import champion

        champion.settle(self._site, model.project_name, model.model_name)

    def keep_gate(self, experiment: Experiment, told: Mapping[str, Any]) -> Experiment:
        """Add what a gate found to the record of an experiment that was judged."""
        from mlctl.store import changes

        return changes.keep_gate(self._site, experiment, told)

    def add_report(self, experiment: Experiment, name: str, file: str, data: bytes | str) -> Experiment:
        """Keep what came after an experiment's end; see ``reports.add_report``."""
        from mlctl.store import reports

        return reports.add_report(self._site, experiment, name, file, data)

    # Retraining

    def keep_parameters(self, model: Model, text: str, source: Path, now: datetime) -> bool:
        """Copy the parameters file that retraining reads; see ``kept.keep``."""
        from mlctl.store import kept

        return kept.keep(self._site, model.project_name, model.model_name, text, source, now)

    def kept_parameters(self, model: Model) -> "Kept | None":
        """Return the parameters file that retraining reads, if one is kept."""
        from mlctl.store import kept

        return kept.read(self._site, model.project_name, model.model_name)

    def drop_parameters(self, model: Model) -> bool:
        """Remove the parameters file that retraining reads; return whether there was one."""
        from mlctl.store import kept

        return kept.drop(self._site, model.project_name, model.model_name)

    @property
    def retraining(self) -> "Retraining":
        """Journals, locks and slots of retraining."""
        from mlctl.store.retraining import Retraining

        return Retraining(self._site)

    @staticmethod
    def stamp(now: datetime) -> str:
        """Return a time as records hold it: UTC, RFC 3339 with microseconds and ``Z``."""
        from mlctl.store import times

        return times.stamp(now)
