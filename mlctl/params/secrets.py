"""Passwords that a parameters file holds itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlctl.domain.secrets import hide_secrets
from mlctl.params.environment import MARK
from mlctl.params.problems import Place, Problem

_TEXT = "a password stands in it; put it into an environment variable and write ${NAME} here"
_DATABASE: Place = ("data", "sql", "url")
_ADDRESSES: tuple[Place, ...] = (
    _DATABASE,
    ("data", "path"),
    ("retrain", "ping"),
    ("retrain", "notify", "webhook"),
    ("retrain", "notify", "apprise"),
)
_PASSWORD: Place = ("retrain", "notify", "email", "password")


def written_secrets(tree: Any) -> Iterator[Problem]:
    """Find the passwords that a parameters file holds itself: it is copied into each experiment's record."""
    for key in _ADDRESSES:
        for place, text in _texts(tree, key):
            if hide_secrets(text, is_path=key != _DATABASE) != text:
                yield Problem(place, _TEXT)
    for place, text in _texts(tree, _PASSWORD):
        if not MARK.fullmatch(text):
            yield Problem(place, _TEXT)


def _texts(tree: Any, key: Place) -> Iterator[tuple[Place, str]]:
    """Return the text at a key, or the texts of the list that is there."""
    for part in key:
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    if isinstance(tree, str):
        yield key, tree
    for position, text in enumerate(tree if isinstance(tree, list) else ()):
        if isinstance(text, str):
            yield (*key, position), text
