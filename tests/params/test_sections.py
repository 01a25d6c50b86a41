import pytest
from pydantic import ValidationError

from mlctl.params.data_section import Data, Sql
from mlctl.params.sections import Bench, Checks, Preprocess, Promote, Split, Stop


def problems(section, tree):
    with pytest.raises(ValidationError) as caught:
        section.model_validate(tree)
    causes = [(d["loc"], d["ctx"]["error"]) for d in caught.value.errors()]
    return [((*loc, *p.place), p.text) for loc, cause in causes for p in cause.problems]


def test_a_section_whose_keys_are_commented_out_has_its_defaults():
    assert Stop.model_validate(None) == Stop(target=None, max_minutes=60)


def test_data_wants_one_source():
    text = "wanted one of path, source, sql, function, dataset"
    assert problems(Data, {"target": "y"}) == [(("path",), text)]
    two = {"target": "y", "path": "a.csv", "source": "sklearn:iris"}
    assert problems(Data, two) == [(("source",), f"{text}, not path and source")]


def test_a_query_stands_there_or_in_a_file():
    assert problems(Sql, {"url": "sqlite://"}) == [(("query",), "wanted a query or a query_file")]
    both = {"query": "SELECT 1", "query_file": "q.sql"}
    assert problems(Sql, both) == [(("query",), "wanted a query or a query_file, not both")]
    data = Data.model_validate(
        {"sql": {"query_file": "q.sql", "parameters": {"a": 1, "b": True}}, "target": "y"}
    )
    assert data.sql == Sql(query_file="q.sql", parameters={"a": 1, "b": True})
    assert (data.sql.url, data.keep) == (None, "snapshot")


def test_a_query_that_is_commented_out():
    assert problems(Data, {"sql": {}, "target": "y"}) == [
        (("sql", "query"), "wanted a query or a query_file")
    ]


@pytest.mark.parametrize("value", [None, [1], float("inf"), {"a": 1}])
def test_what_cannot_be_bound(value):
    ((place, text),) = problems(Sql, {"query": "SELECT :x", "parameters": {"x": value}})
    assert place == ("parameters", "x")
    assert text == "wanted a value to bind: text, a number, or true or false"


def test_what_may_hold_a_password_is_not_in_the_repr():
    sql = {"url": "sqlite:///hush", "query": "SELECT :x", "parameters": {"x": "hush"}}
    assert "hush" not in repr(Data.model_validate({"sql": sql, "target": "y"}))
    assert "hush" not in repr(Data.model_validate({"path": "https://host/a.csv?sig=hush", "target": "y"}))


@pytest.mark.parametrize("text", ["load_data", "load_data:f", "load.py:", "load.py:1f", "load.py:f()", ":f"])
def test_a_function_is_named_with_its_file(text):
    ((place, said),) = problems(Data, {"function": text, "target": "y"})
    assert (place, said) == (("function",), "wanted file.py:function, such as load_data.py:load_data")


def test_what_is_kept():
    assert Data.model_validate({"path": "a.csv", "keep": "both", "target": "y"}).keep == "both"
    ((_, said),) = problems(Data, {"path": "a.csv", "keep": "snapshots", "target": "y"})
    assert said == "wanted one of snapshot, query, both; did you mean snapshot?"


def test_a_column_has_one_role():
    tree = {"path": "a.csv", "target": "y", "time": "y", "key": "y", "drop": ["y"]}
    text = "this column is the target; name another"
    dropped = (("drop",), "the target is among them; keep it")
    assert problems(Data, tree) == [(("time",), text), (("key",), text), dropped]


