"""Which records there are, from the directories alone."""

import os
import stat
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlctl.domain.names import broken_rule
from mlctl.domain.version_id import VersionId
from mlctl.errors import MlctlError
from mlctl.files.trouble import said
from mlctl.store.index import Key
from mlctl.store.index_tables import LARGEST_INTEGER
from mlctl.store.layout import DATASET_SUFFIX, META, NUMBER, Layout
from mlctl.store.listing import DamagedRecord

_TYPE = 0o170000


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

    def experiments(self, project: str | None = None, model: str | None = None) -> Iterator[tuple[Key, str]]:
        """Yield the key and the record's file of the experiments; what is wrong with models is not noted."""
        for key, _ in Scan(self.layout).models(project, model):
            folder = self.layout.experiments(key.project, key.model)
            for name in self._versions(folder):
                if VersionId.parse(name):
                    yield Key("experiment", key.project, key.model, name), f"{folder}/{name}/{META}"

    def walk(self, project: str, model: str) -> "Walk":
        """Return the stamps of a model's experiments.

        One stat a file: a changed record shows in nothing else, since a person may have edited it in place.
        """
        folder = self.layout.experiments(project, model)
        names = self._versions(folder)
        stamps = _stamps(folder, names) if names else []
        found = {name: stamp for name, stamp in zip(names, stamps, strict=True) if stamp is not None}
        for name, stamp in zip(names, stamps, strict=True) if len(found) < len(names) else ():
            if stamp is None and VersionId.parse(name):
                self._note_missing(folder / name)
        return Walk(project, model, found)

    def _versions(self, folder: Path) -> list[str]:
        """Return the names of the directories in a folder of experiments, those that are none among them."""
        entries = self._entries(folder)
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        for entry in entries if len(names) < len(entries) else ():
            if entry.is_symlink() and VersionId.parse(entry.name):
                self._is_folder(entry)
        return names

    def _note_missing(self, directory: Path) -> None:
        path = directory / META
        if os.path.lexists(path):
            self.note(path, "it is no regular file")
        elif directory.exists():  # else the whole was removed while this looked
            self.note(path, "it is missing")

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


@dataclass(frozen=True, slots=True)
class Walk:
    """What one look at a model's experiments found.

    Attributes
    ----------
    stamps : dict
        Time, size and inode of the records' files (see :class:`mlctl.store.index.Stamp`) by the name of their
        directory, which may be that of no experiment.
    """

    project: str
    model: str
    stamps: dict[str, tuple[int, int, int]]

    @property
    def fingerprint(self) -> str:
        """A text that another walk gives only where names and stamps are the same.

        Python's hash of whole numbers is a fixed function of 64 bits (xxHash); another version's would only
        cost a comparison stamp by stamp.
        """
        names = zlib.crc32("/".join(self.stamps).encode(errors="surrogateescape"))
        return f"{len(self.stamps)} {names} {hash(tuple(self.stamps.values()))}"


def _stamps(folder: Path, names: list[str]) -> list[tuple[int, int, int] | None]:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # removed while this looked
        return [None] * len(names)
    try:
        return [_stamp(f"{name}/{META}", handle) for name in names]
    finally:
        os.close(handle)


def _stamp(path: str, folder: int) -> tuple[int, int, int] | None:
    """Return what :class:`Stamp` holds as a bare tuple: of 100,000 the name costs as much as the look."""
    try:
        found = os.stat(path, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    if found.st_mode & _TYPE != stat.S_IFREG:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino & LARGEST_INTEGER


def is_memory(folder: Path) -> bool:
    """Tell whether a project's directory is what a removed project left: its number, and nothing else."""
    try:
        return [entry.name for entry in folder.iterdir()] == [NUMBER]
    except OSError:
        return False
