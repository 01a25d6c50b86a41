"""Schemas that people write for pandera: a table is held to them, and what fails is refused.

A schema is a Python file that defines one, or the YAML that pandera writes. A Python file is the user's own,
named on the command line: to load it is to run it. YAML runs nothing.

pandera comes with an extra, and is imported where such a schema is used.
"""

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from mlctl.data.extras import extra
from mlctl.data.findings import names
from mlctl.data.own_code import OwnFile
from mlctl.data.pandera_issues import issues_of
from mlctl.data.validate import Validation
from mlctl.data.validate_columns import Issue
from mlctl.data.validate_schema import read_tree
from mlctl.errors import MlctlError, UsageError
from mlctl.files.trouble import explained

PYTHON = ".py"

_MODULE = "mlctl_pandera_schema"
_NAME = "schema"
_KEY = "--against"


def is_pandera(path: Path) -> bool:
    """Tell whether a schema file is for pandera: Python, or YAML whose columns are a mapping.

    Raises
    ------
    UsageError
        When it is no YAML.
    """
    if path.suffix == PYTHON:
        return True
    tree = read_tree(path)
    return isinstance(tree, Mapping) and ("schema_type" in tree or isinstance(tree.get("columns"), Mapping))


@contextlib.contextmanager
def enforcing(path: Path) -> Iterator[Callable[[pd.DataFrame], Validation]]:
    """Load a schema, and give what holds a table to it.

    Parameters
    ----------
    path : Path
        ``.py``, which is run, or YAML. Of several schemas in a Python file the one called ``schema`` is
        taken; it may be a ``DataFrameSchema`` or a ``DataFrameModel``.

    Raises
    ------
    UsageError
        When the file holds no schema, or several and none of that name.
    MlctlError
        When pandera is not installed, or the file's own code raises.
    """
    with _environment_kept():
        pandera = extra("pandera", "pandera.pandas", f"{_KEY} {path}")
    if path.suffix != PYTHON:
        schema = _from_yaml(path)
        yield lambda frame: _strictly(lambda: _hold(pandera, schema, frame), path)
        return
    with explained("read", path):
        source = path.read_bytes()
    own = OwnFile(path.absolute(), _KEY, str(path), _MODULE)
    with own.running(source) as module:
        written = own.guarded(lambda: _from_module(pandera, module, path))
        yield lambda frame: own.guarded(lambda: _hold(pandera, written, frame))


@contextmanager
def _environment_kept() -> Iterator[None]:
    # For Spark's sake pandera 0.35 sets PYARROW_IGNORE_TIMEZONE when it is first imported, and Arrow then
    # drops the offsets of times without a word.
    before = os.environ.copy()
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]


def _from_yaml(path: Path) -> Any:
    form = extra("pandera", "pandera.io.pandas_io", f"{_KEY} {path}")
    tree = read_tree(path)
    return _strictly(lambda: form.deserialize_schema(tree), path)


def _strictly(work: Callable[[], Any], path: Path) -> Any:
    try:
        return work()
    except MlctlError:
        raise
    except Exception as error:  # whatever stands in the file, pandera raises in its own many ways
        raise UsageError(
            f"{path} is no schema for pandera: {type(error).__name__}: {error}", "mend the file"
        ) from error


def _from_module(pandera: Any, module: ModuleType, path: Path) -> Any:
    found = {name: value for name, value in vars(module).items() if _is_schema(pandera, value, module)}
    if not found:
        raise UsageError(
            f"{path} defines no schema",
            f"{_NAME} = pandera.pandas.DataFrameSchema({{…}}), or a DataFrameModel",
        )
    if len(found) > 1 and _NAME not in found:
        raise UsageError(f"{path} defines {names(list(found))}: which one?", f"call it {_NAME}")
    chosen = found.get(_NAME, next(iter(found.values())))
    return chosen if isinstance(chosen, pandera.DataFrameSchema) else chosen.to_schema()


def _is_schema(pandera: Any, value: Any, module: ModuleType) -> bool:
    if isinstance(value, type):
        # A model that was imported is what others are derived from.
        return issubclass(value, pandera.DataFrameModel) and value.__module__ == module.__name__
    return isinstance(value, pandera.DataFrameSchema)


def _hold(pandera: Any, schema: Any, frame: pd.DataFrame) -> Validation:
    for part in (schema, *schema.columns.values()):
        part.drop_invalid_rows = False  # a row that was dropped is a row that was not refused
    config = extra("pandera", "pandera.config", "a schema for pandera")
    everything = config.ValidationDepth.SCHEMA_AND_DATA
    refusals: list[Issue] = []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        # The environment can turn pandera off; who names a schema here wants it enforced.
        with config.config_context(validation_enabled=True, validation_depth=everything):
            try:
                schema.validate(frame, lazy=True)
            except pandera.errors.SchemaErrors as error:
                refusals = issues_of(error.failure_cases)
    return Validation(tuple(refusals), tuple(_warning(w) for w in said if _matters(w)))


def _matters(warning: warnings.WarningMessage) -> bool:
    return not issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning | FutureWarning)


def _warning(warning: warnings.WarningMessage) -> Issue:
    return Issue("pandera", None, " ".join(str(warning.message).split()))