def test_data_is_kept_as_it_was_typed():
    data = Data.model_validate({"path": ["b/*.csv", "/a.csv"], "target": "y", "drop": "x", "positive": True})
    assert data.path == ("b/*.csv", "/a.csv")
    assert data.drop == ("x",)
    assert data.positive is True
    assert (data.encoding, data.delimiter, data.missing, data.dates, data.types) == (
        "utf-8",
        None,
        (),
        {},
        {},
    )


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("iris", "did you mean sklearn:iris?"),
        ("sklearn:irs", "did you mean sklearn:iris?"),
        ("data.csv", "a file is named under path"),
    ],
)
def test_an_unknown_set(source, hint):
    ((_, text),) = problems(Data, {"source": source, "target": "y"})
    listed = "sklearn:iris, sklearn:diabetes, sklearn:wine, sklearn:breast_cancer, sklearn:digits"
    assert text == f"wanted one of {listed}; {hint}"


@pytest.mark.parametrize("name", ["iris", "diabetes", "wine", "breast_cancer", "digits"])
def test_scikit_learns_sets(name):
    assert Data.model_validate({"source": f"sklearn:{name}", "target": "y"}).source == f"sklearn:{name}"


def test_preprocess_by_one_word():
    raw = Preprocess.model_validate("none")
    assert raw.model_dump() == {
        "scale": "none",
        "clip": False,
        "encode": "none",
        "impute": "none",
        "text": "none",
    }
    assert Preprocess.model_validate("auto") == Preprocess() == Preprocess.model_validate(None)
    ((_, text),) = problems(Preprocess, "standard")
    assert text == "wanted auto, none, or a section with some of scale, clip, encode, impute, text"


def test_the_default_size_of_the_held_out_part():
    assert Split().test_size == 0.2
    assert Split.model_validate({"method": "hash"}).test_size == 0.2
    half = Split.model_validate({"train_size": 0.5})
    assert (half.train_size, half.test_size) == (0.5, None)
    assert Split.model_validate({"train_size": 0.8, "test_size": 0.2}).test_size == 0.2


def test_two_sizes_are_at_most_the_whole():
    text = "wanted a test_size that leaves room for train_size: together at most 1"
    assert problems(Split, {"train_size": 0.8, "test_size": 0.3}) == [(("test_size",), text)]


def test_promotion_asks_for_better_unless_told_otherwise():
    assert Promote.model_validate(None) == Promote(
        mode="better", min_gain=0, margin=0.005, metrics={}, slices=()
    )
    found = Promote.model_validate({"mode": "not_worse", "slices": "region", "metrics": {"f1": {"min": 0.5}}})
    assert found.slices == ("region",)
    assert (found.metrics["f1"].min, found.metrics["f1"].max) == (0.5, None)


@pytest.mark.parametrize(
    ("tree", "place", "text"),
    [
        ({"mode": "beter"}, ("mode",), "wanted one of better, not_worse; did you mean better?"),
        ({"min_gain": -1}, ("min_gain",), "wanted a number of at least 0"),
        ({"margin": 0}, ("margin",), "wanted a number greater than 0"),
        ({"metrics": {"f1": {}}}, ("metrics", "f1"), "wanted min, max, or both"),
        ({"metrics": {"f1": {"min": True}}}, ("metrics", "f1", "min"), "wanted a number"),
    ],
)
def test_what_promotion_cannot_ask_for(tree, place, text):
    assert problems(Promote, tree) == [(place, text)]


def test_codes_of_checks_are_muted_by_name():
    assert Checks.model_validate({"mute": ["MLC009", "mlc027"]}).mute == ("MLC009", "MLC027")
    assert Checks.model_validate({"mute": "MLC009"}).mute == ("MLC009",)
    assert Checks().mute == ()
    text = "wanted codes of checks, such as MLC009, and 'MLC909' is none; did you mean MLC029?"
    assert problems(Checks, {"mute": ["MLC909"]}) == [(("mute",), text)]
    assert "docs/checks.md has them all" in problems(Checks, {"mute": ["skew"]})[0][1]


def test_limits_of_a_bench_are_optional_and_above_zero():
    assert Bench().model_dump() == dict.fromkeys(Bench.model_fields)
    assert Bench(p99_ms=10).p99_ms == 10.0
    with pytest.raises(ValidationError):
        Bench(p99_ms=0)
