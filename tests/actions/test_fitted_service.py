from datetime import datetime

import numpy as np
import pytest

from mlctl.actions import locate
from mlctl.actions.fitted_service import Fitted, fitted
from mlctl.actions.locate import Place
from mlctl.actions.make_offer import make
from mlctl.actions.offer import rows
from mlctl.bundle.runtime import InputError
from mlctl.bundle.server import Service
from mlctl.domain.columns import Column

COLUMNS = (
    Column("n", "number", 2, 0),
    Column("b", "boolean", 2, 0),
    Column("t", "category", 2, 0),
    Column("d", "date", 2, 0),
)
ROW = {"n": "1.5", "b": "yes", "t": "x", "d": "31.01.2026"}


class Seen:
    """Keeps the frame that it was asked about."""

    def predict(self, frame):
        self.frame = frame
        if (frame["n"] == 13).any():
            raise ValueError("Input contains NaN\nand more")
        return np.arange(len(frame), dtype=float)


def made(pipeline=None, **more):
    given = {"task": "regression", "classes": (), "dates": {"d": "%d.%m.%Y"}, "missing": ("", "-")}
    return Fitted(pipeline or Seen(), COLUMNS, **given | more)


def test_rows_come_to_scikit_learn_as_training_had_them():
    seen = Seen()
    found = made(seen).predict_rows([ROW, {"n": None, "b": None, "t": "-", "d": ""}])
    assert [answer.value for answer in found] == [0.0, 1.0]
    assert seen.frame["n"].tolist()[0] == 1.5
    assert seen.frame["d"][0] == datetime(2026, 1, 31)
    assert seen.frame["t"][0] == "x"
    assert bool(seen.frame["b"][0]) is True
    assert seen.frame.iloc[1].isna().all()


def test_bad_rows_are_named_or_set_aside():
    bad = []
    found = made().predict_rows([ROW, {**ROW, "n": "abc"}, ROW], first=5, bad=bad)
    assert list(found.rows) == [0, 2]
    assert [(fault.row, fault.column) for fault in bad] == [(6, "n")]
    with pytest.raises(InputError, match="column 'n', row 1: 'abc' is not a number"):
        made().predict_row({**ROW, "n": "abc"})
    assert len(made().predict_rows([{}], bad=bad)) == 0


def test_what_scikit_learn_refuses_is_told_in_one_line():
    with pytest.raises(InputError, match=r"the model cannot take these rows: Input contains NaN$"):
        made().predict_row({**ROW, "n": 13})


def test_a_row_that_scikit_learn_refuses_does_not_cost_the_others():
    bad = []
    found = made().predict_rows([ROW, {**ROW, "n": 13}, {**ROW, "n": "abc"}, ROW], first=5, bad=bad)
    assert list(found.rows) == [0, 3]
    assert [answer.value for answer in found] == [0.0, 0.0]
    assert [fault.row for fault in bad] == [6, 7]
    with pytest.raises(InputError, match="Input contains NaN"):
        made().predict_rows([ROW, {**ROW, "n": 13}])


def test_rows_that_do_not_conform_are_refused(monkeypatch):
    from mlctl.actions import fitted_service
    from mlctl.errors import DataError

    def refuse(*_):
        raise DataError("no")

    monkeypatch.setattr(fitted_service, "conform", refuse)
    with pytest.raises(InputError, match="no"):
        made().predict_row(ROW)


def test_an_experiment_answers_as_its_portable_model_does(climbed, tmp_path):
    store = Place(climbed / "mlstore", climbed, {}).open()
    experiment = locate.experiment(store, "best")
    make(store, experiment, tmp_path)
    model = fitted(store, experiment, ("",))
    assert model.has_probabilities
    service = Service(model, "species", experiment.model_version_id)
    answers, bad = service.predict(rows(tmp_path))
    assert not bad
    from mlctl.actions.offer import model as data
    from mlctl.bundle.runtime import load

    wanted = list(load(data(tmp_path)).predict_rows(rows(tmp_path)))
    assert [one.value for one in answers] == [one.value for one in wanted]
    assert np.allclose([one.probabilities for one in answers], [one.probabilities for one in wanted])
    assert isinstance(answers[0].value, int)
