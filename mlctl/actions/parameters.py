"""The parameters file: read it, check it, begin one from data."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mlctl.errors import NotFoundError
from mlctl.params.load import Loaded, load
from mlctl.params.starter import ColumnFacts, starter


def load_file(path: Path, overrides: Sequence[str] = (), description: str | None = None) -> Loaded:
    """Read a parameters file and check all of it.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When anything in it is wrong; every problem at once.
    """
    if not path.is_file():
        raise NotFoundError(
            f"no parameters file {str(path)!r}", "mlctl params init DATA --target COLUMN > FILE"
        )
    loaded = load(path, overrides, os.environ)
    if description is None:
        return loaded
    parameters = loaded.parameters.model_copy(update={"description": description})
    return replace(loaded, parameters=parameters, effective=loaded.effective | {"description": description})


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
    import tempfile

    from mlctl.data.describe import column_facts
    from mlctl.data.read import read
    from mlctl.data.sources import resolve
    from mlctl.params.model import Data

    where = {"source": data} if data.startswith("sklearn:") else {"path": data}
    section = Data(target=target, **where)
    with tempfile.TemporaryDirectory() as scratch:
        table = read(resolve(section, base, Path(scratch)).members, section)
    facts: tuple[ColumnFacts, ...] = column_facts(table.frame)
    return starter(facts, data, target, project or _name(data), model or _name(target))


def _name(text: str) -> str:
    """Return a name that every rule allows, from a path or a column."""
    stem = text.removeprefix("sklearn:").replace("\\", "/").rpartition("/")[2].partition(".")[0]
    name = re.sub(r"[^\w-]+", "_", stem).strip("_-. ")[:48]
    return f"data_{name}" if name.isdigit() or not name else name
