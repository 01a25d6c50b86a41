"""What a store meets that nobody planned: old locks, clocks set back, others' files, links, long names."""

import contextlib
import hashlib
import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mlctl.domain.version_id import VersionId
from mlctl.errors import MlctlError
from mlctl.store import Store, init
from mlctl.store.champion import Event
from tests.survival.spoiled import FORMAT_1, MODEL, NOW, PROJECT, SPOILED, Answer, ask

NOBODY = 65_534
SPECIES = "--project flowers --model species"
READ = (
    "status",
    "experiment list --json",
    f"compare {SPECIES} --json",
    "show flowers_nogit_4 --json",
    "show flowers_nogit_2 --json",
    "diff flowers_nogit_2 flowers_nogit_4",
    f"history {SPECIES} --json",
    "data list --json",
    "data show flowers:flowers_nogit_1",
    f"retrain log {SPECIES} --json",
    "store usage",
    "store check --json",
    "evaluate flowers_nogit_4",
)
CHEAP = READ[:-1]
"""All but what needs scikit-learn."""
SHORT = (
    "status",
    f"compare {SPECIES} --json",
    "show flowers_nogit_4 --json",
    "data list",
    "store check --json",
)
WRITE = (
    "experiment note flowers_nogit_4 seen",
    "experiment tag flowers_nogit_4 seen",
    "project update flowers --description new",
    "model note flowers/species seen",
    "experiment add flowers/species",
    "experiment remove flowers_nogit_5",
    "experiment restore flowers_nogit_3",
    "data restore more",
    "store reindex",
    "store repair --yes",
    "store gc --keep-last 1 --yes",
)
CODES = {0, 1, 2, 3, 4, 5, 6, 75}


@pytest.fixture
def kept(nowhere_else: Path) -> Path:
    """A copy of the store of format 1 in the working directory."""
    shutil.copytree(FORMAT_1, nowhere_else / "mlstore")
    return nowhere_else / "mlstore"


def run_all(lines: tuple[str, ...]) -> list[Answer]:
    return [ask(*line.split()) for line in lines]


def listed() -> set[str]:
    return {e["model_version_id"] for e in ask("experiment", "list", "--json").json["experiments"]}


# Locks that nobody holds


def test_a_lock_that_a_dead_process_left_is_free(kept):
    (kept / "lock").write_text("process 1 on elsewhere (mlctl train) since 2001-01-01T00:00:00Z\n")
    (kept / MODEL / "retrain/run.lock").write_text(
        '{"pid": 1, "host": "elsewhere", "since": "2001", "run": "x"}\n'
    )
    assert ask("experiment", "note", "flowers_nogit_4", "seen").code == 0
    assert (kept / "lock").read_text() == ""
    assert ask("status").code == 0
    assert ask("store", "check").code == 0
    assert "retraining" not in ask("retrain", "log", *SPECIES.split()).err


def test_a_running_experiment_of_a_dead_process_is_interrupted(kept):
    store, _ = init(kept, NOW)
    opened = store.new_experiment(store.model("flowers", "species"), None, NOW)
    name = opened.experiment.model_version_id
    opened.close()
    assert {e.model_version_id: e.status for e in store.experiments().records}[name] == "interrupted"
    assert ask("experiment", "note", name, "seen").code == 0
    assert ask("store", "check").code == 0


# A clock that was set back


@pytest.fixture
def store(nowhere_else: Path) -> Store:
    made, _ = init(nowhere_else / "mlstore", NOW)
    made.add_project("iris", "flowers", NOW)
    made.add_model("iris", "species", "", NOW)
    return made


def age(root: Path, by: float) -> None:
    """Set the times of everything in a store, as if its machine's clock had been ahead."""
    for path in (root, *root.rglob("*")):
        found = path.stat()
        os.utime(path, (found.st_atime + by, found.st_mtime + by))


