"""Bytes that nobody meant, for any file of a store; and a store that has one of each kind of file."""

import contextlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl.cli.main import main
from mlctl.store import init
from mlctl.store.points import Point, points_text

FORMAT_1 = Path(__file__).parent.parent / "store" / "format_1" / "store"
NOW = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
PROJECT = "projects/flowers"
MODEL = f"{PROJECT}/models/species"
SPOILED = f"{MODEL}/experiments/flowers_nogit_4"
"""The experiment whose files are spoiled; the champion, flowers_nogit_2, and the others are to stay."""
LOGGED = f"{MODEL}/experiments/flowers_nogit_8"
TORN_AT = (0.1, 0.5, 0.9)

FILES = (
    "FORMAT",
    "README",
    ".gitignore",
    "lock",
    "index.sqlite",
    "ticks.json",
    "damaged/20260109T123000.000000Z_x/from.yaml",
    "trash/20261121T160523.145740Z_flowers_nogit_3/from.yaml",
    "trash/20261121T160523.145740Z_flowers_nogit_3/item/meta.yaml",
    "projects/roses/meta.yaml",
    f"{PROJECT}/meta.yaml",
    f"{PROJECT}/number",
    f"{PROJECT}/datasets/flowers_nogit_1.yaml",
    f"{PROJECT}/datasets/flowers_nogit_1.tar.zst",
    "projects/roses/models/petals/meta.yaml",
    f"{MODEL}/meta.yaml",
    f"{MODEL}/champion",
    f"{MODEL}/events.jsonl",
    f"{MODEL}/retrain/params.yaml",
    f"{MODEL}/retrain/from.yaml",
    f"{MODEL}/retrain/journal.jsonl",
    f"{MODEL}/retrain/usage.jsonl",
    f"{MODEL}/retrain/run.lock",
    f"{MODEL}/retrain/logs/20261121T160526Z-56c8.txt",
    *(
        f"{SPOILED}/{name}"
        for name in (
            "meta.yaml",
            "params.yaml",
            "environment.yaml",
            "scores.csv",
            "predictions.csv",
            "train_rows.u32",
            "model.skops",
            "SHA256SUMS",
            "log.txt",
        )
    ),
    f"{LOGGED}/metrics.csv",
)

DEEP = 20_000
LAUGHS = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n"
    for before, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
)
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "one byte": lambda was: was[: len(was) // 2] + b"\xfe" + was[len(was) // 2 + 1 :],
    **{f"cut at {share}": lambda was, share=share: was[: int(len(was) * share)] for share in TORN_AT},
    "NULs": lambda was: b"\0" * max(len(was), 10),
    "no UTF-8": lambda was: was + b"\xff\xfe\x80\n",
    "deep": lambda _: b"a: " + b"[" * DEEP,
    "deep objects": lambda _: b'{"a":' * DEEP + b"\n",
    "closed": lambda _: b"[" * 900 + b"]" * 900 + b"\n",
    "laughs": lambda _: LAUGHS.encode(),
    "itself": lambda _: b"a: &a [*a]\n",
    "huge": lambda was: was.replace(b"1", b"9" * 5000) or b"9" * 5000,
    "large": lambda was: was.replace(b": 1", b": " + b"9" * 400),
    "a list": lambda _: b"- a\n- b\n",
    "a number": lambda _: b"7\n",
    "null": lambda _: b"null\n",
    "twice": lambda was: was + was,
    "lines end as in Windows": lambda was: was.replace(b"\n", b"\r\n"),
    "10 MB": lambda _: b"\x00garbage\xff\n" * 1_000_000,
}


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


def ask(*words: str) -> Answer:
    """Run a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    return Answer(code, out.getvalue(), err.getvalue())


def make(place: Path) -> Path:
    """Copy the store of format 1 to a folder, and add what it has none of; return its directory."""
    root = place / "mlstore"
    shutil.copytree(FORMAT_1, root)
    store, _ = init(root, NOW)
    species = store.model("flowers", "species")
    opened = store.new_experiment(species, None, NOW, rung="logged", metric="accuracy_score")
    opened.write(
        "metrics.csv", points_text([Point("loss", step, store.stamp(NOW), 0.5) for step in range(3)])
    )
    opened.finish(artifact_file_paths={"metrics": "metrics.csv"}, evaluations={"logged": {"loss": 0.5}})
    store.add_project("roses", "", NOW)
    petals, _ = store.add_model("roses", "petals", "", NOW)
    store.new_experiment(petals, None, NOW, rung="dummy").finish()
    store.retraining.journal("flowers", "species").add_served("flowers_nogit_2", 5, NOW)
    folder = root / "damaged/20260109T123000.000000Z_x"
    folder.mkdir(parents=True)
    (folder / "from.yaml").write_text("path: x\nwhy: y\nset_aside_datetime: '2026-01-09T12:30:00.000000Z'\n")
    (folder / "item").write_text("what it was")
    (root / MODEL / "retrain/run.lock").touch()
    warm(root)
    return root


def warm(root: Path) -> None:
    """Make every record old enough to be believed, and the caches."""
    for path in root.rglob("*.yaml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    with contextlib.chdir(root.parent):
        for words in (
            "experiment list",
            "project list",
            "model list",
            "data list",
            "schedule list",
            "status",
        ):
            assert ask(*words.split()).code == 0
    if not (root / "ticks.json").exists():
        (root / "ticks.json").write_text('{"models": {}}')


@contextlib.contextmanager
def spoiled(path: Path, data: bytes) -> Iterator[None]:
    """Have other bytes in a file for the length of a block."""
    was, status = path.read_bytes(), path.stat()
    path.write_bytes(data)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        path.write_bytes(was)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
