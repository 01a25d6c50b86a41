"""Data that was not kept, fetched again from what was remembered of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlctl.data.sources import Source, resolve
from mlctl.errors import UsageError
from mlctl.params.data_section import SOURCES
from mlctl.params.environment import expand
from mlctl.params.model import Data

_COMPARED = {
    "function_source": "the file of the function is another one",
    "rows": "there were {then:,} rows, there are {now:,}",
    "fingerprint": "the rows are others, or in another order",
}


def fetch_again(
    described: Mapping[str, Any], data: Data, environ: Mapping[str, str], base: Path, scratch: Path
) -> Source:
    """Fetch what a dataset's record describes.

    Parameters
    ----------
    described : mapping
        As :attr:`mlctl.data.sources.Source.described` held it: the query itself stands there, so that a query
        file that was edited since has no say.
    data : Data
        The section of the parameters file then; only what it says of columns and formats is used.
    environ : mapping
        Where ``${NAME}`` is looked up now.
    base : Path
        What relative paths are relative to.
    scratch : Path
        Where to put what is fetched.

    Raises
    ------
    UsageError
        When the environment lacks a variable.
    """
    typed = {key: described[key] for key in SOURCES if key in described}
    if "sql" in typed:
        typed["sql"] = {key: value for key, value in typed["sql"].items() if key != "query_file"}
    expansion = expand({"data": typed}, environ)
    if expansion.problems:
        lines = tuple(problem.line({"data": typed}) for problem in expansion.problems)
        raise UsageError("the data cannot be fetched again", "set the variables and try again", lines)
    rest = data.model_dump(exclude=set(SOURCES))
    return resolve(Data.model_validate(expansion.tree["data"] | rest), base, scratch, typed)


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how data that was fetched again differs from what was described; empty where it does not.

    Parameters
    ----------
    then, now : mapping
        :attr:`mlctl.data.sources.Source.described`; for files that came as they are, with their
        ``fingerprint`` added.
    """
    return tuple(
        text.format(then=then[key], now=now[key])
        for key, text in _COMPARED.items()
        if key in then and key in now and then[key] != now[key]
    )
