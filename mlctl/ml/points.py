"""The points that the search of one rung tries: a whole grid where it is small, else a seeded sample."""

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from mlctl.params.model import Range

_TRIES = 20
"""Draws for each wanted point before a sample is left smaller: a range of whole numbers may hold few."""

Values = Sequence[Any] | Range


def search_points(
    fixed: Mapping[str, Any], search: Mapping[str, Values], *, most: int, seed: str
) -> tuple[dict[str, Any], ...]:
    """Return the parameter sets to try.

    Parameters
    ----------
    fixed : mapping
        Parameters that every point has.
    search : mapping
        Parameter to the list of its values, or to their range.
    most : int
        The largest number of points. A larger grid is sampled, and so is anything with a range.
    seed : str
        Equal seeds give equal points on every machine.

    Returns
    -------
    tuple of dict
        At least one point, all different. Points of a grid stand in its order, sampled or not.
    """
    random = Random(seed)  # noqa: S311 - a sample that can be repeated, no secret
    ranged = any(isinstance(values, Range) for values in search.values())
    points = _drawn(search, most, random) if ranged else _grid(search, most, random)
    return tuple({**fixed, **point} for point in points)


def _grid(search: Mapping[str, Any], most: int, random: Random) -> list[dict[str, Any]]:
    total = math.prod(len(values) for values in search.values())
    places = range(total) if total <= most else sorted(random.sample(range(total), most))
    return [_at(search, place) for place in places]


def _at(search: Mapping[str, Sequence[Any]], place: int) -> dict[str, Any]:
    """Return the point at a place of the grid, the last parameter running fastest."""
    point = {}
    for name, values in reversed(search.items()):
        place, which = divmod(place, len(values))
        point[name] = values[which]
    return dict(reversed(point.items()))


def _drawn(search: Mapping[str, Values], most: int, random: Random) -> list[dict[str, Any]]:
    points: dict[str, dict[str, Any]] = {}
    for _ in range(most * _TRIES):
        point = {name: _draw(values, random) for name, values in search.items()}
        points.setdefault(repr(point), point)
        if len(points) == most:
            break
    return list(points.values())


def _draw(values: Values, random: Random) -> Any:
    if not isinstance(values, Range):
        return random.choice(values)
    low, high = values.low, values.high
    whole = isinstance(low, int) and isinstance(high, int)
    if values.log:
        # Half a step to either side, so that the outermost whole numbers are as likely as their neighbours.
        edge = 0.5 if whole else 0.0
        drawn = math.exp(random.uniform(math.log(low - edge), math.log(high + edge)))
        return min(max(round(drawn), low), high) if whole else drawn
    return random.randint(low, high) if whole else random.uniform(low, high)
