import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlctl.domain.findings import faults
from mlctl.store import Store
from mlctl.store.check import check
from mlctl.store.index import Index
from tests.store.whole import NOW, dataset, experiment, model_of, site_of, snapshot

PROJECT = "projects/iris"
MODEL = f"{PROJECT}/models/species"
TRIES = f"{MODEL}/experiments"


def found(root: Path, **more) -> list[tuple[str, str, str]]:
    """Return code, path within the store and remedy of each finding."""
    return [(one.code, one.path.removeprefix("mlstore/"), one.remedy) for one in check(site_of(root), **more)]


def test_a_store_in_order_has_no_finding_and_nothing_is_written(filled):
    before = snapshot(filled)
    assert found(filled) == []
    assert snapshot(filled) == before


def test_what_is_looked_at_is_told(filled):
    told = []
    list(check(site_of(filled), told=told.append))
    assert told[0] == f"mlstore/{PROJECT}/datasets/iris_3f9a1c_1.yaml"
    assert told[1:] == [f"mlstore/{TRIES}/iris_3f9a1c_{n}" for n in (1, 2, 3)]


def test_files_are_held_to_their_checksums(filled):
    one = filled / TRIES / "iris_3f9a1c_1"
    (one / "model.skops").write_text("THE model of iris_3f9a1c_1")
    (one / "scores.csv").unlink()
    (one / "more.txt").write_text("mine")
    (one / "reports").mkdir()
    (one / "reports" / "later.md").write_text("fine")
    wanted = [
        ("checksum", f"{TRIES}/iris_3f9a1c_1/model.skops", "repair"),
        ("missing-file", f"{TRIES}/iris_3f9a1c_1/scores.csv", "repair"),
        ("unexpected-file", f"{TRIES}/iris_3f9a1c_1/more.txt", "repair"),
        ("missing-artifact", f"{TRIES}/iris_3f9a1c_1/meta.yaml", "person"),
    ]
    assert found(filled) == wanted
    assert found(filled, quick=True) == wanted[1:]


def test_the_champion_is_left_to_a_person(filled):
    (filled / TRIES / "iris_3f9a1c_3" / "model.skops").write_text("x")
    assert found(filled) == [("checksum", f"{TRIES}/iris_3f9a1c_3/model.skops", "person")]
    (filled / TRIES / "iris_3f9a1c_3" / "meta.yaml").write_text("x")
    assert found(filled)[0] == ("record", f"{TRIES}/iris_3f9a1c_3/meta.yaml", "person")


@pytest.mark.parametrize(
    ("sums", "codes"),
    [
        (None, ["sums"]),
        ("nonsense\n", ["sums"]),
        (f"{'0' * 64}  ../../x\n", ["sums", "unexpected-file"]),
        (f"{'0' * 64}  plots\n", ["missing-file", "unexpected-file"]),
    ],
)
def test_sums_that_are_none(filled, sums, codes):
    path = filled / TRIES / "iris_3f9a1c_1" / "SHA256SUMS"
    path.unlink() if sums is None else path.write_text(sums)
    assert list(dict.fromkeys(code for code, _, _ in found(filled))) == codes


def test_a_file_that_cannot_be_read_is_said(filled):
    one = filled / TRIES / "iris_3f9a1c_1"
    (one / "model.skops").unlink()
    os.mkfifo(one / "model.skops")
    assert found(filled) == [("checksum", f"{TRIES}/iris_3f9a1c_1/model.skops", "repair")]


def test_a_file_without_rights_is_said(filled, may_not_read):
    with may_not_read(f"mlstore/{TRIES}/iris_3f9a1c_1/model.skops") as place:
        codes = [(one.code, one.said) for one in check(site_of(place / "mlstore"))]
    assert codes[0][0] == "checksum"
    assert "permission denied" in codes[0][1]