@pytest.mark.parametrize("ahead", [3600.0, 40 * 365 * 86_400.0], ids=["an hour", "forty years"])
def test_the_index_and_the_numbers_are_right_where_the_clock_was_set_back(store, ahead):
    model = store.model("iris", "species")
    first = store.new_experiment(model, None, NOW + timedelta(seconds=ahead)).finish()
    age(store.root, ahead)
    assert store.experiments().records == (first,)
    changed = store.note(first, "after the clock was set back", NOW)
    assert store.experiments().records == (changed,)
    second = store.new_experiment(model, None, NOW - timedelta(days=1)).finish()
    assert store.experiments().records == (changed, second)
    assert [VersionId.parse(e.model_version_id).number for e in (first, second)] == [1, 2]
    assert ask("show", "latest", "--json").json["experiments"][0]["model_version_id"] == "iris_nogit_2"
    path = store.experiment_directory(second) / "meta.yaml"
    status, text = path.stat(), path.read_text()
    path.write_text(text.replace("description: ''", "description: x "))
    assert path.stat().st_size == status.st_size
    os.utime(path, (1, 1))
    assert store.experiments().records[1].description == "x"
    assert ask("store", "check").code == 0


def test_who_runs_is_told_by_locks_and_not_by_clocks(store):
    model = store.model("iris", "species")
    for hours in (-1, 1):
        site = replace(store.site, clock=lambda hours=hours: time.time() + hours * 3600)
        with store.new_experiment(model, None, NOW) as opened:
            assert Store(site).experiments().records[-1].status == "running"
        assert Store(site).experiments().records[-1] == replace(opened.experiment, status="interrupted")


def test_events_stand_in_the_order_in_which_they_happened(kept):
    store, _ = init(kept, NOW)
    model = store.model("flowers", "species")
    for number, at in ((4, NOW + timedelta(days=900)), (5, NOW - timedelta(days=900))):
        version, expected = f"flowers_nogit_{number}", store.champion(model)
        store.promote(model, Event(store.stamp(at), "me", "promote", expected, version, ["better"]), expected)
    assert [event.after for event in store.events(model)][-2:] == ["flowers_nogit_4", "flowers_nogit_5"]
    assert store.champion(model) == "flowers_nogit_5"
    assert ask("history", "--json").json["champion"] == "flowers_nogit_5"
    assert ask("store", "check").code == 0


# Other people's files


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's rights, where they are held, for the length of a block."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> None:
    """All that commands import is loaded before the rights to read it are gone."""
    place = tmp_path_factory.mktemp("loaded")
    shutil.copytree(FORMAT_1, place / "mlstore")
    with contextlib.chdir(place):
        assert not any(answer.code for answer in run_all((*CHEAP, *WRITE)))


@pytest.fixture
def open_place(loaded, monkeypatch) -> Iterator[Path]:
    """The store of format 1 where another user can reach it."""
    # pytest's own directory is closed to everybody else.
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(FORMAT_1, place / "mlstore")
        place.chmod(0o755)
        monkeypatch.chdir(place)
        yield place
        monkeypatch.undo()
        for path in place.rglob("*"):
            path.chmod(0o755)


def test_a_read_only_store_answers_and_says_why_it_cannot_be_changed(open_place):
    paths = [open_place, *open_place.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path: path.stat().st_mtime_ns for path in open_place.rglob("*")}
    with as_nobody():
        read, written = run_all(CHEAP), run_all(WRITE)
    open_place.chmod(0o755)
    assert [answer.code for answer in read] == [0] * len(CHEAP)
    for line, answer in zip(WRITE, written, strict=True):
        if line not in {"store reindex", "store repair --yes"}:  # what is not there need not be written
            assert answer.code == 1, (line, answer)
            assert "permission denied" in answer.err + answer.out
    assert {path: path.stat().st_mtime_ns for path in open_place.rglob("*")} == before


