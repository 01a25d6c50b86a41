"""The proof: what a bundle answers in a fresh process with nothing installed, against scikit-learn."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mlctl.errors import MlctlError

How = Literal["Python alone", "NumPy", "scikit-learn", "the Python that it carries"]
_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Python alone": (("-I", "-S"), ("--numpy", "no")),
    "NumPy": (("-I",), ("--numpy", "yes")),
    "scikit-learn": (("-I",), ("--trust",)),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What one run of the self-test found.

    Attributes
    ----------
    how : {"Python alone", "NumPy", "scikit-learn", "the Python that it carries"}
        What computed.
    rows : int
        How many were compared, each alone and all together.
    differing, ties : int
        Answers that differ; labels that differ where scikit-learn's best two are equally good.
    largest : float
        The largest difference of two numbers, relative above 1 and absolute below.
    row_us : float
        Median microseconds of one row.
    first : str
        The first difference in words.
    """

    how: How
    rows: int
    differing: int
    ties: int
    largest: float
    row_us: float
    first: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.differing


def prove(bundle: Path, told: dict[str, Any], scratch: Path, how: How) -> Proof:
    """Run a bundle's self-test with given rows.

    Parameters
    ----------
    bundle : Path
        A bundle.
    told : dict
        As :func:`mlctl.bundle.file.golden.golden` returns it.
    scratch : Path
        A directory to write the rows to.
    how : {"Python alone", "NumPy", "scikit-learn"}
        What computes; for Python alone no installed package can be seen (``python -I -S``).

    Raises
    ------
    MlctlError
        When the bundle does not run.
    """
    flags, more = _WORDS[how]
    return _proof([sys.executable, *flags, str(bundle)], more, told, scratch, how, {})


def prove_carried(run: Path, told: dict[str, Any], scratch: Path, *, packages: bool) -> Proof:
    """Run the self-test of a bundle that carries its Python: without any environment, and from elsewhere.

    Parameters
    ----------
    run : Path
        The script that starts it.
    packages : bool
        Whether it needs some, and computes with scikit-learn; see :func:`prove` for the others.
    """
    more = _WORDS["scikit-learn" if packages else "Python alone"][1]
    how: How = "the Python that it carries"
    return _proof([str(run.resolve())], more, told, scratch, how, {"env": {}, "cwd": "/"})


def _proof(
    command: list[str],
    more: tuple[str, ...],
    told: dict[str, Any],
    scratch: Path,
    how: How,
    conditions: dict[str, Any],
) -> Proof:
    rows = scratch.resolve() / "rows.json"
    rows.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run(
        [*command, "selftest", "--json", "--against", str(rows), *more],
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        **conditions,
    )
    if not done.stdout:
        raise MlctlError(f"the bundle does not run in a process of its own: {done.stderr.strip()[-500:]}")
    found = json.loads(done.stdout)
    return Proof(how, *(found[name] for name in ("rows", "differing", "ties", "largest", "row_us", "first")))
