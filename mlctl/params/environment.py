"""``${NAME}`` in a parameters file: expanded in memory, never shown, never written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlctl.errors import UsageError
from mlctl.params.problems import Place, Problem

MARK = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

EXPANDED: frozenset[Place] = frozenset(
    {
        ("description",),
        *(("data", key) for key in ("path", "source", "encoding", "delimiter", "missing")),
        *(("data", "sql", key) for key in ("url", "parameters")),
    }
)
"""Where a value may come from the environment. All else is copied into records (names become directories,
parameters and seeds stand in each experiment), and what came from the environment is never written."""

LATER: frozenset[Place] = frozenset({("retrain", "notify"), ("retrain", "ping")})
"""What is expanded when somebody is told, not before: whoever trains by hand needs no password of a mail
server, and what is not expanded cannot be written."""

_SHORTEST_HIDDEN = 3
"""Characters: hiding shorter values would only garble the text around them."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A tree with its variables expanded.

    Attributes
    ----------
    tree : object
        The same tree with each ``${NAME}`` replaced.
    typed : dict
        Place to the text as it was typed, for each text that held a variable.
    values : dict
        Name to value, of the variables used.
    problems : list of Problem
        Variables that are not set, or that stand where none may.
    """

    tree: Any
    typed: dict[Place, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict, repr=False)
    problems: list[Problem] = field(default_factory=list)


def expand(tree: Any, environ: Mapping[str, str]) -> Expansion:
    """Expand every ``${NAME}`` in the texts of a tree; keys are left alone."""
    typed = {place: text for place, text in _marked(tree, ()) if place[:2] not in LATER}
    problems = [problem for place, text in typed.items() if (problem := _problem(place, text, environ))]
    refused = {problem.place for problem in problems}
    kept = {place: text for place, text in typed.items() if place not in refused}
    names = {name for text in kept.values() for name in MARK.findall(text)}
    values = {name: environ[name] for name in sorted(names)}
    return Expansion(_expanded(tree, (), kept, values), typed, values, problems)


def hide(text: str, values: Mapping[str, str]) -> str:
    """Return a text with each value of the environment put back to its ``${NAME}``."""
    for name, value in sorted(values.items(), key=lambda item: -len(item[1])):
        if len(value) >= _SHORTEST_HIDDEN:
            text = text.replace(value, f"${{{name}}}")
    return text


def fill(text: str, environ: Mapping[str, str]) -> str:
    """Return a text with each ``${NAME}`` replaced.

    Raises
    ------
    UsageError
        When the environment lacks one of them.
    """
    absent = [name for name in MARK.findall(text) if name not in environ]
    if absent:
        raise UsageError(f"the environment has no {', '.join(absent)}", "set it where mlctl is run")
    return MARK.sub(lambda match: environ[match[1]], text)


def _marked(tree: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(tree, str) and MARK.search(tree):
        yield place, tree
    for key, value in _items(tree):
        yield from _marked(value, (*place, key))


def _items(tree: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(tree, Mapping):
        yield from tree.items()
    elif isinstance(tree, list):
        yield from enumerate(tree)


def _problem(place: Place, text: str, environ: Mapping[str, str]) -> Problem | None:
    names = MARK.findall(text)
    if not any(place[:length] in EXPANDED for length in (1, 2, 3)):
        flag = f', or give it on the command line: --set {".".join(map(str, place))}="${names[0]}"'
        by_hand = "write it out" + (flag if all(isinstance(part, str) for part in place) else "")
        return Problem(
            place, f"a value of the environment is never written to disk, and this key's is; {by_hand}"
        )
    absent = [name for name in names if name not in environ]
    return (
        Problem(place, f"the environment has no {', '.join(absent)}; set it and try again")
        if absent
        else None
    )


def _expanded(tree: Any, place: Place, kept: Mapping[Place, str], values: Mapping[str, str]) -> Any:
    if place in kept:
        return MARK.sub(lambda match: values[match[1]], kept[place])
    if isinstance(tree, Mapping):
        return {key: _expanded(value, (*place, key), kept, values) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_expanded(value, (*place, i), kept, values) for i, value in enumerate(tree)]
    return tree