@pytest.mark.parametrize(
    ("closed", "lost"),
    [
        (f"{SPOILED}/meta.yaml", {"flowers_nogit_4"}),
        (SPOILED, {"flowers_nogit_4"}),
        (f"{SPOILED}/model.skops", set()),
        (f"{SPOILED}/log.txt", set()),
        (f"{MODEL}/champion", set()),
        (f"{MODEL}/events.jsonl", set()),
        (f"{MODEL}/meta.yaml", set()),
        (f"{MODEL}/retrain", set()),
        (f"{PROJECT}/number", set()),
        (f"{PROJECT}/datasets", set()),
        (f"{PROJECT}/datasets/flowers_nogit_1.yaml", set()),
        ("trash", set()),
    ],
)
def test_what_belongs_to_another_user_costs_itself_alone(open_place, closed, lost):
    (open_place / "mlstore" / closed).chmod(0)
    with as_nobody():
        answers, there = run_all(SHORT), listed()
    assert {f"flowers_nogit_{number}" for number in (1, 2, 4, 5, 6, 7)} - there == lost
    assert {answer.code for answer in answers} <= {0, 1, 3, 6}
    assert not any("Traceback" in answer.err for answer in answers)
    found = answers[SHORT.index("store check --json")]
    if not closed.endswith("log.txt"):
        assert closed.partition("/retrain")[0] in found.out


# Names


def test_a_file_system_that_ignores_case(kept):
    (kept.parent / "Probe").touch()
    if not (kept.parent / "probe").exists():
        pytest.skip("this file system tells case apart")
    assert ask("project", "add", "FLOWERS").code == 2
    assert ask("store", "check").code == 0


def test_no_two_names_differ_in_case_alone(kept):
    """What a file system that ignores case would take for one thing is refused on every other one too."""
    store, _ = init(kept, NOW)
    model = store.model("flowers", "species")
    for line in (
        "project add FLOWERS",
        "project add Flowers",
        "model add flowers/SPECIES",
        "data add new.csv --project flowers --name FLOWERS_NOGIT_1",
    ):
        Path("new.csv").write_text("a,b\n1,2\n")
        answer = ask(*line.split())
        assert answer.code == 2, (line, answer)
    with store.new_experiment(model, None, NOW) as opened:
        for name in ("META.YAML", "Log.txt", "sha256sums"):
            with pytest.raises(ValueError, match="no artifact may be called"):
                opened.write(name, "x")
    places = [path.relative_to(kept).as_posix() for path in kept.rglob("*")]
    assert len({place.casefold() for place in places}) == len(places)


LONG = "n" * 255
ODD = os.fsdecode(b"\xff" * 200)


@pytest.mark.parametrize("name", [LONG, ODD], ids=["255 bytes", "no UTF-8"])
def test_foreign_folders_with_long_and_odd_names(kept, name):
    before = listed()
    places = ("projects", f"{PROJECT}/models", f"{MODEL}/experiments", f"{PROJECT}/datasets")
    for place in (*places, "trash", "damaged", "tmp", SPOILED, f"{MODEL}/retrain", "."):
        (kept / place / name).mkdir(parents=True)
        (kept / place / name / "meta.yaml").write_text("x")
    (kept / SPOILED / name / name).write_text("mine")
    (kept / f"{PROJECT}/datasets/{name[:250]}.yaml").write_text("x")
    assert [answer.code for answer in run_all(CHEAP)] == [6 if "check" in line else 0 for line in CHEAP]
    assert listed() == before
    repaired = ask("store", "repair", "--yes")
    assert repaired.code in {0, 6}, repaired
    assert "Traceback" not in repaired.err
    assert ask("store", "gc", "--yes").code == 0
    assert ask("store", "usage").code == 0
    assert listed() == before
    assert ask("evaluate", "flowers_nogit_4").code == 0


def test_a_path_of_4000_bytes_is_an_error_that_says_so(kept):
    far = "/".join(["d" * 200] * 20 + ["d" * 76])
    assert len(far) == 4096
    for words in (
        ("init", far),
        ("status", "--store", far),
        ("init", "e" * 4000),
        ("status", "--store", "e" * 4000),
        ("train", "--params", far),
        ("store", "merge", far),
        ("data", "add", far, "--project", "flowers"),
        ("project", "add", "e" * 4000),
        ("show", "e" * 4000),
        ("show", "9" * 5000),
        ("compare", "--project", "e" * 4000, "--model", "x"),
    ):
        answer = ask(*words)
        assert answer.code in {1, 2, 3}, (words[:1], answer.code, answer.err)
        assert answer.err.startswith("error: "), answer.err
        assert len(answer.err) < 20_000


