import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse

from mlctl.domain.columns import Column
from mlctl.errors import UsageError
from mlctl.estimators import TRUSTED
from mlctl.ml.model_file import KNOWN
from mlctl.ml.preprocess import Needs, build_preprocessor, native_categories
from mlctl.params.model import Preprocess

LINEAR = Needs("logistic_regression", "linear", sparse=True)
FOREST = Needs("random_forest", "tree", missing=True, sparse=True)
BOOSTING = Needs("hist_gradient_boosting", "boosting", missing=True, native_levels=254)

COLUMNS = (
    Column("age", "number", 70, 0, integer=True),
    Column("pay", "number", 300, 9),
    Column("job", "category", 3, 5),
    Column("note", "text", 90, 4),
    Column("member", "boolean", 2, 3),
    Column("since", "date", 90, 2),
)


def table():
    rows = 100
    random = np.random.default_rng(0)
    since = pd.Series(pd.date_range("2025-01-01", periods=rows, freq="7h"))
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, rows),
            "pay": random.normal(3000, 500, rows),
            "job": random.choice(["cook", "clerk", "driver"], rows),
            "note": random.choice(["good work", "late again", "very good"], rows),
            "member": random.choice([True, False], rows).astype(object),
            "since": since,
            "unused": "x",
        }
    )
    for column in COLUMNS:
        frame.loc[random.choice(rows, column.missing, replace=False), column.name] = None
    return frame


def options(**chosen):
    return Preprocess.model_validate(chosen)


def fitted(needs, columns=COLUMNS, target=None, **chosen):
    return build_preprocessor(columns, options(**chosen), needs).fit(table(), target)


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def outputs(transformer):
    return transformer.get_feature_names_out().tolist()


def test_a_linear_model_gets_everything_scaled_and_filled_in():
    transformer = fitted(LINEAR)
    matrix = transformer.transform(table())
    assert sparse.issparse(matrix)
    columns = dict(zip(outputs(transformer), dense(matrix).T, strict=True))
    assert not np.isnan(dense(matrix)).any()
    assert [name for name in columns if name.startswith("categories")] == [
        "categories__job_<missing>",
        "categories__job_clerk",
        "categories__job_cook",
        "categories__job_driver",
    ]
    assert {"numbers__missingindicator_pay", "booleans__missingindicator_member"} <= set(columns)
    assert "numbers__missingindicator_age" not in columns
    assert {"dates__since_missing", "dates__since_week_sin", "dates__since_hour"} <= set(columns)
    assert columns["numbers__pay"].std() == pytest.approx(1)
    assert columns["dates__since_days"].mean() == pytest.approx(0, abs=1e-9)
    assert set(columns["booleans__member"]) == {0.0, 1.0}
    assert any(name.startswith("text_1__") and name.endswith("good") for name in columns)


def test_a_tree_gets_numbers_as_they_are_and_codes():
    transformer = fitted(FOREST, [c for c in COLUMNS if c.kind != "text"])
    matrix = transformer.transform(table())
    columns = dict(zip(outputs(transformer), matrix.T, strict=True))
    assert isinstance(matrix, np.ndarray)
    assert columns["numbers__age"].tolist() == table()["age"].tolist()
    assert np.isnan(columns["numbers__pay"]).sum() == 9
    assert np.isnan(columns["booleans__member"]).sum() == 3
    assert np.isnan(columns["dates__since_month"]).sum() == 2
    assert set(columns["categories__job"]) == {0.0, 1.0, 2.0, 3.0}
    assert "dates__since_week_sin" not in columns


def test_a_tree_that_takes_no_gaps_gets_them_filled_in():
    transformer = fitted(Needs("old_tree", "tree"))
    assert not np.isnan(transformer.transform(table())).any()
    assert "numbers__missingindicator_pay" in outputs(transformer)


def test_text_stays_small_where_the_matrix_is_dense():
    for needs, words in ((BOOSTING, 300), (LINEAR, 10_000), (Needs("svr", "distance"), 300)):
        branches = build_preprocessor(COLUMNS, options(), needs).transformers
        text = {name: part for name, part, _ in branches}
        assert text["text_1"]["words"].max_features == words
    assert isinstance(fitted(BOOSTING).transform(table()), np.ndarray)


def test_boosting_gets_its_categories_first():
    assert native_categories(COLUMNS, options(), BOOSTING) == 1
    assert native_categories(COLUMNS, options(encode="ordinal"), BOOSTING) == 0
    assert native_categories(COLUMNS, options(), FOREST) == 0
    matrix = fitted(BOOSTING).transform(table())
    assert set(matrix[:, 0]) == {0.0, 1.0, 2.0, 3.0}


