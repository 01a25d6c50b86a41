"""Run a command again and again, each time with a fault at a later write: ``tests.survival.driver``.

A process of its own, since it forks: every try is a child that dies. After each, what is left is looked at as
a person would: every experiment that was finished is still there bit for bit, ``store check`` finds nothing
that ``store repair`` does not mend, and the command can be run again.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlctl.cli.main import main
from tests.survival.disk import Disk

SAID = "said.txt"
REFUSALS = range(1, 128)
NOT_THERE = 3


@dataclass(frozen=True)
class Tried:
    """How a try ended: its exit code, or None where it was killed; the calls that it made; what it said."""

    code: int | None
    calls: list[str]
    said: str


def run(words: Sequence[str], place: Path) -> tuple[int, str]:
    """Run a command in this process."""
    said = io.StringIO()
    with contextlib.chdir(place), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(list(words))
    return code, said.getvalue()


def attempt(base: Path, scratch: Path, words: Sequence[str], fault: str, at: int) -> Tried:
    """Run a command on a copy of a directory, with a fault at one of its writes."""
    work, left, said = scratch / "work", scratch / "left", scratch / SAID
    for old in (work, left):
        shutil.rmtree(old, ignore_errors=True)
    said.unlink(missing_ok=True)
    shutil.copytree(base, work)
    child = os.fork()
    if not child:
        try:
            disk = Disk(fault, at, work, left)
            disk.install()
            code, text = run(words, work)
            said.write_text(json.dumps([code, disk.names, text]))
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    if left.exists():
        shutil.rmtree(work)
        left.rename(work)
    return Tried(*json.loads(said.read_text())) if said.exists() else Tried(None, [], "")


def finished(place: Path) -> dict[str, bool]:
    """Return the sums of every finished experiment, in place or in the trash, and whether they hold."""
    found = {}
    for sums in place.rglob("SHA256SUMS"):
        if (
            "damaged" in sums.relative_to(place).parts
            or "status: finished" not in (sums.parent / "meta.yaml").read_text()
        ):
            continue
        lines = [line.split("  ", 1) for line in sums.read_text().splitlines()]
        found[sums.read_text()] = all(_sha256(sums.parent / name) == digest for digest, name in lines)
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def wrong(tried: Tried, work: Path, before: dict[str, bool], words: Sequence[str], fault: str) -> list[str]:
    """Return what is not as it should be after a try."""
    found = []
    if "Traceback" in tried.said:
        found.append(f"a traceback: {tried.said}")
    if tried.code is not None and tried.code and tried.code not in REFUSALS:
        found.append(f"exit {tried.code}: {tried.said}")
    if fault == "short" and tried.code:
        found.append(f"a short write is no error: exit {tried.code}: {tried.said}")
    found += [f"lost or changed: {sums[:200]}" for sums in before if not finished(work).get(sums)]
    code, said = run(["store", "check"], work)
    if code:
        run(["store", "repair", "--yes"], work)
        code, said = run(["store", "check"], work)
    if code:
        found.append(f"check after repair: exit {code}: {said}")
    code, said = run(words, work)
    if code not in {0, NOT_THERE} or "Traceback" in said:
        found.append(f"run again: exit {code}: {said}")
    return found


def survive(base: Path, scratch: Path, words: Sequence[str], fault: str, every: int) -> dict[str, object]:
    """Try a command with a fault at each of its writes, or at each so-manieth; return what was found."""
    run(words, _copied(base, scratch / "first"))  # imports what the tries then have by forking
    whole = attempt(base, scratch, words, "none", 0)
    if whole.code:
        return {"steps": 0, "wrong": [f"without a fault: exit {whole.code}: {whole.said}"]}
    # What the command is to delete may be gone; nothing else.
    before = {sums: True for sums, holds in finished(scratch / "work").items() if holds}
    before = {sums: holds for sums, holds in finished(base).items() if sums in before}
    found = [] if all(before.values()) and before else ["nothing to look at"]
    for at in range(1, len(whole.calls) + 1, every):
        tried = attempt(base, scratch, words, fault, at)
        place = f"{fault} at {at} of {len(whole.calls)} ({whole.calls[at - 1]})"
        found += [f"{place}: {text}" for text in wrong(tried, scratch / "work", before, words, fault)]
    return {"steps": len(whole.calls), "wrong": found}


def _copied(base: Path, place: Path) -> Path:
    shutil.copytree(base, place)
    return place


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("fault")
    parser.add_argument("every", type=int)
    parser.add_argument("words", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    print(json.dumps(survive(given.base, given.scratch, given.words, given.fault, given.every)))


if __name__ == "__main__":
    _main()
