"""Compare scores computed now with the recorded ones: to the last bit where that can be asked for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlctl.actions.environment import packages

ELSEWHERE = 1e-9
"""Relative tolerance on another machine or other packages: sums are taken in another order there."""


@dataclass(frozen=True, slots=True)
class ScoreCheck:
    """One score, then and now; None where one side lacks it."""

    part: str
    metric: str
    recorded: float | None
    now: float | None
    equal: bool


@dataclass(frozen=True, slots=True)
class Check:
    """What a second look found.

    Attributes
    ----------
    scores : tuple of ScoreCheck
        Every score that was compared.
    exact : bool
        Whether equality to the last bit was asked for; otherwise to a relative 1e-9.
    elsewhere : tuple of str
        What is not as it was then: packages, Python, platform.
    """

    scores: tuple[ScoreCheck, ...]
    exact: bool
    elsewhere: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every score is as recorded."""
        return all(score.equal for score in self.scores)


def check(
    recorded: Mapping[str, Any], now: Mapping[str, Any], parts: tuple[str, ...], elsewhere: tuple[str, ...]
) -> Check:
    """Compare two ``evaluations``.

    Parameters
    ----------
    recorded, now : mapping
        As in :class:`mlctl.domain.records.Experiment`.
    parts : tuple of str
        Which of ``train``, ``cross_validation`` and ``test`` to compare.
    elsewhere : tuple of str
        What differs in the environment; equality to the last bit is asked for only where nothing does.
    """
    exact = not elsewhere
    scores = [
        ScoreCheck(part, name, then, new, _equal(then, new, exact=exact))
        for part in parts
        for name, then, new in _pairs(recorded.get(part, {}), now.get(part, {}))
    ]
    return Check(tuple(scores), exact, elsewhere)


def _pairs(
    recorded: Mapping[str, Any], now: Mapping[str, Any]
) -> list[tuple[str, float | None, float | None]]:
    then, new = _flat(recorded), _flat(now)
    return [(name, then.get(name), new.get(name)) for name in dict.fromkeys([*then, *new])]


def _flat(scores: Mapping[str, Any]) -> dict[str, float | None]:
    flat: dict[str, float | None] = {}
    for name, value in scores.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} fold {i}": fold for i, fold in enumerate(value.get("folds", []))}
        else:
            flat[name] = value
    return flat


def _equal(one: float | None, other: float | None, *, exact: bool) -> bool:
    if one is None or other is None:
        return one is other
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other if exact else math.isclose(one, other, rel_tol=ELSEWHERE, abs_tol=ELSEWHERE)


def differences(
    then: Mapping[str, Any], now: Mapping[str, Any], packages_then: Mapping[str, str]
) -> tuple[str, ...]:
    """Say what of the environment differs in a way that may change a sum's last bit.

    Parameters
    ----------
    then, now : mapping
        ``python``, ``platform``, ``machine`` of a record, and of this process.
    packages_then : mapping
        Packages of the record by name; only those that compute are compared.
    """
    new = packages()
    told = [
        f"{name} {then.get(name)} then, {now.get(name)} now"
        for name in ("python", "platform", "machine")
        if then.get(name) != now.get(name)
    ]
    told += [
        f"{name} {packages_then.get(name)} then, {new.get(name)} now"
        for name in ("scikit-learn", "numpy", "scipy", "pandas")
        if packages_then.get(name) != new.get(name)
    ]
    return tuple(told)
