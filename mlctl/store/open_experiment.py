"""An experiment while it runs: what its process writes, and how it ends."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from mlctl import files
from mlctl.domain.records import Experiment, Status
from mlctl.store.layout import LOG, META, SUMS
from mlctl.store.record_files import read_tree, record_tree, write_tree
from mlctl.store.sums import write_sums

_OURS = {name.casefold() for name in (META, LOG, SUMS)}


def place_within(directory: Path, name: str) -> Path:
    """Return where an artifact goes in an experiment's directory; its folder is made.

    Raises
    ------
    ValueError
        When the name leads out of the directory, or is one that the store writes itself.
    """
    parts = PurePosixPath(name).parts
    # Where a file system ignores case, META.YAML is meta.yaml.
    is_ours = PurePosixPath(name).as_posix().casefold() in _OURS
    if not parts or ".." in parts or PurePosixPath(name).is_absolute() or is_ours:
        raise ValueError(f"no artifact may be called {name!r}")
    path = directory.joinpath(*parts)
    files.make_folder(path.parent)
    return path


class OpenExperiment:
    """A running experiment. As a context, it closes itself.

    When its process dies, or closes it without an end, every reader sees it as interrupted.

    Attributes
    ----------
    experiment : Experiment
        The record, as it stands on disk.
    directory : Path
        The experiment's.
    """

    def __init__(self, experiment: Experiment, directory: Path, log: files.HeldLog) -> None:
        self.experiment = experiment
        self.directory = directory
        self._log = log

    def path(self, name: str) -> Path:
        """Return where an artifact goes, such as ``plots/roc.png``; its folder is made.

        Raises
        ------
        ValueError
            When the name leads out of the directory, or is one that the store writes itself.
        """
        return place_within(self.directory, name)

    def write(self, name: str, data: bytes | str) -> Path:
        """Write an artifact, and return its path."""
        path = self.path(name)
        files.write_atomic(path, data)
        return path

    def write_via(self, name: str) -> AbstractContextManager[Path]:
        """Hand out a path to write an artifact to; it appears when the block ends well."""
        return files.write_via(self.path(name))

    def log(self, line: str) -> None:
        """Add a line to ``log.txt``."""
        self._log.write(f"{line}\n")

    def beat(self) -> None:
        """Show other machines that this still runs; to be called every few minutes."""
        self._log.touch()

    def save(self, **fields: Any) -> None:
        """Set fields of the record while it runs: whoever reads it sees them, also when it never ends.

        Raises
        ------
        UsageError
            When the record cannot hold what it is given.
        MlctlError
            When the disk does not take it, or the experiment was removed.
        """
        wanted, tree = self._ended("running", fields)
        path = self.directory / META
        write_tree(path, read_tree(path) | tree)  # what says which process it is stays
        self.experiment = wanted

    def finish(self, **fields: Any) -> Experiment:
        """End well. The artifacts are there already; their checksums come next, the record last.

        No lock is taken. When it raises, the experiment is still open, and may be failed or interrupted.

        Parameters
        ----------
        **fields
            Of the record, to set.

        Raises
        ------
        UsageError
            When the record cannot hold what it is given.
        MlctlError
            When the disk does not take it.
        """
        ended, tree = self._ended("finished", fields)
        self._log.sync()
        write_sums(self.directory)
        write_tree(self.directory / META, tree)
        self.experiment = ended
        self._log.close()
        return ended

    def fail(self, reason: str, message: str, **fields: Any) -> Experiment:
        """End with an error; it is closed whatever happens.

        Parameters
        ----------
        reason : str
            One word: ``error``, ``timeout``, ``memory``, ``died``, …
        message : str
            What happened.
        **fields
            Of the record, to set.
        """
        return self._stop("failed", fields | {"error": {"reason": reason, "message": message}})

    def interrupt(self, message: str, **fields: Any) -> Experiment:
        """End because somebody stopped it; it is closed whatever happens.

        One that has ended already stays as it is: Ctrl-C may come at any moment.
        """
        return self._stop("interrupted", fields | {"error": {"reason": "interrupted", "message": message}})

    def close(self) -> None:
        """Let go of it without an end: from here on it is read as interrupted, unless it has ended."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stop(self, status: Status, fields: dict[str, Any]) -> Experiment:
        if self._log.is_closed or self.experiment.status != "running":
            self.close()
            return self.experiment
        try:
            self.experiment, tree = self._ended(status, fields)
            self._log.sync()
            write_tree(self.directory / META, tree)
        finally:
            self._log.close()
        return self.experiment

    def _ended(self, status: Status, fields: dict[str, Any]) -> tuple[Experiment, dict[str, Any]]:
        wanted = replace(self.experiment, **fields, status=status)
        tree = record_tree(Experiment, wanted.to_dict())
        placed = {name: getattr(wanted, name) for name in Experiment.PLACED}
        return Experiment.from_dict(tree, **placed), tree
