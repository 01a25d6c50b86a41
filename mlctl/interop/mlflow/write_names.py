"""Names as MLflow takes them: what it would refuse is mapped, the same way each time.

MLflow checks keys when it reads as well as when it writes, and one bad file name makes a whole experiment
unreadable, so nothing else may reach the disk (``mlflow/utils/validation.py``).
"""

import hashlib
import re
from collections.abc import Iterable

LONGEST_KEY = 250
"""Characters of the key of a metric, a parameter or a tag."""

_LONGEST_PART = 200
"""Bytes of one part between slashes: it is a file name, and those end at 255."""

_REFUSED = re.compile(r"[^/\w.\- :]")
_REFUSED_IN_MODELS = re.compile(r"""[/\\:%?#'"\x00-\x1f]""")
_DIGITS = 18


def legal_key(text: str) -> str:
    """Return the key of a metric, a parameter or a tag as MLflow takes it.

    Examples
    --------
    >>> legal_key("model__n_estimators"), legal_key("a//b"), legal_key("share, %")
    ('model__n_estimators', 'a/b', 'share_ _')
    """
    cleaned = _REFUSED.sub("_", text)
    parts = [part for part in cleaned.split("/") if part not in ("", ".", "..")]
    key = "/".join(map(_short, parts)) or "_"
    return key if len(key) <= LONGEST_KEY else _cut(key, LONGEST_KEY)


def _short(part: str) -> str:
    return part if len(part.encode()) <= _LONGEST_PART else _cut(part, _LONGEST_PART // 4)


def _cut(text: str, length: int) -> str:
    return f"{text[: length - 9]}_{_digest(text)[:8]}"


def legal_keys(names: Iterable[str]) -> dict[str, str]:
    """Return each name with its key; keys are distinct, and none is a folder of another.

    Examples
    --------
    >>> legal_keys(["a", "a/b", "a?", "a!"])
    {'a': 'a', 'a/b': 'a_b', 'a?': 'a_', 'a!': 'a__2'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    folders: set[str] = set()
    # Names that are legal as they stand keep their keys, whatever comes beside them.
    for name in sorted(dict.fromkeys(names), key=lambda one: legal_key(one) != one):
        key = _free(legal_key(name), taken, folders)
        found[name] = key
        taken.add(key.casefold())
        folders |= set(_above(key.casefold()))
    return {name: found[name] for name in dict.fromkeys(names)}


def _free(key: str, taken: set[str], folders: set[str]) -> str:
    if any(folder in taken for folder in _above(key.casefold())):
        key = key.replace("/", "_")
    wanted, number = key, 1
    while wanted.casefold() in taken or wanted.casefold() in folders:
        number += 1
        wanted = f"{key[: LONGEST_KEY - 8]}_{number}"
    return wanted


def _above(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def registered_name(project: str, model: str) -> str:
    """Return the name of a model in the registry, where ``/``, ``:`` and ``%`` are refused.

    Examples
    --------
    >>> registered_name("iris", "species")
    'iris.species'
    """
    return _REFUSED_IN_MODELS.sub("_", f"{project}.{model}")


def experiment_id(model_id: str) -> str:
    """Return 18 digits for a model of ours, always the same ones.

    ``mlflow migrate-filestore`` leaves experiments out, without a word, whose id is no number.
    """
    return str(10 ** (_DIGITS - 1) + int(_digest(model_id), 16) % (9 * 10 ** (_DIGITS - 1)))


def logged_model_id(experiment_id: str) -> str:
    """Return the id of the model that an experiment of ours made."""
    return f"m-{experiment_id}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
