"""The state of the code: commit, branch, and what was changed since."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIFF_LIMIT = 5_000_000
"""Bytes of ``changes.diff`` that are kept: a notebook full of images has more than a person will read."""

TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class GitState:
    """What git says of a directory; all empty outside a repository, or where git is missing.

    Attributes
    ----------
    commit : str or None
        The full commit; None before the first one.
    dirty : bool
        Whether tracked files differ from the commit, or files lie about that git does not know.
    diff : bytes
        The difference to the commit, tracked files only.
    """

    commit: str | None = None
    branch: str | None = None
    dirty: bool = False
    diff: bytes = b""

    def to_dict(self) -> dict[str, Any]:
        """Return what goes into a record."""
        return {"commit": self.commit, "branch": self.branch, "dirty": self.dirty}


def state(directory: Path, *, ignore: Path | None = None) -> GitState:
    """Return the git state of a directory.

    Parameters
    ----------
    directory : Path
        Where the parameters file lies.
    ignore : Path or None
        The store: that it grows does not make a tree dirty.
    """
    commit = _git(directory, "rev-parse", "--verify", "--quiet", "HEAD").decode().strip()
    if not commit:
        return GitState()
    branch = _git(directory, "rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    others = _exclude(directory, ignore)
    changed = _git(directory, "status", "--porcelain", "--untracked-files=normal", "--", *others)
    diff = _git(directory, "diff", "HEAD", "--", *others)[:DIFF_LIMIT] if changed else b""
    return GitState(commit, branch, bool(changed), diff)


def _exclude(directory: Path, ignore: Path | None) -> list[str]:
    top = Path(_git(directory, "rev-parse", "--show-toplevel").decode().strip())
    if ignore is None or not ignore.resolve().is_relative_to(top):
        return [str(top)]
    return [str(top), f":(exclude,top){ignore.resolve().relative_to(top)}"]


def _git(directory: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(directory), *words], capture_output=True, check=False, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
