import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mlctl.actions import locate, make_offer
from mlctl.actions import offer as offers
from mlctl.actions.asked import columns_of
from mlctl.actions.locate import Place
from mlctl.actions.make_offer import make, rows_of
from mlctl.bundle.portable.refusal import NotPortable
from mlctl.bundle.runtime import load
from mlctl.domain.columns import Column


@pytest.fixture
def store(climbed):
    return Place(climbed / "mlstore", climbed, {}).open()


def test_a_model_is_laid_out_with_rows_it_was_not_trained_on(store, tmp_path):
    experiment = locate.experiment(store, "best")
    made = make(store, experiment, tmp_path)
    assert (made.tier, made.reason, made.version) == ("portable", "", experiment.model_version_id)
    assert made.size == len(offers.model(tmp_path))
    rows = offers.rows(tmp_path)
    assert len(rows) == experiment.test_dataset["rows"]
    model = load(offers.model(tmp_path))
    assert [column.name for column in model.columns] == list(rows[0])
    assert len(list(model.predict_rows(rows))) == len(rows)
    assert made.about["target"] == "target"
    assert "target" not in made.about["columns"]
    assert made.about["columns"]["sepal length (cm)"]["quantiles"][0] == 4.3


def test_what_cannot_be_portable_says_why(store, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise NotPortable("a class of its own")

    monkeypatch.setattr(make_offer, "portable", refuse)
    made = make(store, locate.experiment(store, "best"), tmp_path)
    assert (made.tier, made.reason) == ("sklearn", "a class of its own")
    assert made.size > 1000
    assert not (tmp_path / offers.MODEL).exists()


def test_a_portable_model_that_answers_otherwise_is_not_taken(store, tmp_path, monkeypatch):
    class Other:
        def predict_rows(self, rows):
            return [type("Answer", (), {"value": "other"})] * len(rows)

    monkeypatch.setattr(make_offer, "load", lambda data: Other())
    made = make(store, locate.experiment(store, "best"), tmp_path)
    assert made.tier == "sklearn"
    assert "answers 'other' where scikit-learn answers" in made.reason


def test_numbers_may_differ_in_their_last_bits():
    make_offer._check_same([1.0, 2, float("nan"), "a"], [1.0 + 1e-12, 2, float("nan"), "a"])
    for wanted, found in ((1.0, 1.0 + 1e-6), (1, 2), ("a", "b")):
        with pytest.raises(NotPortable):
            make_offer._check_same([wanted], [found])


def test_without_held_out_rows_nothing_is_compared(store, tmp_path, monkeypatch):
    monkeypatch.setattr("mlctl.actions.asked.held_out_positions", lambda *_: np.array([], dtype=np.int64))
    assert make(store, locate.experiment(store, "best"), tmp_path).tier == "portable"
    assert offers.rows(tmp_path) == []


def test_rows_as_json_holds_them():
    frame = pd.DataFrame(
        {
            "n": [1.5, np.nan],
            "d": pd.to_datetime(["2026-01-31T10:00", None]),
            "t": pd.Series(["a", pd.NA], dtype="string"),
            "b": pd.Series([True, None], dtype="object"),
        }
    )
    assert rows_of(frame, ["n", "d", "t", "b"]) == [
        {"n": 1.5, "d": "2026-01-31T10:00:00", "t": "a", "b": True},
        {"n": None, "d": None, "t": None, "b": None},
    ]


class TestColumns:
    def prepared(self, time=None):
        class Problem:
            columns = (Column("a", "number", 2, 0), Column("b", "number", 2, 0))
            frame = pd.DataFrame({"a": [], "b": [], "when": []})

        Problem.time = time

        class Prepared:
            problem = Problem

        return Prepared

    def test_those_that_it_was_fitted_on(self):
        class Fitted:
            feature_names_in_ = ("when", "a", "more")

        assert [c.name for c in columns_of(Fitted, self.prepared("when"))] == ["when", "a"]
        assert columns_of(Fitted, self.prepared("when"))[0].kind == "date"

    def test_all_where_it_does_not_say(self):
        assert [c.name for c in columns_of(object(), self.prepared())] == ["a", "b"]
        assert [c.name for c in columns_of(object(), self.prepared("elsewhere"))] == ["a", "b"]


def test_the_champion_is_laid_out_by_a_process_of_its_own(iris, tmp_path, mlctl):
    assert mlctl("promote", "best", "--force", "--reason", "test").code == 0
    words = [str(iris / "mlstore"), "iris", "species", str(tmp_path), "0"]
    done = subprocess.run(
        [sys.executable, "-m", "mlctl.actions.make_offer", *words], capture_output=True, check=True
    )
    assert json.loads(done.stdout)["version"] == offers.read(tmp_path).version