def test_boosting_is_given_no_column_of_nothing_but_gaps():
    rows = 30
    frame = pd.DataFrame({"n": np.arange(float(rows)), "rare": np.nan, "when": pd.NaT, "flag": None})
    kinds = {"n": "number", "rare": "number", "when": "date", "flag": "boolean"}
    columns = [Column(name, kind, 2, 0 if name == "n" else rows - 1) for name, kind in kinds.items()]
    frame = frame.astype({"when": "datetime64[ns]", "flag": "object"})
    matrix = build_preprocessor(columns, options(), BOOSTING).fit_transform(frame)
    assert not np.isnan(matrix).all(axis=0).any()
    kept = build_preprocessor(columns, options(), FOREST).fit_transform(frame)
    assert np.isnan(kept).all(axis=0).any()  # trees take it as it is


@pytest.mark.parametrize(("needs", "code"), [(BOOSTING, np.nan), (FOREST, -1.0)])
def test_an_unseen_level(needs, code):
    row = table().head(1).assign(job="astronaut")
    assert np.array_equal(fitted(needs).transform(row)[0, 0], code, equal_nan=True)


def test_many_levels_are_merged_before_they_are_encoded():
    frame = pd.DataFrame({"name": [f"n{i}" for i in range(5000)] + ["often"] * 100})
    columns = [Column("name", "category", 5001, 0)]
    one_hot = build_preprocessor(columns, options(), LINEAR).fit(frame)
    assert outputs(one_hot) == ["categories__name_<rare>", "categories__name_often"]
    codes = build_preprocessor(columns, options(), BOOSTING).fit_transform(frame)
    assert set(codes.ravel()) == {0.0, 1.0}
    many = pd.DataFrame({"name": np.repeat([f"n{i}" for i in range(400)], 12)})
    assert build_preprocessor(columns, options(), BOOSTING).fit_transform(many).max() == 253.0
    few = Needs("hist_gradient_boosting", "boosting", missing=True, native_levels=15)
    assert build_preprocessor(columns, options(), few).fit_transform(many).max() == 14.0


def test_wide_one_hot_columns_are_sparse_where_that_is_taken():
    frame = pd.DataFrame({f"c{i}": np.repeat([f"n{j}" for j in range(50)], 12) for i in range(5)})
    columns = [Column(f"c{i}", "category", 50, 0) for i in range(5)]
    assert sparse.issparse(build_preprocessor(columns, options(), LINEAR).fit_transform(frame))
    stubborn = Needs("other", "other")
    assert isinstance(build_preprocessor(columns, options(), stubborn).fit_transform(frame), np.ndarray)
    assert isinstance(build_preprocessor(columns[:2], options(), LINEAR).fit_transform(frame), np.ndarray)


def test_one_row_of_nothing():
    nothing = pd.DataFrame([dict.fromkeys(table().columns)])
    for needs in (LINEAR, FOREST, BOOSTING, Needs("svc", "distance")):
        assert dense(fitted(needs).transform(nothing)).shape[0] == 1
    assert not np.isnan(dense(fitted(LINEAR).transform(nothing))).any()
    assert np.isnan(fitted(FOREST).transform(nothing)).sum() >= 5


def test_a_column_that_is_empty_in_a_fold():
    frame = table()
    for column in COLUMNS:
        frame[column.name] = None if column.kind != "date" else pd.NaT
    for needs in (LINEAR, FOREST, BOOSTING):
        transformer = build_preprocessor(COLUMNS, options(), needs).fit(frame)
        assert dense(transformer.transform(table())).shape[0] == 100


def test_whole_numbers_may_come_back_with_fractions():
    columns = COLUMNS[:1]
    transformer = build_preprocessor(columns, options(scale="none", clip=False), LINEAR).fit(table())
    assert transformer.transform(pd.DataFrame({"age": [18.5]})).item() == 18.5


@pytest.mark.parametrize(
    ("scale", "low", "high"), [("minmax", 0.0, 1.0), ("robust", -1.5, 1.5), ("standard", -2.0, 2.0)]
)
def test_a_scale_by_name_is_for_every_family(scale, low, high):
    for needs in (LINEAR, FOREST):
        matrix = build_preprocessor(COLUMNS[:1], options(scale=scale), needs).fit_transform(table())
        assert low - 0.5 < matrix.min() < low + 0.5
        assert high - 0.5 < matrix.max() < high + 0.5


def test_clipping_by_name():
    frame = table()
    frame.loc[0, "pay"] = 1e9
    for clip, most in ((True, 1e4), (False, 1e9), ("auto", 1e9)):
        matrix = build_preprocessor(COLUMNS[1:2], options(clip=clip), FOREST).fit_transform(frame)
        assert (np.nanmax(matrix) <= most) == (most == 1e4 or most == 1e9)
        assert (np.nanmax(matrix) == 1e9) == (clip is not True)