def test_a_store_far_down_works_or_says_why_not(nowhere_else):
    """Where the path of the store itself has nearly the 4,096 bytes that Linux takes."""
    place = nowhere_else
    with contextlib.chdir(place):
        for _ in range(19):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        answer = ask("init")
        assert answer.code == 0, answer
        answers = [
            ask("project", "add", "flowers"),
            ask("model", "add", "flowers/" + "s" * 60),
            ask("status"),
            ask("store", "check"),
        ]
        assert {one.code for one in answers} <= {0, 1, 3, 6}
        assert not any("Traceback" in one.err for one in answers)


# Links

SECRET = b"SECRETS"
TOGETHER = (
    ("lock", "index.sqlite", "ticks.json", "slots", "damaged", "tmp"),
    ("trash",),
    (
        "trash/20261121T160523.145740Z_flowers_nogit_3",
        "trash/20261121T160547.480797Z_more/item",
        f"{PROJECT}/number",
    ),
    ("projects",),
    (PROJECT,),
    (f"{PROJECT}/meta.yaml", f"{PROJECT}/datasets", f"{MODEL}/experiments"),
    (f"{PROJECT}/datasets/flowers_nogit_1.yaml", f"{MODEL}/champion", f"{MODEL}/retrain"),
    (f"{PROJECT}/datasets/flowers_nogit_1.tar.zst", f"{MODEL}/events.jsonl"),
    (f"{PROJECT}/models",),
    (MODEL,),
    (f"{MODEL}/meta.yaml", SPOILED),
    tuple(f"{MODEL}/retrain/{name}" for name in ("params.yaml", "journal.jsonl", "usage.jsonl", "run.lock")),
    (f"{SPOILED}/meta.yaml",),
    tuple(f"{SPOILED}/{name}" for name in ("SHA256SUMS", "log.txt", "scores.csv", "predictions.csv")),
    tuple(f"{SPOILED}/{name}" for name in ("params.yaml", "environment.yaml", "reports")),
    (f"{SPOILED}/model.skops",),
)
"""Places for links: those of one line do not hide each other."""


def outside(kept: Path, place: str, folder: Path) -> None:
    """Move a thing out of the store and put a link in its place; what is outside tells that it was read."""
    source, target = kept / place, folder / Path(place).name
    folder.mkdir(parents=True)
    if source.exists():
        source.rename(target)
    elif place in {"tmp", "damaged", "slots"}:
        target.mkdir()
    else:
        target.write_text("flowers\n")
    for path in [target, *target.rglob("*")] if target.is_dir() else [target]:
        if path.suffix in {".yaml", ".jsonl", ".txt", ".csv", ".json", ""} and path.is_file():
            path.write_bytes(path.read_bytes().replace(b"flowers", SECRET))
    source.parent.mkdir(exist_ok=True)
    source.symlink_to(target)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
    }


def follow(kept: Path, places: Sequence[str]) -> None:
    """Put links in places, and make sure that nothing looks or writes behind them."""
    ask("experiment", "list")  # makes the index, which may become a link
    for number, place in enumerate(places):
        outside(kept, place, kept.parent / "outside" / str(number))
    folder = kept.parent / "outside"
    before = snapshot(folder)
    of_files = any(place.endswith(("tar.zst", "SHA256SUMS", "model.skops")) for place in places)
    for line in (*(READ if of_files else CHEAP), *WRITE):
        answer = ask(*line.split())
        assert answer.code in CODES, (line, answer)
        assert "Traceback" not in answer.err, line
        assert SECRET.decode() not in answer.out + answer.err, line
        assert snapshot(folder) == before, line
    with contextlib.suppress(MlctlError):
        store, _ = init(kept, NOW)
        store.retraining.journal("flowers", "species").add_served("flowers_nogit_2", 5, NOW)
        model = store.model("flowers", "species")
        store.record_event(model, Event(store.stamp(NOW), "me", "promote", None, "flowers_nogit_4"))
    assert snapshot(folder) == before


@pytest.mark.parametrize("places", TOGETHER, ids=lambda places: Path(places[0]).name)
def test_a_link_is_never_followed_out_of_the_store(kept, places):
    follow(kept, places)


@pytest.mark.slow
@pytest.mark.parametrize("place", [place for places in TOGETHER for place in places])
def test_no_single_link_is_followed(kept, place):
    follow(kept, [place])


