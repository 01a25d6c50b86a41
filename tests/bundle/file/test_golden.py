from mlctl.bundle.file.golden import chosen, golden, most_rows

ROWS = [{"n": float(i), "c": "x", "b": True, "d": "2026-01-01"} for i in range(300)]
KINDS = {"n": "number", "c": "category", "b": "boolean", "d": "date"}


def test_how_many():
    assert [most_rows(columns) for columns in (0, 4, 30, 1000)] == [200, 200, 100, 50]


def test_held_out_rows_gaps_unseen_levels_extremes_and_near_ties():
    found = chosen(ROWS, KINDS, [abs(150 - i) for i in range(300)])
    whys = [why for why, _ in found]
    assert len(found) == 200
    assert whys.count("held out") + whys.count("nearly a tie") + 15 == 200
    wanted = {"nothing but gaps", "missing n", "smallest n", "largest n", "beyond n", "huge n", "tiny n"}
    assert wanted | {"missing c", "unseen c", "true b", "false b", "early d", "late d"} <= set(whys)
    rows = dict(reversed(found))
    assert rows["nothing but gaps"] == dict.fromkeys(KINDS)
    assert rows["beyond n"]["n"] == 299 + 10 * 299 + 1
    assert rows["nearly a tie"]["n"] == 150.0
    assert rows["unseen c"]["c"] == "☃ unseen"


def test_few_rows_and_many_columns():
    kinds = {f"n{i}": "number" for i in range(80)}
    found = chosen([dict.fromkeys(kinds), dict.fromkeys(kinds, 1)], kinds, [None, None])
    assert len(found) == 50
    assert [why for why, _ in found].count("held out") == 2


def test_what_the_file_holds():
    told = golden([("held out", {"a": 1, "b": 2})], lambda row: (row["a"], None), ["b", "a"])
    assert told == {"columns": ["b", "a"], "rows": [[2, 1]], "why": ["held out"], "answers": [(1, None)]}
