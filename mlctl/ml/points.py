"""The points that the search of one rung tries: a whole grid where it is small, else a seeded sample."""

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from mlctl.params.rung import Range

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
    for name in reversed(list(search)):
        place, which = divmod(place, len(search[name]))
        point[name] = search[name][which]
    return {name: point[name] for name in search}


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
    # Half a step to either side, so that the outermost whole numbers are drawn as often as their neighbours.
    edge = 0.5 if values.integer else 0.0
    if values.log:
        drawn = math.exp(random.uniform(math.log(low - edge), math.log(high + edge)))
    else:
        drawn = random.uniform(low - edge, high + edge)
    return min(max(round(drawn), low), high) if values.integer else min(max(drawn, low), high)
