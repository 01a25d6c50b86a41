"""What comes after an experiment's end: files in ``reports/``, named by its record."""

from pathlib import PurePosixPath

from mlctl import files
from mlctl.domain.records import Experiment
from mlctl.errors import NotFoundError
from mlctl.store import changes
from mlctl.store.layout import REPORTS
from mlctl.store.site import Site


def add_report(site: Site, experiment: Experiment, name: str, file: str, data: bytes | str) -> Experiment:
    """Write a file into ``reports/``, and name it in ``artifact_file_paths``.

    Parameters
    ----------
    name : str
        Its key in ``artifact_file_paths``; from here on it means this file.
    file : str
        Its name, such as ``model_card.md`` or ``plots/roc.png``. Where it is taken a number is added:
        ``reports/`` only grows.

    Returns
    -------
    Experiment
        The record that names it.
    """
    layout = site.layout
    directory = layout.experiment(experiment.project_name, experiment.model_name, experiment.model_version_id)
    folder = layout.unlinked(directory / REPORTS)
    if not folder.parent.is_dir():
        raise NotFoundError(f"{experiment.model_version_id} is gone", "see `mlctl experiment list`")
    files.make_folder(folder)
    given = PurePosixPath(file)
    count = 1
    while (path := folder / given.with_stem(given.stem if count == 1 else f"{given.stem}_{count}")).exists():
        count += 1
    files.make_folder(layout.unlinked(path.parent))
    files.write_atomic(path, data)
    place = path.relative_to(folder.parent).as_posix()
    return changes.update(site, experiment, {"artifact_file_paths": {name: place}})
