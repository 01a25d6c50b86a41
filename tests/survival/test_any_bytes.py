"""Any bytes in any file of a store give a finding or a valid record, never a traceback, and cost that alone.

A file is spoiled, every way of looking is tried, and the file is put back. Here each file is spoiled in some
ways of the list; ``make test-slow`` tries all of them, and many drawn ones.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlctl.store.layout import META
from tests.survival.spoiled import DAMAGES, FILES, LOGGED, MODEL, SPOILED, ask, make, spoiled

OF_MODEL = "--project flowers --model species"
LOOKS = (
    "status",
    "store usage",
    "schedule list",
    "project list",
    "model list",
    "show flowers_nogit_2",
    "data list",
    f"compare {OF_MODEL}",
    f"history {OF_MODEL}",
    f"retrain log {OF_MODEL}",
)
"""What gives an answer, whatever one file holds, but for the thing itself."""
OF_THE_SPOILED = ("show flowers_nogit_4", "diff flowers_nogit_2 flowers_nogit_4", "store gc --dry-run")
"""What is told that the file is damaged."""
COSTS = {
    f"{MODEL}/{META}": {look for look in LOOKS if OF_MODEL in look},
    "FORMAT": set(LOOKS),
}
"""A record of a model costs what is asked of that model; the format's word, all: nobody may guess it."""
SILENT = ("README", ".gitignore", "lock", "run.lock", ".txt", "FORMAT", "damaged/")
"""What no finding is about: it holds nothing that a program reads, or it comes before all findings."""
EITHER = {0, 6}
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=1_000)
HERE = tuple(
    (file, way)
    for number, file in enumerate(FILES)
    for turn, way in enumerate(DAMAGES)
    if (turn - number * 4) % len(DAMAGES) == 0
)
"""One of the ways for each file, and each way for some file."""


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """A store with one of each kind of file, which every test leaves as it was."""
    return make(tmp_path_factory.mktemp("any"))


@pytest.fixture
def here(store, monkeypatch) -> Path:
    monkeypatch.chdir(store.parent)
    return store


def look(root: Path, file: str, data: bytes) -> list[str]:
    """Spoil a file and look at the store in every way; return what is wrong."""
    before = versions()
    with spoiled(root / file, data):
        return [*listed(file, before), *checked(file), *asked(file)]


def versions() -> set[str]:
    answer = ask("experiment", "list", "--json")
    assert answer.code == 0
    return {e["model_version_id"] for e in answer.json["experiments"]}


def listed(file: str, before: set[str]) -> list[str]:
    """Say which experiments are missing from the list, the spoiled one aside."""
    answer = ask("experiment", "list", "--json")
    if file == "FORMAT":
        return [] if answer.code in EITHER else [f"experiment list: exit {answer.code}"]
    if answer.code:
        return [f"experiment list: exit {answer.code}: {answer.out}"]
    own = {Path(file).parent.name} if file.endswith(META) else set()
    lost = before - {e["model_version_id"] for e in answer.json["experiments"]}
    if lost and not answer.json["warnings"]:
        return [f"lost without a word: {lost}"]
    return [f"lost: {lost - own}"] if lost - own else []


def checked(file: str) -> list[str]:
    """Say what ``store check`` names beside the spoiled file, and what belongs to it."""
    answer = ask("store", "check", "--json")
    if answer.code not in EITHER:
        return [f"store check: exit {answer.code}: {answer.out}"]
    if "findings" not in answer.json:
        return [] if file == "FORMAT" else [f"store check: {answer.out}"]
    near = {file, f"{MODEL}/champion", f"{SPOILED}/{META}", "index.sqlite", str(Path(file).parent)}
    near |= {f"projects/flowers/datasets/flowers_nogit_1.{end}" for end in ("yaml", "tar.zst")}
    paths = {one["path"].removeprefix("mlstore/") for one in answer.json["findings"]}
    inside = str(Path(file).parent) if SPOILED in file or LOGGED in file else file
    far = {path for path in paths - near if not path.startswith(inside) and "/experiments/" not in path}
    found = [f"findings elsewhere: {far}"] if far else []
    return found + [f"exit {answer.code} with {paths}"] * (bool(answer.code) and not paths)


def asked(file: str) -> list[str]:
    """Say which questions have no answer, or one that is no refusal."""
    found = []
    for words in (*LOOKS, *OF_THE_SPOILED):
        answer = ask(*words.split(), *(() if "gc" in words else ("--json",)))
        codes = EITHER if words in OF_THE_SPOILED or words in COSTS.get(file, ()) else {0}
        if answer.code not in codes or "Traceback" in answer.err:
            found.append(f"{words}: exit {answer.code}: {answer.out}{answer.err}")
        elif "gc" not in words and not answer.json:
            found.append(f"{words}: no document")
    return found


@pytest.mark.parametrize(("file", "way"), HERE)
def test_a_file_that_is_spoiled_costs_itself_alone(here, file, way):
    assert look(here, file, DAMAGES[way]((here / file).read_bytes())) == []


@pytest.mark.slow
@pytest.mark.parametrize("way", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_every_file_spoiled_in_every_way(here, file, way):
    assert look(here, file, DAMAGES[way]((here / file).read_bytes())) == []


@pytest.mark.parametrize(
    "file", [name for name in FILES if not name.endswith(SILENT) and "damaged" not in name]
)
def test_what_is_no_record_any_more_is_found(here, file):
    with spoiled(here / file, b"\xff\x00" * 100):
        found = ask("store", "check", "--json").json["findings"]
    names = {file, f"{Path(file).parent}/{META}", file.replace(".tar.zst", ".yaml")}
    if file.startswith("trash") and file.endswith(META):
        assert found == []  # it costs itself when it is taken back
    else:
        assert names & {one["path"].removeprefix("mlstore/") for one in found}


DRAWN = st.tuples(
    st.sampled_from(FILES),
    st.one_of(
        st.binary(max_size=300),
        st.sampled_from([b"{}", b"\n\n", b"- 1", b"\xef\xbb\xbf", b"~", b"1e999", b'{"time": 1}\n']),
    ),
    st.floats(0, 1),
    st.floats(0, 1),
)


def drawn(root: Path, file: str, data: bytes, start: float, length: float) -> bytes:
    """Replace a part of a file's bytes."""
    was = (root / file).read_bytes()
    first = int(len(was) * start)
    return was[:first] + data + was[first + int((len(was) - first) * length) :]


@FEW
@given(spoil=DRAWN)
def test_any_bytes(here, spoil):
    assert look(here, spoil[0], drawn(here, *spoil)) == []


@pytest.mark.slow
@MANY
@given(spoil=DRAWN)
def test_many_bytes(here, spoil):
    assert look(here, spoil[0], drawn(here, *spoil)) == []
