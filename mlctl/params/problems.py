"""Problems in a parameters file, in words for people: key, value, wanted form, nearest known key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mlctl.domain.secrets import is_secret
from mlctl.params.words import did_you_mean, shown

Place = tuple[str | int, ...]
KnownKeys = Mapping[Place, tuple[str, ...]]
"""The keys of each section, by the section's place."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend.

    Attributes
    ----------
    place : tuple of str or int
        Keys and positions that lead to the value, outermost first.
    text : str
        What is wrong; never the value itself, which may have come from the environment.
    """

    place: Place
    text: str

    def line(self, tree: Any) -> str:
        """Return the line that a person reads; the value is looked up in the tree as it was typed."""
        found, value = _look_up(tree, self.place)
        where = ".".join(map(_spelled, self.place)) or "the file"
        is_told = found and not is_secret(str(self.place[-1]))
        return f"{where}: {shown(value)} — {self.text}" if is_told else f"{where}: {self.text}"


class ProblemsError(ValueError):
    """What a validator raises: pydantic puts the place of the field before each problem's own."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.text for problem in self.problems))


def wanted(text: str, *place: str | int) -> ProblemsError:
    """Return the error that says which form was wanted."""
    return ProblemsError([Problem(place, f"wanted {text}")])


def problems_of(error: ValidationError, known: KnownKeys, required: Mapping[str, str]) -> list[Problem]:
    """Return pydantic's findings as problems, in its order.

    Parameters
    ----------
    error : ValidationError
        What validating the tree raised.
    known : mapping
        The keys of each section.
    required : mapping
        What is wanted of the keys that have no default.
    """
    return [problem for detail in error.errors() for problem in _in_words(detail, known, required)]


def _in_words(detail: Any, known: KnownKeys, required: Mapping[str, str]) -> Sequence[Problem]:
    place: Place = tuple(part for part in detail["loc"] if part != "[key]")
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ProblemsError) and place == detail["loc"]:
        return [Problem((*place, *problem.place), problem.text) for problem in cause.problems]
    return [Problem(place, _wording(detail["type"], place, known, required))]


def _wording(kind: str, place: Place, known: KnownKeys, required: Mapping[str, str]) -> str:
    match kind:
        case "extra_forbidden":
            return f"not a known key; {_better_key(place, known)}"
        case "missing":
            return f"missing; wanted {required[str(place[-1])]}"
        case "model_type":
            return f"wanted a section with some of {', '.join(_keys(place, known))}"
        case "dict_type":
            return "wanted keys and values, such as {column: …}"
    return "wanted a key that is text; write it in quotes"


def _keys(place: Place, known: KnownKeys) -> tuple[str, ...]:
    """Return a section's keys; one of several alike, named by a person, has those of the place above it."""
    return known.get(place) or known[place[:-1]]


def _better_key(place: Place, known: KnownKeys) -> str:
    key, here = str(place[-1]), _keys(place[:-1], known)
    near = did_you_mean(key, here)
    elsewhere = next((section for section, keys in known.items() if key in keys), None)
    if near or elsewhere is None:
        return near or f"known here: {', '.join(here)}"
    return f"did you mean {'.'.join(map(str, (*elsewhere, key)))}?"


def _spelled(part: object) -> str:
    # A key is whatever the file holds: no escape sequence reaches the terminal, and no page of text.
    return shown(str(part))[1:-1] if isinstance(part, str) else str(part)


def _look_up(tree: Any, place: Place) -> tuple[bool, Any]:
    for part in place:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return False, None
    return bool(place), tree
