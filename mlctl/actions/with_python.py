"""A bundle beside an interpreter of its own: what ``mlctl build --with-python`` writes.

====================  ==============================================================================
file                  what it is
====================  ==============================================================================
``run``               the script that starts the bundle: ``./run predict < rows.csv``
``bundle/``           the bundle as it is without an interpreter, a folder
``python/``           the interpreter, its standard library, its shared libraries
``SHA256SUMS``        of every file, as ``sha256sum -c`` reads them; ``SHA256SUMS.sig`` where it is signed
``Dockerfile``, …     where they are asked for
====================  ==============================================================================
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.bundle.file.assemble import to_folder
from mlctl.bundle.file.carried import Carried, carry, launcher
from mlctl.bundle.file.prove import Proof, prove_carried
from mlctl.bundle.file.signing import sign
from mlctl.bundle.main.fitted import REQUIREMENTS
from mlctl.errors import MlctlError

RUN, BUNDLE, PYTHON, SUMS = "run", "bundle", "python", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes
    ----------
    carried : Carried
        The interpreter.
    proof : Proof
        What the bundle answers with it, without any environment.
    size : int
        Bytes of all files.
    sha256 : str
        Of ``SHA256SUMS``.
    """

    carried: Carried
    proof: Proof
    size: int
    sha256: str


def write_with_python(
    target: Path,
    entries: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    told: dict[str, Any],
    *,
    key: Path | None,
    scratch: Path,
) -> Written:
    """Write a bundle with an interpreter; it appears whole and proved, or not at all.

    Parameters
    ----------
    target : Path
        A folder that is not there yet.
    entries : mapping
        The bundle's, by name.
    beside : mapping
        Further files beside it, by name.
    told : dict
        The rows of the proof, and what scikit-learn answers to them.
    key : Path or None
        An SSH key to sign the sums with.
    scratch : Path
        A folder for what is needed meanwhile.

    Raises
    ------
    RefusedError
        When this interpreter cannot be copied.
    MlctlError
        When packages cannot be had, the answers differ, or something stands at the target.
    """
    packages = REQUIREMENTS in entries
    with files.new_folder(target.absolute(), aside=target.absolute().parent) as place:
        to_folder(entries, place / BUNDLE)
        carried = carry(place / PYTHON, _listed(entries, scratch) if packages else None)
        for name, data in {RUN: launcher(packages=packages).encode(), **beside}.items():
            files.write_staged(place / name, data)
        (place / RUN).chmod(0o755)
        proof = prove_carried(place / RUN, told, scratch, packages=packages)
        if not proof.ok:
            raise MlctlError(
                f"{proof.differing:,} answers of the bundle with its own Python are not scikit-learn's: "
                f"{proof.first}"
            )
        names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
        sums = files.sha256sums(place, names).encode()
        files.write_staged(place / SUMS, sums)
        if key is not None:
            files.write_staged(place / f"{SUMS}.sig", sign(sums, key))
        files.sync_staged()
        size = sum((place / name).stat().st_size for name in names)
    return Written(carried, proof, size + len(sums), hashlib.sha256(sums).hexdigest())


def _listed(entries: Mapping[str, bytes], scratch: Path) -> Path:
    path = scratch / f"carried-{REQUIREMENTS}"
    files.write_atomic(path, entries[REQUIREMENTS])
    return path
