"""What a bundle of the sklearn tier carries: the stored model, mlctl's source, the packages by version."""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import mlctl
from mlctl import files
from mlctl.actions.recorded import Recorded
from mlctl.bundle.main.fitted import FILE, LIBRARY, REQUIREMENTS
from mlctl.errors import MlctlError

WHEELS = "wheels"
NEEDED = (
    "joblib",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "PyYAML",
    "scikit-learn",
    "scipy",
    "skops",
    "threadpoolctl",
    "zstandard",
)
"""What mlctl imports to load a model and to predict with it."""

_LARGEST = 1 << 31
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_SEPARATORS = re.compile(r"[-_.]+")


def sklearn_entries(
    record: Recorded, fitted: Any, scratch: Path, *, wheels: bool
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the entries, and what the bundle needs.

    Parameters
    ----------
    wheels : bool
        Download the packages, for the Python and the system that run now.

    Raises
    ------
    MlctlError
        When pip cannot fetch them.
    """
    model = record.experiment.artifact_file_paths["model"]
    requirements = "".join(
        f"{name}=={version}\n" for name, version in pinned(record.packages, fitted).items()
    )
    entries = {
        FILE + Path(model).suffix: files.read_bytes_limited(record.directory / model, _LARGEST),
        REQUIREMENTS: requirements.encode(),
        **_library(),
        **(_wheels(requirements, scratch) if wheels else {}),
    }
    python = str(record.experiment.environment.get("python", ""))
    return entries, {"python": python, "packages": REQUIREMENTS, "trust": "loading the model runs code"}


def pinned(packages: Mapping[str, str], fitted: Any) -> dict[str, str]:
    """Return the packages that the model needs, with the versions that it was trained with.

    Parameters
    ----------
    packages : mapping
        Every package of the training, with its version.
    fitted : estimator
        The model; the packages of its parts are needed too.
    """
    known = {_plain(name): name for name in packages}
    wanted, found = [*NEEDED, *_owners(fitted)], {}
    while wanted:
        name = _plain(wanted.pop())
        if name in known and name not in found and name != "mlctl":
            found[name] = packages[known[name]]
            wanted += _required(name)
    return {known[name]: version for name, version in sorted(found.items())}


def _plain(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()


def _required(name: str) -> Iterable[str]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    return [_NAME.match(line)[0] for line in lines if "extra ==" not in line]  # type: ignore[index]  # has a name


def _owners(fitted: Any) -> set[str]:
    """Return the distributions that the parts of a pipeline come from."""
    owners = metadata.packages_distributions()
    parts = [fitted, *fitted.get_params(deep=True).values()]
    return {owner for part in parts for owner in owners.get(type(part).__module__.partition(".")[0], ())}


def _library() -> dict[str, bytes]:
    root = Path(mlctl.__file__).parent
    return {
        f"{LIBRARY}/mlctl/{file.relative_to(root).as_posix()}": file.read_bytes()
        for file in sorted(root.rglob("*.py"))
        if not file.is_relative_to(root / "cli")
    }


def _wheels(requirements: str, scratch: Path) -> dict[str, bytes]:
    listed, folder = scratch / REQUIREMENTS, scratch / WHEELS
    files.write_atomic(listed, requirements)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    words = ["--only-binary", ":all:", "--no-deps", "-r", str(listed), "-d", str(folder)]
    done = subprocess.run([*command, *words], capture_output=True, check=False, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise MlctlError(f"the packages cannot be downloaded: {last[0]}", "build without --wheels")
    return {f"{WHEELS}/{file.name}": file.read_bytes() for file in sorted(folder.iterdir())}
