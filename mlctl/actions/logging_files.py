"""Copies of a script's files inside its experiment."""

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from mlctl import files
from mlctl.errors import UsageError


def copied(source: Path, where: PurePosixPath, path_of: Callable[[str], Path]) -> dict[str, str]:
    """Copy a file, or a folder with all that is in it, and return the copies' places as names and paths.

    Parameters
    ----------
    source : Path
        The file or folder. Links in a folder are passed over: they may lead anywhere.
    where : PurePosixPath
        The folder within the experiment.
    path_of : callable
        Makes a place within the experiment.

    Raises
    ------
    UsageError
        When there is none, it may not be read, or ``where`` leads out of the experiment.
    """
    if ".." in where.parts or where.is_absolute():
        raise UsageError(f"{where} leads out of the experiment", "name a folder within it")
    if not source.exists():
        raise UsageError(f"there is no file {source} to keep", "write it first, then log it")
    if source.is_file():
        return _copied_file(source, str(where / source.name), path_of)
    if not source.is_dir():
        raise UsageError(f"{source} is neither a file nor a folder", "name what is to be kept")
    found: dict[str, str] = {}
    for file in sorted(source.rglob("*")):
        if file.is_file() and not file.is_symlink():
            inner = file.relative_to(source).as_posix()
            found |= _copied_file(file, str(where / inner), path_of)
    return found


def _copied_file(source: Path, place: str, path_of: Callable[[str], Path]) -> dict[str, str]:
    try:
        source.open("rb").close()
    except OSError as error:  # the script's own file, and no trouble of the store's
        raise UsageError(f"{source} cannot be read: {error.strerror}", "see who may read it") from None
    with files.write_via(path_of(place)) as aside:
        shutil.copyfile(source, aside)
    return {place: place}
