"""``SHA256SUMS``: what an experiment's files were when it finished."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from mlctl import files
from mlctl.errors import DamagedError, NotFoundError
from mlctl.store.layout import META, REPORTS, SUMS
from mlctl.store.record_files import LARGEST

_LEFT_OUT = {META, SUMS, REPORTS}


def write_sums(directory: Path) -> None:
    """Write the checksums of every file that stands in an experiment's directory."""
    files.write_atomic(directory / SUMS, sums_text(directory))


def sums_text(directory: Path) -> str:
    """Return the checksums of every file that stands in an experiment's directory."""
    return files.sha256sums(directory, sorted(_names(directory)))


def _names(directory: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(directory):
        place = Path(folder)
        if place == directory:
            folders[:] = [name for name in folders if name not in _LEFT_OUT]
            names = [name for name in names if name not in _LEFT_OUT]
        for name in names:
            if not name.startswith(files.ASIDE) and not (place / name).is_symlink():
                yield (place / name).relative_to(directory).as_posix()


def verify(directory: Path, shown: str, named: Iterable[str] = ()) -> None:
    """Check every file of a finished experiment.

    Parameters
    ----------
    directory : Path
        The experiment's.
    shown : str
        What to call it in an error.
    named : iterable of str
        Paths that its record names: the files among them must have a checksum.

    Raises
    ------
    DamagedError
        Naming each file that is missing, not as it was, behind a link, or without a checksum.
    """
    try:
        recorded = files.read_bytes_limited(directory / SUMS, LARGEST).decode(errors="replace")
    except NotFoundError:
        raise DamagedError(f"{shown} has no {SUMS}", "only finished experiments have one") from None
    sums = files.parse_sums(recorded)
    wrong = [
        f"{name}: {reason}" for name, digest in sums.items() if (reason := _wrong(directory, name, digest))
    ]
    known = {PurePosixPath(name) for name in sums}
    wrong += [
        f"{name}: stands in no {SUMS}"
        for name in named
        if PurePosixPath(name) not in known and files.is_regular(directory / name)
    ]
    if wrong:
        raise DamagedError(
            f"{shown} is not as it was when it finished: {wrong[0]}",
            "restore it from a copy of the store",
            tuple(wrong),
        )


def _wrong(directory: Path, name: str, digest: str) -> str:
    path = directory / name
    if ".." in PurePosixPath(name).parts or not path.is_relative_to(directory):
        return "leads out of the experiment"
    if not files.is_regular(path) or any(folder.is_symlink() for folder in _between(path, directory)):
        return "is missing"
    return "" if files.sha256(path) == digest else "has another checksum"


def _between(path: Path, directory: Path) -> Iterator[Path]:
    """Yield the folders on the way from an experiment's directory to a file in it."""
    return (parent for parent in path.parents if parent != directory and parent.is_relative_to(directory))
