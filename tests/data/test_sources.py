import pytest

from mlctl.data.sources import resolve
from mlctl.errors import DataError, MlctlError, NotFoundError

from .tables import section


@pytest.fixture
def base(tmp_path):
    for name in (
        "sales/2026-02.csv",
        "sales/2026-01.csv",
        "sales/north/2026-01.csv",
        "sales/.hidden.csv",
        "one.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a,y\n1,2\n")
    return tmp_path


def members(base, path):
    return [name for name, _ in resolve(section(path=path), base).members]


def test_one_path_is_named_by_its_file_name(base):
    source = resolve(section(path="sales/2026-01.csv"), base)
    assert source.kind == "files"
    assert source.members == (("2026-01.csv", base / "sales/2026-01.csv"),)
    assert source.described == {"path": "sales/2026-01.csv"}


def test_a_glob_is_sorted_relative_to_the_common_directory_and_passes_over_hidden_files(base):
    assert members(base, "sales/*.csv") == ["2026-01.csv", "2026-02.csv"]
    assert members(base, "sales/**/*.csv") == ["2026-01.csv", "2026-02.csv", "north/2026-01.csv"]


def test_a_list_of_paths_reads_each_file_once_in_an_order_that_does_not_depend_on_typing(base):
    typed = ["sales/2026-02.csv", "one.csv", "sales/*.csv", "sales/../one.csv"]
    source = resolve(section(path=typed), base)
    assert [name for name, _ in source.members] == ["one.csv", "sales/2026-01.csv", "sales/2026-02.csv"]
    assert source.described == {"path": typed}


def test_an_absolute_pattern_is_taken_as_it_is(base):
    assert members(base / "sales", str(base / "one.*")) == ["one.csv"]


def test_a_file_whose_name_holds_a_star_or_bracket_is_meant_literally(base):
    (base / "a[1].csv").write_text("a,y\n1,2\n")
    assert members(base, "a[1].csv") == ["a[1].csv"]


def test_nothing_found_names_the_directory_and_the_nearest_files(base):
    with pytest.raises(NotFoundError) as caught:
        resolve(section(path="sales/2026-03.csv"), base)
    assert caught.value.message == f"data.path: no file matches 'sales/2026-03.csv' in {base / 'sales'}"
    assert caught.value.hint == "there are 2026-02.csv, 2026-01.csv"


def test_nothing_found_by_a_glob_looks_in_the_last_plain_directory(base):
    with pytest.raises(NotFoundError) as caught:
        resolve(section(path="sales/*/*.parquet"), base)
    assert str(base / "sales") in caught.value.message
    assert caught.value.hint == "there are 2026-01.csv, 2026-02.csv"


def test_nothing_found_by_an_absolute_glob(base):
    with pytest.raises(NotFoundError) as caught:
        resolve(section(path=str(base / "sales/north/*.parquet")), base / "sales")
    assert caught.value.hint == "there are 2026-01.csv"


def test_an_empty_directory_is_said(base):
    (base / "empty").mkdir()
    with pytest.raises(NotFoundError) as caught:
        resolve(section(path="empty/*.csv"), base)
    assert caught.value.hint == "that directory has no files"


def test_a_missing_directory_is_named_with_where_relative_paths_start(base):
    with pytest.raises(NotFoundError) as caught:
        resolve(section(path="sails/2026-01.csv"), base)
    assert f"there is no directory {base / 'sails'}" in caught.value.message
    assert str(base) in caught.value.hint


def test_a_directory_is_not_a_file(base):
    with pytest.raises(NotFoundError) as caught:
        resolve(section(path="sales/"), base)
    assert "is a directory" in caught.value.message
    assert caught.value.hint == "name its files: sales/*.csv"


def test_a_built_in_set_is_written_to_the_scratch_directory(tmp_path):
    source = resolve(
        section(path=None, source="sklearn:iris", target="target"), tmp_path / "nowhere", tmp_path
    )
    assert source.kind == "sklearn"
    assert source.members == (("iris.csv", tmp_path / "iris.csv"),)
    assert source.described == {"source": "sklearn:iris", "classes": ["setosa", "versicolor", "virginica"]}


def test_a_built_in_set_needs_a_scratch_directory(tmp_path):
    with pytest.raises(ValueError, match="scratch"):
        resolve(section(path=None, source="sklearn:iris", target="target"), tmp_path)


@pytest.mark.parametrize(
    "fields", [{"path": "https://host/a.csv"}, {"path": None, "sql": {"query": "SELECT 1"}}]
)
def test_what_is_fetched_needs_a_scratch_directory(tmp_path, fields):
    with pytest.raises(ValueError, match="scratch"):
        resolve(section(**fields), tmp_path)


def test_what_is_described_is_what_was_typed(base):
    source = resolve(section(path=str(base / "one.csv")), base, None, {"path": "${DATA}/one.csv"})
    assert source.described == {"path": "${DATA}/one.csv"}


def test_a_device_is_no_file(base):
    with pytest.raises(DataError, match="'/dev/null' is no regular file"):
        resolve(section(path="/dev/null"), base)


def test_a_name_that_no_system_takes_is_explained(base):
    with pytest.raises(MlctlError, match="file name too long") as caught:
        resolve(section(path="x" * 5000), base)
    assert "shorter names" in caught.value.hint


def test_a_file_name_that_is_no_text_is_refused(base):
    (base / "odd\udcff.csv").write_text("a,y\n1,2\n")
    with pytest.raises(DataError, match=r"odd\\udcff.csv' is no UTF-8 text") as caught:
        resolve(section(path="odd*.csv"), base)
    assert "rename" in caught.value.hint
