import pytest

from mlctl.actions.recorded import recorded
from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.store import init
from tests.actions.stored import NOW, loaded, trained
from tests.actions.tables import change_a_row, make_shop, rows, write_csv


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", NOW)[0]


def test_an_experiment_is_read_back(store, tmp_path):
    write_csv(tmp_path / "rows.csv")
    experiment, _ = trained(store, loaded(path="rows.csv", drop=["y"]), tmp_path)
    (tmp_path / "rows.csv").unlink()
    with recorded(store, experiment) as found:
        assert found.parameters.data.target == "k"
        assert found.parameters.data.drop == ("y",)
        assert found.packages == {"numpy": "1"}
        assert found.table.frame.shape == (200, 3)
        assert found.changed == ()
        assert found.directory == store.experiment_directory(experiment)
    assert list((store.root / "tmp").iterdir()) == []


@pytest.mark.parametrize("path", ["${FILE}", ["${FILE}"]])
def test_a_snapshot_needs_no_variable_that_said_where_it_was(store, tmp_path, path):
    write_csv(tmp_path / "rows.csv")
    experiment, _ = trained(store, loaded({"FILE": "rows.csv"}, path=path), tmp_path)
    with recorded(store, experiment) as found:
        assert len(found.table.frame) == 200


def test_a_snapshot_needs_the_variables_that_say_how_to_read_it(store, tmp_path, monkeypatch):
    (tmp_path / "rows.csv").write_bytes(
        b"x,k\n" + "".join(f"{i},{'äb'[i % 2]}\n" for i in range(30)).encode("latin-1")
    )
    params = loaded({"CODE": "latin-1"}, path="rows.csv", encoding="${CODE}")
    experiment, _ = trained(store, params, tmp_path)
    with pytest.raises(UsageError) as caught, recorded(store, experiment):
        pass
    assert "the environment has no CODE" in caught.value.details[0]
    monkeypatch.setenv("CODE", "latin-1")
    with recorded(store, experiment) as found:
        assert set(found.table.frame["k"]) == {"ä", "b"}


def test_each_experiment_reads_equal_content_in_its_own_way(store, tmp_path):
    write_csv(tmp_path / "rows.csv", "x,k", [("-" if i % 5 == 0 else i, "ab"[i % 2]) for i in range(40)])
    one, dataset = trained(store, loaded(path="rows.csv"), tmp_path)
    two, same = trained(store, loaded(path="rows.csv", missing=["-"]), tmp_path)
    assert same == dataset
    kinds = []
    for experiment in (one, two):
        with recorded(store, experiment) as found:
            kinds.append(int(found.table.frame["x"].isna().sum()))
    assert kinds == [0, 8]


def test_rows_are_fetched_again_and_compared(store, tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    make_shop(tmp_path / "sub" / "shop.db")
    sql = {"url": "sqlite:///${DB}.db", "query": "SELECT x, y, k FROM t ORDER BY id"}
    params = loaded({"DB": "shop"}, sql=sql, keep="query")
    experiment, dataset = trained(store, params, tmp_path / "sub")
    assert dataset.source["relative_to"] == "sub"
    with pytest.raises(UsageError, match="cannot be fetched again"), recorded(store, experiment):
        pass
    monkeypatch.setenv("DB", "shop")
    with recorded(store, experiment) as found:
        assert found.changed == ()
    change_a_row(tmp_path / "sub" / "shop.db")
    with recorded(store, experiment) as found:
        assert found.changed == ("the rows are others, or in another order",)


def test_a_file_that_was_not_kept_is_read_where_it_is(store, tmp_path):
    write_csv(tmp_path / "sub" / "rows.csv", lines=rows(60))
    experiment, dataset = trained(store, loaded(path="rows.csv", keep="query"), tmp_path / "sub")
    assert (dataset.source, dataset.archive) == ({"path": "sub/rows.csv"}, {})
    with recorded(store, experiment) as found:
        assert found.changed == ()
    write_csv(tmp_path / "sub" / "rows.csv", lines=rows(61))
    with recorded(store, experiment) as found:
        assert found.changed == (
            "there were 60 rows, there are 61",
            "the rows are others, or in another order",
        )


def test_a_record_that_tells_another_number_of_rows_is_damaged(store, tmp_path):
    write_csv(tmp_path / "rows.csv")
    experiment, dataset = trained(store, loaded(path="rows.csv"), tmp_path)
    record = store.root / "projects" / "shop" / "datasets" / f"{dataset.dataset}.yaml"
    record.write_text(record.read_text().replace("\nrows: 200\n", "\nrows: 3\n"))
    with pytest.raises(DamagedError, match="has 200 rows, its record says 3"), recorded(store, experiment):
        pass


def test_an_experiment_that_failed_has_no_data(store, tmp_path):
    store.add_project("shop", "", NOW)
    model, _ = store.add_model("shop", "kind", "", NOW)
    with store.new_experiment(model, None, NOW, rung="dummy") as opened:
        failed = opened.fail("data", "no rows")
    with (
        pytest.raises(NotFoundError, match="shop_nogit_1 keeps no data: it is failed"),
        recorded(store, failed),
    ):
        pass
