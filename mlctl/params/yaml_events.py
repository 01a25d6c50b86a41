"""Plain values out of the YAML parser's events, with limits, and the line in every error."""

from collections.abc import Iterator
from typing import Any

import yaml

from mlctl.errors import UsageError
from mlctl.params.scalars import CORE, resolve

MAX_NODES = 100_000
"""Values after every alias is written out: nine lines of aliases can stand for a billion."""
MAX_DEPTH = 50
FEWER = "write the values once; a parameters file needs a few hundred at most"
FLATTER = "a parameters file needs five levels at most"


def check_bounds(tree: Any, name: str) -> None:
    """Hold a tree that another reader built to the same limits, aliases and endless loops of them included.

    Raises
    ------
    UsageError
        When it is nested more than 50 deep, or holds more than 100,000 values.
    """
    level, nodes = [tree], 1
    for _ in range(MAX_DEPTH + 1):
        inner = [value.values() if isinstance(value, dict) else value for value in level if is_nest(value)]
        nodes += sum(map(len, inner))
        if nodes > MAX_NODES:
            raise UsageError(f"{name}: more than {MAX_NODES:,} values, aliases written out", FEWER)
        level = [value for values in inner for value in values]
    if level:
        raise UsageError(f"{name}: nested more than {MAX_DEPTH} deep", FLATTER)


def is_nest(value: Any) -> bool:
    """Tell whether a value holds others."""
    return isinstance(value, dict | list)


class Builder:
    """One pass over the events of one document.

    Parameters
    ----------
    events : iterator
        What :func:`yaml.parse` gives.
    name : str
        The file, for the errors.
    most : int, default=100,000
        So many values are read, aliases written out.
    """

    def __init__(self, events: Iterator[Any], name: str, most: int = MAX_NODES) -> None:
        self.events = events
        self.name = name
        self.most = most
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int]] = {}

    def document(self) -> Any:
        """Return the document's value; None where there is none.

        Raises
        ------
        UsageError
            With the line.
        """
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        tree = self._value(next(self.events), 0)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refuse(after, "a second document", "keep one document in a file")
        return tree

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self.nodes
        self._count(event, 1)
        if depth > MAX_DEPTH:
            raise self._refuse(event, f"nested more than {MAX_DEPTH} deep", FLATTER)
        if isinstance(event, yaml.ScalarEvent):
            built = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            built = self._sequence(event, depth)
        else:
            built = self._mapping(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = (built, self.nodes - before)
        return built

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            reason = f"the alias *{event.anchor} has no anchor before it, or stands inside it"
            raise self._refuse(event, reason)
        built, nodes = self.anchors[event.anchor]
        self._count(event, nodes)
        return built

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > self.most:
            raise self._refuse(event, f"more than {self.most:,} values, aliases written out", FEWER)

    def _scalar(self, event: Any) -> Any:
        if event.tag in (None, "!"):
            # Only a plain, untagged scalar is anything but text.
            return resolve(event.value) if event.tag is None and event.implicit[0] else event.value
        wanted = CORE.get(event.tag)
        found = event.value if wanted is str else resolve(event.value)
        if wanted is None or type(found) is not wanted:
            raise self._tag_refused(event)
        return found

    def _sequence(self, event: Any, depth: int) -> list[Any]:
        self._check_tag(event, "tag:yaml.org,2002:seq")
        built = []
        while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
            built.append(self._value(inner, depth + 1))
        return built

    def _mapping(self, event: Any, depth: int) -> dict[Any, Any]:
        self._check_tag(event, "tag:yaml.org,2002:map")
        built: dict[Any, Any] = {}
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self._value(inner, depth + 1)
            if is_nest(key):
                raise self._refuse(
                    inner, "a list or mapping stands as a key", "quote keys that begin with { or ["
                )
            if key in built:
                raise self._refuse(inner, f"the key {key!r} stands twice", "keep one of them")
            built[key] = self._value(next(self.events), depth + 1)
        return built

    def _check_tag(self, event: Any, plain: str) -> None:
        if event.tag not in (None, "!", plain):
            raise self._tag_refused(event)

    def _tag_refused(self, event: Any) -> UsageError:
        shown = event.tag.replace("tag:yaml.org,2002:", "!!")
        return self._refuse(event, f"the tag {shown} is not accepted", "write plain values, without tags")

    def _refuse(self, event: Any, reason: str, hint: str = "") -> UsageError:
        return UsageError(f"{self.name}, line {event.start_mark.line + 1}: {reason}", hint)
