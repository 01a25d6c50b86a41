"""A first parameters file, from what is seen in the data."""

import re
import tempfile
from pathlib import Path

from mlctl.actions.datasets import loaded_for
from mlctl.data.describe import column_facts
from mlctl.data.read import read
from mlctl.data.sources import resolve
from mlctl.domain.names import check_name
from mlctl.params.starter import starter


def starter_for(data: str, target: str, project: str | None, model: str | None, base: Path) -> str:
    """Return a short commented parameters file from what is seen in the data.

    Parameters
    ----------
    data : str
        A path or glob, or one of scikit-learn's sets (``sklearn:iris``).
    target : str
        The column to predict.
    project, model : str or None
        Their names; from the file's and the target's name when None.
    base : Path
        What relative paths are relative to.
    """
    project = check_name("project", _name(data) if project is None else project)
    model = check_name("model", _name(target) if model is None else model)
    section = loaded_for(data, project, target).parameters.data
    with tempfile.TemporaryDirectory() as scratch:
        table = read(resolve(section, base, Path(scratch)).members, section)
    return starter(column_facts(table.frame), data, target, project, model)


def _name(text: str) -> str:
    """Return a name that every rule allows, from a path or a column."""
    stem = text.removeprefix("sklearn:").replace("\\", "/").rpartition("/")[2].partition(".")[0]
    name = re.sub(r"[^\w-]+", "_", stem).strip("_-. ")[:48]
    return f"data_{name}" if name.isdigit() or not name else name