@pytest.mark.parametrize("way", ["median", "mean", "most_frequent"])
def test_filling_in_by_name(way):
    matrix = build_preprocessor(COLUMNS[1:2], options(impute=way), BOOSTING).fit_transform(table())
    assert matrix.shape == (100, 2)
    assert not np.isnan(matrix).any()


@pytest.mark.parametrize(
    ("kind", "target", "width"),
    [
        ("continuous", np.arange(100.0), 1),
        ("binary", np.array(["a", "b"] * 50, dtype=object), 1),
        ("multiclass", np.array(["a", "b", "c", "d"] * 25, dtype=object), 4),
    ],
)
def test_encoding_by_the_target_is_the_same_for_a_seed(kind, target, width):
    needs = Needs("ridge", "linear", target_type=kind, seed=3)
    runs = [
        build_preprocessor(COLUMNS[2:3], options(encode="target"), needs).fit_transform(table(), target)
        for _ in range(2)
    ]
    assert runs[0].shape == (100, width)
    assert np.array_equal(runs[0], runs[1])


def test_codes_for_a_linear_model_by_name():
    assert fitted(LINEAR, COLUMNS[2:3], encode="ordinal").transform(table()).max() == 3.0


def test_none_hands_the_numbers_over_as_they_are():
    columns = [COLUMNS[0], Column("member", "boolean", 2, 0)]
    frame = table().assign(member=True)
    transformer = build_preprocessor(columns, Preprocess.model_validate("none"), LINEAR)
    matrix = transformer.fit_transform(frame)
    assert matrix.tolist() == [[age, 1.0] for age in frame["age"].tolist()]
    assert matrix.dtype == np.float64


@pytest.mark.parametrize(
    ("chosen", "columns", "message"),
    [
        (
            "none",
            COLUMNS[2:],
            r"as they are, and svc takes numbers only: job \(category\), note \(text\), since",
        ),
        ({"encode": "none"}, COLUMNS, r"preprocess.encode: none leaves text as it is.*job \(category\)"),
        ({"text": "none"}, COLUMNS, r"preprocess.text: none leaves text as it is.*note \(text\)"),
        (
            {"impute": "none"},
            COLUMNS,
            r"and svc takes none: pay \(number\), member \(boolean\), since \(date\)",
        ),
        ({"text": "drop"}, COLUMNS[3:4], "no column is left to learn from"),
        ({}, [], "no column is left to learn from"),
    ],
)
def test_what_would_leave_the_estimator_without_a_table(chosen, columns, message):
    with pytest.raises(UsageError, match=message) as caught:
        build_preprocessor(columns, Preprocess.model_validate(chosen), Needs("svc", "distance"))
    assert caught.value.hint


def test_long_lists_are_cut():
    columns = [Column(f"c{i}", "category", 3, 0) for i in range(8)]
    with pytest.raises(UsageError, match=r"c4 \(category\) and 3 more"):
        build_preprocessor(columns, options(encode="none"), LINEAR)


def test_text_can_be_dropped():
    assert not any("text" in name for name in outputs(fitted(LINEAR, text="drop")))
    assert build_preprocessor(
        [COLUMNS[0], COLUMNS[3]],
        options(scale="none", clip=False, encode="none", impute="none", text="drop"),
        LINEAR,
    ).fit_transform(table()).shape == (100, 1)


def test_gaps_are_taken_where_the_estimator_takes_them():
    transformer = build_preprocessor(COLUMNS[1:2], options(impute="none"), FOREST)
    assert np.isnan(transformer.fit_transform(table())).sum() == 9


@pytest.mark.parametrize("needs", [LINEAR, FOREST, BOOSTING])
@pytest.mark.parametrize("chosen", [{}, {"scale": "robust", "encode": "target"}, {"scale": "minmax"}])
def test_what_is_stored_holds_only_types_that_run_no_code(needs, chosen):
    target = np.arange(100.0)
    transformer = build_preprocessor(COLUMNS, options(**chosen), needs).fit(table(), target)
    stored = skops.io.dumps(transformer)
    assert set(skops.io.get_untrusted_types(data=stored)) <= {*TRUSTED, *KNOWN}
    loaded = skops.io.loads(stored, trusted=[*TRUSTED, *KNOWN])
    before, after = dense(transformer.transform(table())), dense(loaded.transform(table()))
    assert np.array_equal(before, after, equal_nan=True)


def test_a_column_named_like_anything():
    frame = pd.DataFrame({"a__b": ["some words", "more words"], "": [1, 2], "열": [1.5, None]})
    columns = [Column("a__b", "text", 2, 0), Column("", "number", 2, 0), Column("열", "number", 1, 1)]
    assert build_preprocessor(columns, options(), LINEAR).fit_transform(frame).shape[0] == 2
