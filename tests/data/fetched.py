"""What the tests of fetched data share: a section as a parameters file has it, fetched; looking for leaks."""

import traceback
from pathlib import Path

import pytest

import mlctl
from mlctl.data.sources import resolve
from mlctl.errors import MlctlError
from mlctl.params.load import from_dict

PACKAGE = Path(mlctl.__file__).parent


def load(environ=None, **data):
    return from_dict({"project": "p", "model": "m", "data": {"target": "y", **data}}, environ or {})


def fetch(base: Path, environ=None, **data):
    """Fetch what a data section means into ``base/scratch``."""
    loaded = load(environ, **data)
    scratch = base / "scratch"
    scratch.mkdir(exist_ok=True)
    return resolve(loaded.parameters.data, base, scratch, loaded.effective["data"])


def refused(base: Path, kind: type[MlctlError], environ=None, **data) -> MlctlError:
    """Fetch what must not be had, and see that nothing is left of it."""
    with pytest.raises(MlctlError) as caught:
        fetch(base, environ, **data)
    assert type(caught.value) is kind, caught.value.message
    assert list((base / "scratch").iterdir()) == []
    return caught.value


def tells_nothing(error: MlctlError, *secrets: str) -> None:
    """See that no traceback of an error holds one of the secrets, even where it shows our variables."""
    assert error.__cause__ is None
    assert error.__context__ is None
    plain = "".join(traceback.format_exception(error))
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    ours = [frame.locals for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    told = "\n".join((plain, repr(ours), repr(error), error.message, error.hint, *error.details))
    assert [secret for secret in secrets if secret in told] == []


def is_nowhere(folder: Path, secret: str) -> bool:
    return all(secret.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
