"""The parameters file: read it and check it; of our own form, or of the foreign one."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlctl.errors import NotFoundError, UsageError
from mlctl.interop.posml.keys import is_foreign, is_foreign_key
from mlctl.interop.posml.sketch import look
from mlctl.interop.posml.translate import Translated, translate
from mlctl.params.load import Loaded, from_dict, load
from mlctl.params.overrides import override
from mlctl.params.yaml_io import read


def load_file(path: Path, overrides: Sequence[str] = ()) -> Loaded:
    """Read a parameters file and check all of it.

    A file of the foreign form (:mod:`mlctl.interop.posml.keys`) is turned into our own; its ``notes`` say
    what was decided.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When anything in it is wrong; every problem at once.
    """
    if not path.is_file():
        raise NotFoundError(
            f"no parameters file {str(path)!r}", "mlctl params init DATA --target COLUMN > FILE"
        )
    tree = read(path)
    if not is_foreign(tree):
        return load(path, overrides, os.environ)
    theirs = [one for one in overrides if is_foreign_key(one.partition("=")[0].strip())]
    sketch = look(path.parent)
    found = translate(override(tree, theirs), sketch, str(path))
    # What the folder holds beyond its models and preprocessing is for `import posml` to speak of.
    loaded = checked(found, path, [one for one in overrides if one not in theirs], os.environ)
    return replace(loaded, overridden=bool(overrides))


def checked(found: Translated, path: Path, overrides: Sequence[str], environ: Mapping[str, str]) -> Loaded:
    """Check a translated file; what is wrong is told by the keys that the person wrote.

    Raises
    ------
    UsageError
        When anything in it is wrong; every problem at once.
    """
    tree: dict[Any, Any] = override(found.tree, overrides)
    try:
        return replace(from_dict(tree, environ, path=path), notes=found.notes)
    except UsageError as error:
        raise found.in_their_words(error) from None
