"""Passwords that a parameters file holds itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlctl.domain.secrets import hide_secrets
from mlctl.params.problems import Place, Problem


def written_secrets(tree: Any) -> Iterator[Problem]:
    """Find the passwords that a parameters file holds itself: it is copied into each experiment's record."""
    for place, text in _addresses(tree):
        if hide_secrets(text, is_path=place[1] == "path") != text:
            yield Problem(
                place, "a password stands in it; put it into an environment variable and write ${NAME} here"
            )


def _addresses(tree: Any) -> Iterator[tuple[Place, str]]:
    data = tree.get("data") if isinstance(tree, Mapping) else None
    if not isinstance(data, Mapping):
        return
    sql, paths = data.get("sql"), data.get("path")
    if isinstance(sql, Mapping) and isinstance(sql.get("url"), str):
        yield ("data", "sql", "url"), sql["url"]
    if isinstance(paths, str):
        yield ("data", "path"), paths
    for position, path in enumerate(paths if isinstance(paths, list) else ()):
        if isinstance(path, str):
            yield ("data", "path", position), path