def test_links_are_found_and_never_followed(filled, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    one = filled / TRIES / "iris_3f9a1c_1"
    (one / "plots" / "out").symlink_to(outside)
    (one / "model.skops").unlink()
    (one / "model.skops").symlink_to(outside / "secret")
    (filled / PROJECT / "models" / "linked").symlink_to(outside)
    assert found(filled) == [
        ("link", f"{PROJECT}/models/linked", "repair"),
        ("link", f"{TRIES}/iris_3f9a1c_1/model.skops", "repair"),
        ("link", f"{TRIES}/iris_3f9a1c_1/plots/out", "repair"),
        ("checksum", f"{TRIES}/iris_3f9a1c_1/model.skops", "repair"),
    ]


def test_a_store_whose_projects_are_behind_a_link_is_left_to_a_person(filled, tmp_path):
    (filled / "projects").rename(tmp_path / "elsewhere")
    (filled / "projects").symlink_to(tmp_path / "elsewhere")
    assert ("link", "projects", "person") in found(filled)


def test_an_experiment_behind_a_link_is_one_finding(filled, tmp_path):
    (filled / TRIES / "iris_3f9a1c_1").rename(tmp_path / "moved")
    (filled / TRIES / "iris_3f9a1c_1").symlink_to(tmp_path / "moved")
    assert found(filled) == [("link", f"{TRIES}/iris_3f9a1c_1", "repair")]


def test_torn_lines_and_the_pointer(filled):
    events = filled / MODEL / "events.jsonl"
    events.write_bytes(events.read_bytes() + b'{"time": "20')
    (filled / MODEL / "retrain" / "journal.jsonl").write_bytes(b"[1]\n")
    usage = filled / MODEL / "retrain" / "usage.jsonl"
    usage.write_bytes(b"\xff\n" * 7 + usage.read_bytes())
    (filled / MODEL / "champion").write_text("iris_3f9a1c_2\n")
    findings = list(check(site_of(filled)))
    assert [(one.code, Path(one.path).name, one.remedy) for one in findings] == [
        ("torn-line", "events.jsonl", "repair"),
        ("torn-line", "journal.jsonl", "repair"),
        ("torn-line", "usage.jsonl", "repair"),
        ("pointer", "champion", "repair"),
    ]
    assert "line 3 is torn" in findings[0].said
    assert "line 1, 2, 3, 4, 5 … is torn" in findings[2].said
    assert "names 'iris_3f9a1c_2', and the events say iris_3f9a1c_3" in findings[3].said


def test_a_pointer_that_is_missing_or_too_large_and_a_champion_that_is_gone(filled):
    (filled / MODEL / "champion").unlink()
    assert found(filled) == [("pointer", f"{MODEL}/champion", "repair")]
    (filled / MODEL / "champion").write_text("x" * 2000)
    assert found(filled) == [("unreadable", f"{MODEL}/champion", "person")]
    (filled / MODEL / "champion").write_text("iris_3f9a1c_3\n")
    shutil.rmtree(filled / TRIES / "iris_3f9a1c_3")
    assert found(filled) == [("dangling", f"{MODEL}/champion", "person")]


def test_parameters_of_retraining_that_cannot_be_read(filled):
    for name in ("params.yaml", "from.yaml"):
        (filled / MODEL / "retrain" / name).write_text("x: [")
    assert [(code, Path(path).name) for code, path, _ in found(filled)] == [
        ("parameters", "params.yaml"),
        ("parameters", "from.yaml"),
    ]


def test_a_store_that_may_only_be_read(read_only):
    with read_only as opened:
        assert list(check(opened.site)) == []


def test_a_log_that_is_a_folder(filled):
    (filled / MODEL / "events.jsonl").unlink()
    (filled / MODEL / "events.jsonl").mkdir()
    assert [code for code, _, _ in found(filled)] == ["unreadable", "unreadable"]


def test_evaluations_are_held_to_the_scores(filled):
    record = filled / TRIES / "iris_3f9a1c_1" / "meta.yaml"
    text = record.read_text()
    record.write_text(text.replace("  test:\n    accuracy_score: 0.75", "  test:\n    accuracy_score: 0.99"))
    said = [one.said for one in check(site_of(filled))]
    assert said == ["evaluations.test.accuracy_score is 0.99, and scores.csv says otherwise"]
    record.write_text(text.replace("- 0.7\n", "- 0.9\n"))
    assert "another list of 3 folds" in next(iter(check(site_of(filled)))).said
    record.write_text(text.replace("mean: 0.65", "mean: 0.95"))
    assert "mean 0.95" in next(iter(check(site_of(filled)))).said
    record.write_text(text)
    (record.parent / "scores.csv").write_text("fold,split,metric,value\n,test,accuracy_score,one\n")
    assert [code for code, _, _ in found(filled)] == ["checksum", "scores"]


def test_records_that_cannot_be_read_cost_themselves_alone(filled, store):
    model_of(store, "iris", "second")
    model_of(store, "other", "third")
    dataset(store, "unused")
    for place in (
        "projects/other/meta.yaml",
        f"{PROJECT}/models/second/meta.yaml",
        f"{TRIES}/iris_3f9a1c_1/meta.yaml",
        f"{PROJECT}/datasets/unused.yaml",
        f"{PROJECT}/datasets/iris_3f9a1c_1.yaml",
    ):
        (filled / place).write_bytes(b"\xff\xfe: [")
    assert [one for one in found(filled) if one[0] == "record"] == [
        ("record", "projects/other/meta.yaml", "repair"),
        ("record", f"{PROJECT}/models/second/meta.yaml", "repair"),
        ("record", f"{PROJECT}/datasets/iris_3f9a1c_1.yaml", "person"),
        ("record", f"{PROJECT}/datasets/unused.yaml", "repair"),
        ("record", f"{TRIES}/iris_3f9a1c_1/meta.yaml", "repair"),
    ]
    assert [path for code, path, _ in found(filled) if code == "dangling"] == [
        f"{TRIES}/iris_3f9a1c_2/meta.yaml",
        f"{TRIES}/iris_3f9a1c_3/meta.yaml",
    ]


def test_a_record_in_the_wrong_place_or_missing_or_twice(filled):
    tries = filled / TRIES
    shutil.copytree(tries / "iris_3f9a1c_1", tries / "iris_3f9a1c_9")
    (tries / "iris_3f9a1c_2" / "meta.yaml").unlink()
    copy = tries / "iris_3f9a1c_8"
    shutil.copytree(tries / "iris_3f9a1c_1", copy)
    (copy / "meta.yaml").write_text(
        (copy / "meta.yaml").read_text().replace("version_id: iris_3f9a1c_1", "version_id: iris_3f9a1c_8")
    )
    shutil.copytree(tries / "iris_3f9a1c_1", tries / "else_3f9a1c_1")
    (tries / "else_3f9a1c_1" / "meta.yaml").write_text(
        (copy / "meta.yaml").read_text().replace("iris_3f9a1c_8", "else_3f9a1c_1")
    )
    assert {(code, path.removeprefix(f"{TRIES}/")) for code, path, _ in found(filled)} == {
        ("record", "iris_3f9a1c_9/meta.yaml"),
        ("record", "iris_3f9a1c_2/meta.yaml"),
        ("record", "else_3f9a1c_1/meta.yaml"),
        ("double", "iris_3f9a1c_8/meta.yaml"),
        ("number", f"{PROJECT}/number"),
    }


def test_an_archive_is_held_to_its_record(filled, store):
    archive = filled / PROJECT / "datasets" / "iris_3f9a1c_1.tar.zst"
    content = archive.read_bytes()
    archive.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert found(filled) == [("archive", f"{PROJECT}/datasets/iris_3f9a1c_1.yaml", "person")]
    assert found(filled, quick=True) == []
    archive.write_bytes(content + b"x")
    assert "bytes, its record says" in next(iter(check(site_of(filled)))).said
    archive.unlink()
    assert "is missing; 3 experiments" in next(iter(check(site_of(filled)))).said
    archive.mkdir()
    assert "no regular file" in next(iter(check(site_of(filled)))).said
    archive.rmdir()
    archive.symlink_to(filled / "FORMAT")
    assert "is a link" in list(check(site_of(filled)))[-1].said


def test_an_archive_whose_members_are_others(filled):
    record = filled / PROJECT / "datasets" / "iris_3f9a1c_1.yaml"
    text = record.read_text()
    record.write_text(text.replace("name: a.csv", "name: b.csv"))
    assert "holds another 'a.csv'" in next(iter(check(site_of(filled)))).said
    head, _, rest = text.partition("members:")
    record.write_text(f"{head}members: []\nrows:{rest.partition('rows:')[2]}")
    assert "holds 1 files, the record tells of 0" in next(iter(check(site_of(filled)))).said


def test_an_archive_with_an_impossible_name_and_one_that_was_not_kept(filled, store):
    record = filled / PROJECT / "datasets" / "iris_3f9a1c_1.yaml"
    text = record.read_text()
    record.write_text(text.replace("file: iris_3f9a1c_1.tar.zst", f"file: {'x' * 300}"))
    assert "cannot be read: File name too long" in next(iter(check(site_of(filled)))).said
    head, _, rest = text.partition("archive:")
    record.write_text(f"{head}archive: {{}}\nmembers:{rest.partition('members:')[2]}")
    assert [code for code, _, _ in found(filled)] == ["unused-archive"]


def test_a_name_in_another_form_of_unicode(filled):
    (filled / "projects" / unicodedata.normalize("NFD", "café")).mkdir()
    assert [(code, remedy) for code, _, remedy in found(filled)] == [("record", "person")]


def test_an_archive_that_cannot_be_read(filled, may_not_read):
    with may_not_read(f"mlstore/{PROJECT}/datasets/iris_3f9a1c_1.tar.zst") as place:
        assert "permission denied" in next(iter(check(site_of(place / "mlstore")))).said


def test_what_is_no_fault_is_a_note(filled, store):
    dataset(store, "far", "b\n2\n", source="/data/far.csv")
    datasets = filled / PROJECT / "datasets"
    shutil.copy(datasets / "far.tar.zst", datasets / "lost.tar.zst")
    (datasets / "notes.txt").write_text("x")
    (filled / "stray").write_text("x")
    (filled / ".hidden").write_text("x")
    half = filled / "tmp" / ".tmp-123"
    half.mkdir()
    beside = filled / MODEL / ".tmp-abc.yaml"
    beside.write_text("x")
    for path in (half, beside):
        os.utime(path, (1, 1))
    (filled / "tmp" / ".tmp-young").mkdir()
    (filled / "tmp" / "import.lock").write_text("")
    os.utime(filled / "tmp" / "import.lock", (1, 1))
    findings = list(check(site_of(filled)))
    assert faults(findings) == ()
    assert sorted((one.code, one.path.rpartition("/")[2], one.remedy) for one in findings) == [
        ("absolute-path", "far.yaml", ""),
        ("leftover", ".tmp-123", "gc"),
        ("leftover", ".tmp-abc.yaml", "gc"),
        ("stray", "notes.txt", ""),
        ("stray", "stray", ""),
        ("unused-archive", "lost.tar.zst", "gc"),
    ]


def test_a_folder_that_somebody_works_in_is_not_left_over(store, filled):
    with store.scratch() as place:
        os.utime(place, (1, 1))
        assert found(filled) == []


def test_names_that_nobody_reads(filled):
    for path in (
        filled / "projects" / "12",
        filled / PROJECT / "models" / "a:b",
        filled / TRIES / "mine",
        filled / PROJECT / "datasets" / "a:b.yaml",
    ):
        path.mkdir()
    assert [(code, path) for code, path, _ in found(filled)] == [
        ("name", "projects/12"),
        ("name", f"{PROJECT}/datasets/a:b.yaml"),
        ("name", f"{PROJECT}/models/a:b"),
        ("name", f"{TRIES}/mine"),
    ]


def test_a_number_that_would_be_given_out_again(filled, store):
    number = filled / PROJECT / "number"
    for text in ("1\n", "rubbish", None):
        number.unlink() if text is None else number.write_text(text)
        assert found(filled) == [("number", f"{PROJECT}/number", "repair")]
    number.mkdir()
    assert found(filled) == [("number", f"{PROJECT}/number", "repair")]
    number.rmdir()
    number.write_text("3\n")
    experiment(store, store.model("iris", "species"), at=NOW)
    store.remove(store.experiments().records[-1], NOW)
    number.write_text("3\n")
    assert "the highest number in the project is 4" in next(iter(check(site_of(filled)))).said


def test_caches_and_pages(filled, store, settle):
    settle(filled)
    store.projects(), store.models(), store.experiments()
    assert found(filled) == []
    (filled / "ticks.json").write_text('{"models": []}')
    (filled / "README").unlink()
    (filled / ".gitignore").unlink()
    assert [(code, path) for code, path, _ in found(filled)] == [
        ("missing-page", "README"),
        ("missing-page", ".gitignore"),
        ("cache", "ticks.json"),
    ]
    (filled / "ticks.json").write_text("{")
    assert ("cache", "ticks.json", "repair") in found(filled)


def test_an_index_that_believes_something_else(filled, store, settle):
    settle(filled)
    store.datasets("iris"), store.models(), store.projects()
    index = Index(filled / "index.sqlite")
    wrong = {
        key: entry._replace(tree=entry.tree | {"description": "other"})
        for kind in ("project", "model", "dataset")
        for key, entry in index.load(kind).items()
    }
    assert len(wrong) == 3
    index.store(wrong)
    findings = list(check(site_of(filled)))
    assert [one.code for one in findings] == ["index"]
    assert "says something else than mlstore/projects/iris/meta.yaml, and 2 more" in findings[0].said
    (filled / "index.sqlite").write_text("no database")
    assert "is no index" in next(iter(check(site_of(filled)))).said
    (filled / "index.sqlite").unlink()
    (filled / "index.sqlite").mkdir()
    assert "is no index" in next(iter(check(site_of(filled)))).said
    (filled / "index.sqlite").rmdir()
    (filled / "index.sqlite").symlink_to(filled / "FORMAT")
    assert found(filled) == [("link", "index.sqlite", "person")]


def test_only_some(filled, store):
    (filled / TRIES / "iris_3f9a1c_1" / "model.skops").write_text("x")
    (filled / TRIES / "iris_3f9a1c_2" / "model.skops").write_text("x")
    (filled / PROJECT / "datasets" / "iris_3f9a1c_1.tar.zst").unlink()
    one = store.experiments().records[0]
    assert [(code, Path(path).name) for code, path, _ in found(filled, only=[one])] == [
        ("checksum", "model.skops"),
        ("archive", "iris_3f9a1c_1.yaml"),
    ]
    bare = experiment(store, store.model("iris", "species"))
    assert found(filled, only=[bare]) == []


def test_an_experiment_that_was_recorded_by_hand_has_no_scores(store, finished):
    finished()
    assert found(store.root) == []


def test_a_running_experiment_is_in_order_and_one_that_died_too(filled, store):
    model = store.model("iris", "species")
    opened = store.new_experiment(model, None, NOW)
    opened.write("half.txt", "x")
    assert found(filled) == []
    opened.close()
    assert found(filled) == []


def test_a_project_without_datasets_folder_and_a_trash_that_is_a_link(filled, tmp_path):
    shutil.rmtree(filled / PROJECT / "datasets")
    (filled / "tmp").rmdir()
    (filled / "trash").rmdir()
    (filled / "trash").symlink_to(tmp_path)
    codes = {code for code, _, _ in found(filled)}
    assert codes == {"link", "dangling"}


@pytest.fixture(scope="module")
def once(tmp_path_factory, whole_once) -> Path:
    root = tmp_path_factory.mktemp("any") / "mlstore"
    shutil.copytree(whole_once, root)
    return root


NAMES = (
    "lock README ticks.json index.sqlite projects/iris/meta.yaml projects/iris/number "
    "projects/iris/datasets/iris_3f9a1c_1.yaml projects/iris/datasets/iris_3f9a1c_1.tar.zst "
    f"{MODEL}/meta.yaml {MODEL}/champion {MODEL}/events.jsonl {MODEL}/retrain/journal.jsonl "
    f"{TRIES}/iris_3f9a1c_1/meta.yaml {TRIES}/iris_3f9a1c_1/SHA256SUMS {TRIES}/iris_3f9a1c_1/scores.csv"
).split()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES),
    data=st.one_of(
        st.binary(max_size=200),
        st.sampled_from(
            [b"", b"{}", b"null", b"a: &a [*a]", b"- 1", b"[" * 5000, b'{"time": 1}\n', b"\0", b"1e9"]
        ),
    ),
    cut=st.booleans(),
    place=st.integers(0, 4000),
)
def test_any_bytes_in_any_file_are_findings_and_cost_that_record_alone(once, name, data, cut, place):
    path = once / name
    was = path.read_bytes() if path.exists() else None
    whole_file = was or b""
    at = place % (len(whole_file) + 1)
    path.write_bytes(whole_file[:at] + data + (b"" if cut else whole_file[at:]))
    try:
        findings = list(check(site_of(once)))
        assert all(one.path.startswith("mlstore/") for one in findings)
        records = {e.model_version_id for e in Store(site_of(once)).experiments().records}
        assert records >= {"iris_3f9a1c_2", "iris_3f9a1c_3"}
    finally:
        path.unlink() if was is None else path.write_bytes(was)