def test_a_link_within_an_experiment_that_its_record_names(kept):
    """Someone edits a record so that it names what is behind a link."""
    secret = kept.parent / "outside"
    secret.mkdir()
    (secret / "predictions.csv").write_text("row,true,SECRETS\n1,2,3\n")
    (kept / SPOILED / "sub").symlink_to(secret)
    meta = kept / SPOILED / "meta.yaml"
    meta.write_text(meta.read_text().replace(": predictions.csv", ": sub/predictions.csv"))
    for line in ("show flowers_nogit_4", "diff flowers_nogit_2 flowers_nogit_4", "evaluate flowers_nogit_4"):
        answer = ask(*line.split())
        assert answer.code == 6, (line, answer)
        assert "sub is a link" in answer.err
        assert "SECRETS" not in answer.out + answer.err


# A model is what its checksum says


@pytest.mark.parametrize(
    ("sums", "said"),
    [
        (lambda text: "", "model.skops: stands in no SHA256SUMS"),
        (lambda text: "".join(line for line in text.splitlines(True) if "model" not in line), "stands in no"),
        (lambda text: text.replace("model.skops", "../flowers_nogit_2/model.skops"), "leads out"),
        (lambda text: text.replace("model.skops", "m" * 300), "is missing"),
        (lambda text: text.replace("model.skops", "a\0b"), "is missing"),
    ],
    ids=["none", "not the model's", "another's", "a long name", "a NUL"],
)
def test_a_model_without_a_checksum_is_not_loaded(kept, sums, said):
    path = kept / SPOILED / "SHA256SUMS"
    path.write_text(sums(path.read_text()))
    for line in ("evaluate flowers_nogit_4", "build flowers_nogit_4", "promote flowers_nogit_4"):
        answer = ask(*line.split())
        assert answer.code == 6, (line, answer)
        assert said in answer.err
    assert ask("store", "check").code == 6


def test_a_model_that_came_after_the_end_is_not_loaded(kept):
    """Nobody vouches for what lies in reports/."""
    (kept / SPOILED / "reports").mkdir(exist_ok=True)
    shutil.copy(kept / SPOILED / "model.skops", kept / SPOILED / "reports/model.skops")
    meta = kept / SPOILED / "meta.yaml"
    meta.write_text(meta.read_text().replace(": model.skops", ": reports/model.skops"))
    answer = ask("evaluate", "flowers_nogit_4")
    assert (answer.code, "stands in no SHA256SUMS" in answer.err) == (6, True)


class Touches:
    """What a hostile pickle holds: it is run when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_hostile_pickle_is_never_loaded_without_trust(kept):
    """Its checksum holds, so that nothing but the want of trust stands in its way."""
    folder, ran = kept / SPOILED, kept.parent / "ran"
    (folder / "model.skops").unlink()
    (folder / "model.joblib").write_bytes(pickle.dumps(Touches(ran)))
    for name, was, now in (
        ("meta.yaml", "model.skops", "model.joblib"),
        ("SHA256SUMS", "model.skops", "model.joblib"),
    ):
        (folder / name).write_text((folder / name).read_text().replace(was, now))
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    digest = hashlib.sha256((folder / "model.joblib").read_bytes()).hexdigest()
    sums = [f"{digest}  model.joblib" if line.endswith("model.joblib") else line for line in lines]
    (folder / "SHA256SUMS").write_text("".join(f"{line}\n" for line in sums))
    assert ask("store", "check").code == 0
    Path("rows.csv").write_text("petal_length,petal_width\n1.4,0.2\n")
    for line in (
        "evaluate flowers_nogit_4",
        "predict flowers_nogit_4 rows.csv",
        "serve flowers_nogit_4 --port 0",
        "build flowers_nogit_4",
        "monitor drift flowers_nogit_4 rows.csv",
        "promote flowers_nogit_4",
        "bench flowers_nogit_4",
        "show flowers_nogit_4 --plots",
    ):
        answer = ask(*line.split())
        assert not ran.exists(), line
        assert answer.code in CODES, (line, answer)
        assert "Traceback" not in answer.err, line
        if line.startswith(("evaluate", "build", "predict", "serve")):
            assert answer.code == 4, (line, answer)
            assert "--trust" in answer.err
