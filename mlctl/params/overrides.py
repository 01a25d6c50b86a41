"""``--set KEY=VALUE``: dotted keys, values read as YAML."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlctl.errors import UsageError
from mlctl.params.words import shown
from mlctl.params.yaml_io import parse

MAX_PARTS = 4
"""No key of the file lies deeper: ``retrain.notify.email.to``."""


def override(tree: Mapping[Any, Any], settings: Sequence[str]) -> dict[Any, Any]:
    """Return the tree with the settings put in, later ones over earlier ones.

    Parameters
    ----------
    tree : mapping
        What the file holds; it is left as it is.
    settings : sequence of str
        Each ``KEY=VALUE``. An unknown key is put in as well, and found when the tree is validated.

    Raises
    ------
    UsageError
        For a setting without ``=``, a list, mapping or quoted text that is not well formed, or a key that
        leads into a list or a value.

    Examples
    --------
    >>> override({"split": {"method": "random"}}, ["split.random_state=7"])
    {'split': {'method': 'random', 'random_state': 7}}
    """
    changed = dict(tree)
    for setting in settings:
        key, equals, text = setting.partition("=")
        parts = [part.strip() for part in key.split(".")]
        if not equals or not all(parts):
            raise UsageError(
                f"--set {shown(setting)}: wanted KEY=VALUE", "such as --set split.random_state=7"
            )
        if any("\ud800" <= character <= "\udfff" for character in setting):
            raise UsageError(f"--set {shown(setting)}: is no UTF-8 text", "set the terminal to UTF-8")
        _put(changed, parts, _value(text, key))
    return changed


def _value(text: str, key: str) -> Any:
    try:
        return parse(text, f"--set {key}")
    except UsageError:
        # On a command line, %d.%m.%Y, >50K, *.csv and @home are meant as they stand.
        if text.lstrip()[:1] in {"[", "{", '"', "'"}:
            raise
        return text


def _put(tree: dict[Any, Any], parts: Sequence[str], value: Any) -> None:
    name = ".".join(parts)
    for depth, part in enumerate(parts[:-1], 1):
        inner = tree.get(part)
        outer = ".".join(parts[:depth])
        if isinstance(inner, list) or outer == "ladder":
            raise UsageError(
                f"--set {name}: {outer} is a list, and is replaced whole",
                f"such as --set '{outer}=[{'{svc: {C: 1.0}}' if outer == 'ladder' else 'one, two'}]'",
            )
        if not isinstance(inner, Mapping | None):
            raise UsageError(
                f"--set {name}: {outer} is {shown(inner)} in the file, not a section",
                f"replace it whole: --set '{outer}={{{'.'.join(parts[depth:])}: …}}'",
            )
        if depth == MAX_PARTS:
            raise UsageError(f"--set {name}: a key has at most {MAX_PARTS} parts", "put it into the file")
        tree[part] = dict(inner or {})
        tree = tree[part]
    tree[parts[-1]] = value
