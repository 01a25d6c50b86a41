"""Replay a console transcript on a terminal of 100 columns: ``python -m tests.transcript README.md``."""

import os
import pty
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

WIDTH = 100
# Names of a terminal of its own, and no live drawing: what is left is what stays on the screen.
ENVIRONMENT = {"COLUMNS": str(WIDTH), "TERM": "xterm", "NO_COLOR": "1", "CI": "true"}


@dataclass(frozen=True)
class Step:
    """A command, and what it showed."""

    command: str
    shown: str


def steps(text: str) -> list[Step]:
    """Return the steps of the first transcript that is marked as replayed."""
    block = re.search(r"<!-- transcript: .*?```console\n(.*?)```", text, re.DOTALL)
    assert block, "no transcript is marked"
    parts = re.split(r"^\$ (.*)\n", block[1], flags=re.MULTILINE)[1:]
    return [Step(command, shown) for command, shown in zip(parts[::2], parts[1::2], strict=True)]


def play(command: str, directory: Path, binaries: Path) -> str:
    """Run a command with a terminal on both streams, and return what it showed."""
    leader, follower = pty.openpty()
    environment = os.environ | ENVIRONMENT | {"PATH": f"{binaries}:{os.environ['PATH']}"}
    environment.pop("MLCTL_STORE", None)
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=directory, env=environment, stdout=follower, stderr=follower,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other side was closed
        pass
    finally:
        os.close(leader)
    assert process.wait() == 0, shown.decode()
    return shown.decode().replace("\r\n", "\n")


def comparable(shown: str) -> str:
    """Return what does not differ from run to run: times, sizes and the gaps before them are left out."""
    timeless = re.sub(r"\b\d+(\.\d+)? (µs|ms|s|min|h|d|B|kB|MB)\b|\bnow\b", "#", shown)
    return re.sub(r" *$", "", re.sub(r"[ \t─]+", " ", timeless), flags=re.MULTILINE).strip()


def main(path: Path) -> None:
    """Print the transcript of a page as it would be written today."""
    with tempfile.TemporaryDirectory() as directory:
        for step in steps(path.read_text(encoding="utf-8")):
            shown = play(step.command, Path(directory), Path(sys.executable).parent)
            print(f"$ {step.command}\n{shown}", end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
