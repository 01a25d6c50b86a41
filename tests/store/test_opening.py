import pytest

from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.store import find, init
from tests.store.conftest import NOW


def test_init_makes_what_the_format_names(tmp_path):
    store, created = init(tmp_path / "mlstore", NOW)
    assert created
    assert store.root == tmp_path / "mlstore"
    assert sorted(p.name for p in store.root.iterdir()) == [
        ".gitignore",
        "FORMAT",
        "README",
        "damaged",
        "projects",
        "tmp",
        "trash",
    ]
    assert (store.root / "FORMAT").read_text() == "mlctl-store 1\n"
    assert "Made 2026-01-09T12:30:00.000000Z" in (store.root / "README").read_text()
    assert "/index.sqlite*" in (store.root / ".gitignore").read_text()


def test_init_returns_what_is_there(tmp_path):
    init(tmp_path / "mlstore", NOW)
    (tmp_path / "mlstore" / "README").write_text("mine")
    assert init(tmp_path / "mlstore", NOW)[1] is False
    assert (tmp_path / "mlstore" / "README").read_text() == "mine"


def test_init_goes_on_where_another_was_cut_off(tmp_path):
    init(tmp_path / "mlstore", NOW)
    (tmp_path / "mlstore" / "FORMAT").unlink()
    (tmp_path / "mlstore" / "projects").rmdir()
    assert init(tmp_path / "mlstore", NOW)[1] is True


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mlruns", "MLflow would take it"),
        ("full", "is not empty: it holds a.txt"),
        ("full/a.txt", "is a file"),
        ("mlstore/projects/inner", "lies inside a store"),
    ],
)
def test_places_that_are_refused(tmp_path, place, said):
    init(tmp_path / "mlstore", NOW)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("")
    with pytest.raises(UsageError, match=said):
        init(tmp_path / place, NOW)


def test_a_store_is_found_by_walking_up(tmp_path):
    made = init(tmp_path / "mlstore", NOW)[0]
    (tmp_path / "a" / "b").mkdir(parents=True)
    for start in (tmp_path, tmp_path / "a" / "b", made.root, made.root / "projects"):
        assert find(start, explicit=None, environ={}).root == made.root


def test_a_named_store_comes_first_then_the_environment(tmp_path, monkeypatch):
    for name in ("one", "two"):
        init(tmp_path / name / "mlstore", NOW)
    one, two = tmp_path / "one" / "mlstore", tmp_path / "two" / "mlstore"
    environ = {"MLCTL_STORE": str(two)}
    assert find(tmp_path / "one", explicit=None, environ=environ).root == two
    assert find(tmp_path / "two", explicit=one, environ=environ).root == one
    monkeypatch.chdir(tmp_path)
    assert find(tmp_path, explicit=None, environ={"MLCTL_STORE": "one/../two/mlstore"}).root == two


def test_no_store_says_how_to_make_one(tmp_path):
    with pytest.raises(NotFoundError, match="no store in") as caught:
        find(tmp_path, explicit=None, environ={})
    assert "mlctl init" in caught.value.hint
    with pytest.raises(NotFoundError, match="nowhere is no store") as caught:
        find(tmp_path, explicit=tmp_path / "nowhere", environ={})
    assert "mlctl init" in caught.value.hint


def test_somebody_elses_format_file_is_passed_over(tmp_path):
    made = init(tmp_path / "mlstore", NOW)[0]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "FORMAT").write_text("black --line-length 100\n")
    assert find(tmp_path / "a", explicit=None, environ={}).root == made.root


def test_a_newer_format_is_refused_by_number(tmp_path):
    made = init(tmp_path / "mlstore", NOW)[0]
    (made.root / "FORMAT").write_text("mlctl-store 7\n")
    for attempt in (
        lambda: find(tmp_path, explicit=None, environ={}),
        lambda: init(tmp_path / "mlstore", NOW),
    ):
        with pytest.raises(DamagedError, match="has format 7, this mlctl reads formats up to 1") as caught:
            attempt()
        assert "upgrade mlctl" in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"mlctl-store", b"mlctl-store one", b"x" * 2000, b"mlctl-store -1"]
)
def test_a_damaged_format_says_what_it_should_hold(tmp_path, content):
    made = init(tmp_path / "mlstore", NOW)[0]
    (made.root / "FORMAT").write_bytes(content)
    with pytest.raises(DamagedError, match="does not say which format") as caught:
        find(tmp_path, explicit=None, environ={})
    assert "mlctl-store 1" in caught.value.hint


def test_a_place_that_cannot_be_written_is_explained(tmp_path, read_only):
    with read_only as store, pytest.raises(MlctlError, match=r"cannot make .*other: permission denied"):
        init(store.root.parent / "other", NOW)


@pytest.mark.parametrize("closed", ["", "FORMAT"])
def test_a_store_that_may_not_be_read_is_explained(may_not_read, closed):
    with may_not_read(f"mlstore/{closed}") as place:
        with pytest.raises(MlctlError, match=r"cannot read .*FORMAT: permission denied"):
            find(place, explicit=None, environ={})
        with pytest.raises(MlctlError, match=r"cannot read .*FORMAT: permission denied"):
            init(place / "mlstore", NOW)


def test_a_directory_on_the_way_up_that_may_not_be_read_is_passed_over(may_not_read):
    with may_not_read("") as place, pytest.raises(NotFoundError, match="no store in"):
        find(place / "x", explicit=None, environ={})
