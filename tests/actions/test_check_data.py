from datetime import timedelta

import pytest

from mlctl.actions import check_data
from mlctl.actions.locate import Place
from mlctl.errors import NotFoundError
from mlctl.store import init
from tests.actions.stored import NOW, loaded, trained
from tests.actions.tables import rows, write_csv


@pytest.fixture
def place(tmp_path):
    store, _ = init(tmp_path / "mlstore", NOW)
    write_csv(tmp_path / "rows.csv")
    trained(store, loaded(path="rows.csv"), tmp_path)
    return Place(None, tmp_path, {})


def codes(issues):
    return [(issue.code, issue.column) for issue in issues]


def test_a_reference_is_a_dataset_or_a_schema(place, tmp_path):
    known = check_data.reference(place, "1")
    assert (known.label, known.rows, known.target) == ("shop:shop_nogit_1", 200, "k")
    schema = tmp_path / "schema.yml"
    schema.write_text(check_data.written_schema(known.dataset))
    written = check_data.reference(place, str(schema))
    assert (written.rows, written.target, written.dataset) == (200, "k", None)
    assert [dict(c) for c in written.columns] == list(known.columns)
    with pytest.raises(NotFoundError):
        check_data.reference(place, str(tmp_path / "other.yaml"))


def test_a_schema_without_a_target_names_none(place, tmp_path):
    schema = tmp_path / "schema.yaml"
    schema.write_text("[{column: x, type: number}]\n")
    written = check_data.reference(place, str(schema))
    assert (written.target, written.rows, written.copies) == (None, None, None)
    _, found = check_data.check(place, str(write_csv(tmp_path / "new.csv", "x", [(1,)])), str(schema), NOW)
    assert found.refusals == found.warnings == ()


def test_several_refusals_come_at_once(place, tmp_path):
    new = write_csv(tmp_path / "new.csv", "x,k", [(f"v{x}", "a") for x, _, _ in rows()])
    _, found = check_data.check(place, str(new), "1", NOW)
    assert sorted(codes(found.refusals)) == [
        ("column-gone", "y"),
        ("target-one-class", "k"),
        ("type-changed", "x"),
    ]


def test_dates_of_the_future_depend_on_now(place, tmp_path):
    lines = [(f"2026-01-{i // 2 + 1:02d}", "ab"[i % 2]) for i in range(16)]
    write_csv(tmp_path / "days.csv", "day,k", lines)
    trained(place.open(), loaded(path="days.csv"), tmp_path)
    lines = [(f"2026-01-{i // 2 + 1:02d}T13:00", "ab"[i % 2]) for i in range(20)]
    new = str(write_csv(tmp_path / "new.csv", "day,k", lines))
    _, later = check_data.check(place, new, "2", NOW + timedelta(days=3))
    _, today = check_data.check(place, new, "2", NOW)
    assert codes(later.warnings) == []
    assert codes(today.warnings) == [("future", "day")]


def test_drift_of_a_file(place, tmp_path):
    new = str(write_csv(tmp_path / "new.csv", lines=rows(300, 2.0, seed=1)))
    assert check_data.drifted(place, new, "1").drifted is True
    same = str(write_csv(tmp_path / "same.csv", lines=rows(300, seed=1)))
    assert check_data.drifted(place, same, "1").drifted is False
