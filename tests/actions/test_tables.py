import pytest

from mlctl.actions import tables
from mlctl.actions.locate import Place
from mlctl.errors import DataError, NotFoundError
from mlctl.store import init
from tests.actions.stored import NOW, loaded, trained
from tests.actions.tables import rows, write_csv


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    init(tmp_path / "mlstore", NOW)
    return Place(None, tmp_path, {})


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("sklearn:iris", True),
        ("s3://b/k.csv", True),
        ("*.csv", True),
        ("there.csv", True),
        ("gone.csv", False),
    ],
)
def test_a_word_is_a_file_or_a_reference(place, tmp_path, word, expected):
    write_csv(tmp_path / "there.csv")
    assert tables.is_file(word) is expected


def test_a_file_is_nobody_s(place, tmp_path):
    write_csv(tmp_path / "rows.csv", lines=rows(20))
    with tables.named(place, "rows.csv") as found:
        assert (found.label, found.dataset, found.target, dict(found.roles)) == ("rows.csv", None, None, {})
        assert found.table.frame.shape == (20, 3)
    assert list((tmp_path / "mlstore" / "tmp").glob("*")) == []


def test_a_dataset_has_its_roles(place, tmp_path):
    write_csv(tmp_path / "rows.csv", lines=rows(20))
    trained(place.open(), loaded(path="rows.csv", drop=["y"]), tmp_path)
    with tables.named(place, "shop_nogit_1") as found:
        assert found.label == "shop:shop_nogit_1"
        assert found.roles == {"y": "dropped", "k": "target"}
        assert found.target == "k"
        assert list((tmp_path / "mlstore" / "tmp").glob("*"))
    assert list((tmp_path / "mlstore" / "tmp").glob("*")) == []


def test_files_are_read_as_the_dataset_was(place, tmp_path):
    for name in ("old", "new"):
        lines = [(f"{i % 20 + 1:02d}.03.2025", f"{i:03d}", "ab"[i % 2]) for i in range(40)]
        write_csv(tmp_path / f"{name}.csv", "day;code;k", [(";".join(line),) for line in lines])
    how = {"delimiter": ";", "dates": {"day": "%d.%m.%Y"}, "types": {"code": "category"}}
    _, dataset = trained(place.open(), loaded(path="old.csv", **how), tmp_path)
    with tables.named(place, "new.csv", dataset) as new, tables.named(place, "1") as old:
        assert new.table.frame.equals(old.table.frame)
    # A column that was a date or a code, and is gone, is for the validation to say.
    write_csv(tmp_path / "less.csv", "k", [("a",), ("b",)])
    with tables.named(place, "less.csv", dataset) as less:
        assert list(less.table.frame.columns) == ["k"]


def test_what_cannot_be_read_is_an_error(place, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError), tables.named(place, "empty.csv"):
        pass
    with pytest.raises(NotFoundError), tables.named(place, "x*.csv"):
        pass
    with pytest.raises(NotFoundError), tables.named(place, "gone.csv"):
        pass
