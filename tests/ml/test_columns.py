from mlctl.domain.columns import Column
from mlctl.ml.columns import any_missing, names, roles

COLUMNS = [
    Column("age", "number", 70, 2),
    Column("job", "category", 9, 0),
    Column("note", "text", 900, 1),
    Column("ok", "boolean", 2, 0),
    Column("since", "date", 500, 0),
    Column("pay", "number", 300, 0),
]


def test_columns_by_kind():
    found = roles(COLUMNS)
    assert names(found.numbers) == ["age", "pay"]
    assert names(found.plain) == ["age", "pay", "ok"]
    assert (names(found.categories), names(found.texts), names(found.dates)) == (["job"], ["note"], ["since"])


def test_gaps():
    found = roles(COLUMNS)
    assert any_missing(found.numbers)
    assert not any_missing(found.booleans)
