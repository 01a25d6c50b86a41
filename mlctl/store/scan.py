"""Which records there are, from the directories alone."""

import os
import unicodedata
from collections.abc import Container, Iterator
from pathlib import Path

from mlctl.domain.names import broken_rule
from mlctl.domain.version_id import VersionId
from mlctl.errors import MlctlError
from mlctl.files.trouble import said
from mlctl.store.index import Key
from mlctl.store.layout import DATASET_SUFFIX, META, NUMBER, Layout
from mlctl.store.listing import DamagedRecord


class Scan:
    """A walk through the store.

    Attributes
    ----------
    layout : Layout
        The store's paths.
    damaged : list of DamagedRecord
        What stands where a record should and cannot be looked into.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.damaged: list[DamagedRecord] = []

    def projects(self, only: str | None = None) -> Iterator[tuple[Key, str]]:
        """Yield the key and the record's file of every project, or of one."""
        for name in self._named(self.layout.projects, only):
            folder = self.layout.project(name)
            if not is_memory(folder):
                yield Key("project", name), f"{folder}/{META}"

    def models(self, project: str | None = None, only: str | None = None) -> Iterator[tuple[Key, str]]:
        """Yield the key and the record's file of the models; what is wrong with projects is not noted."""
        for owner in Scan(self.layout)._named(self.layout.projects, project):
            for name in self._named(self.layout.models(owner), only):
                yield Key("model", owner, name), f"{self.layout.model(owner, name)}/{META}"

    def datasets(self, project: str, only: str | None = None) -> Iterator[tuple[Key, str]]:
        """Yield the key and the record's file of a project's datasets."""
        folder = self.layout.datasets(project)
        for entry in self._entries(folder):
            name = entry.name.removesuffix(DATASET_SUFFIX)
            if name != entry.name and not broken_rule(name) and only in {None, name}:
                yield Key("dataset", project, "", name), entry.path

    def experiments(
        self, project: str | None = None, model: str | None = None, known: Container[Key] = ()
    ) -> Iterator[tuple[Key, str]]:
        """Yield the key and the record's file of the experiments; what is wrong with models is not noted.

        Parameters
        ----------
        known : container of Key
            Those whose names need not be looked at again: with 100,000, that is most of the time.
        """
        for key, _ in Scan(self.layout).models(project, model):
            folder = self.layout.experiments(key.project, key.model)
            for entry in self._entries(folder):
                found = Key("experiment", key.project, key.model, entry.name)
                if (found in known or VersionId.parse(entry.name)) and self._is_folder(entry):
                    yield found, f"{entry.path}/{META}"

    def _named(self, folder: Path, only: str | None) -> Iterator[str]:
        """Yield the names of the folders in which users' things are; they are valid names."""
        for entry in self._entries(folder):
            composed = unicodedata.normalize("NFC", entry.name)
            if (only is not None and composed != only) or broken_rule(composed):
                continue
            if composed != entry.name:
                self.note(entry.path, "its name is not in the composed form of Unicode (NFC): rename it")
            elif self._is_folder(entry):
                yield entry.name

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        if entry.is_symlink():
            self.note(entry.path, "it is a link, which a store does not follow")
            return False
        return entry.is_dir(follow_symlinks=False)

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        """Return what is in a folder; nothing where there is none, or where it cannot be read."""
        try:
            with os.scandir(self.layout.unlinked(folder)) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except NotADirectoryError:
            self.note(folder, "it is no directory")
        except OSError as error:
            self.note(folder, said(error, "read", folder).message)
        except MlctlError as error:
            self.note(folder, error.message)
        return []

    def note(self, path: str | Path, reason: str) -> None:
        """Keep what is wrong with a path."""
        self.damaged.append(DamagedRecord(self.layout.shown(Path(path)), reason))


def is_memory(folder: Path) -> bool:
    """Tell whether a project's directory is what a removed project left: its number, and nothing else."""
    try:
        return [entry.name for entry in folder.iterdir()] == [NUMBER]
    except OSError:
        return False
