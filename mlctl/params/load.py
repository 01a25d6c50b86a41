"""A parameters file, read and checked: every problem at once, before anything heavy is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from mlctl.errors import UsageError
from mlctl.params.environment import Expansion, expand, hide
from mlctl.params.model import REQUIRED, Parameters, known_keys
from mlctl.params.overrides import override
from mlctl.params.problems import Place, Problem, problems_of
from mlctl.params.secrets import written_secrets
from mlctl.params.yaml_events import check_bounds
from mlctl.params.yaml_io import dump, read


@dataclass(frozen=True, slots=True)
class Loaded:
    """A parameters file that was found to be right.

    Attributes
    ----------
    parameters : Parameters
        The values to work with; those of the environment are expanded.
    effective : dict
        The whole tree with every default filled in; what came from the environment stands as it was typed.
        Only this form may be written or recorded.
    path : Path
        The file; what it names is relative to its directory.
    environment : dict
        Name to value of the variables used.
    overridden : bool
        Whether settings of the command line stood over the file.
    notes : tuple of str
        What a person should know of how the file was read.
    """

    parameters: Parameters = field(repr=False)
    effective: dict[str, Any]
    path: Path
    environment: dict[str, str] = field(repr=False)
    overridden: bool = False
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The effective tree as YAML."""
        return dump(self.effective)

    def hide(self, text: str) -> str:
        """Return a text with the environment's values put back to ``${NAME}``: for logs and errors."""
        return hide(text, self.environment)


_NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


def load(path: Path, overrides: Sequence[str] = (), environ: Mapping[str, str] = _NO_VARIABLES) -> Loaded:
    """Read and check a parameters file.

    Parameters
    ----------
    path : Path
        YAML, or JSON where the name ends in ``.json``.
    overrides : sequence of str
        ``KEY=VALUE`` with dotted keys; they stand over the file.
    environ : mapping
        Where ``${NAME}`` is looked up.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When it cannot be read, or with one line in ``details`` for each problem.
    """
    tree = read(path)
    if overrides and isinstance(tree, Mapping | None):
        tree = override(tree or {}, overrides)
    loaded = from_dict({} if tree is None else tree, environ, path=path)
    return replace(loaded, overridden=bool(overrides))


def from_dict(tree: Any, environ: Mapping[str, str], *, path: Path = Path("params.yaml")) -> Loaded:
    """Check a tree that was read elsewhere, such as a stored ``params.yaml``.

    Raises
    ------
    UsageError
        With one line in ``details`` for each problem.
    """
    check_bounds(tree, str(path))
    expansion = expand(tree, environ)
    expansion.problems.extend(written_secrets(tree))
    try:
        parameters = Parameters.model_validate(expansion.tree)
    except ValidationError as error:
        raise _refusal(path, tree, expansion, problems_of(error, known_keys(), REQUIRED)) from None
    if expansion.problems:
        raise _refusal(path, tree, expansion, [])
    effective = _plain(parameters.model_dump())
    effective["data"]["target"] = parameters.data.target or None  # None: the dataset's record names it
    for place, text in expansion.typed.items():
        _put(effective, place, text)
    return Loaded(parameters, effective, path, expansion.values)


def _refusal(path: Path, tree: Any, expansion: Expansion, found: Sequence[Problem]) -> UsageError:
    # What is wrong with a variable's place is said once, not again for the text that was left there.
    places = {problem.place for problem in expansion.problems}
    problems = [*expansion.problems, *(problem for problem in found if problem.place not in places)]
    order = {key: position for position, key in enumerate(tree)} if isinstance(tree, Mapping) else {}
    problems.sort(key=lambda problem: order.get(problem.place[0], -1) if problem.place else -1)
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return UsageError(
        f"{path} has {count}",
        "`mlctl params schema` prints every key and its form",
        tuple(problem.line(tree) for problem in problems),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _put(tree: Any, place: Place, text: str) -> None:
    for part in place[:-1]:
        tree = tree[part]
    tree[place[-1]] = text
