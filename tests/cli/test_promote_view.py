import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mlctl.cli import promote_view as view
from tests.actions.records import DUMMY, LINEAR
from tests.domain.test_gate import AHEAD

MORE = "a larger split.test_size holds out more; then mlctl train --params FILE"


def seen(facts=AHEAD, champion=DUMMY, *, several=False):
    done = SimpleNamespace(result=SimpleNamespace(facts=facts))
    return view.Seen(done, LINEAR, champion, (), (), several)


@pytest.mark.parametrize(
    ("gain", "lower", "said"),
    [
        (0.053, 0.04, "0.053 lower (better), at least 0.04 lower (95 % sure, DeLong)"),
        (0.01, -0.02, "0.01 lower (better), at worst 0.02 higher (worse; 95 % sure, DeLong)"),
        (-0.01, -0.02, "0.01 higher (worse), at worst 0.02 higher (95 % sure, DeLong)"),
        (0.0, -0.02, "no different, at worst 0.02 higher (worse; 95 % sure, DeLong)"),
        (1e-16, -1e-16, "no different, at worst no different (95 % sure, DeLong)"),
        (0.01, -math.inf, "0.01 lower (better), truly anywhere, as far as these rows tell"),
        (math.nan, -math.inf, "cannot be told from these rows"),
    ],
)
def test_a_difference_cannot_be_misread(gain, lower, said):
    facts = replace(AHEAD, metric="log_loss", gain=gain, lower=lower, method="DeLong")
    assert dict(view._facts(seen(facts)))["difference"] == said


def test_a_slice_without_a_difference():
    part = SimpleNamespace(column="race", value="x", rows=40, gain=1.1e-16, lower=-math.inf, upper=math.inf)
    told = dict(view._facts(seen(replace(AHEAD, slices=(part,)))))["slice"]
    assert told == "race = x: no different, anywhere, as far as these rows tell, on 40 rows"


@pytest.mark.parametrize(
    ("outcome", "champion", "several", "said"),
    [
        ("promote", None, False, "mlctl promote iris_3f9a1c_2"),
        ("promote", None, True, "mlctl promote iris/species:iris_3f9a1c_2"),
        ("keep", None, False, "mlctl compare"),
        ("keep", None, True, "mlctl compare --project iris --model species"),
        (
            "undecided",
            None,
            False,
            "more data, or a larger split.test_size; then mlctl train --params FILE and mlctl promote latest",
        ),
        (
            "undecided",
            DUMMY,
            True,
            f"newer data, of which {MORE} and mlctl promote iris/species:latest",
        ),
    ],
)
def test_what_comes_next_names_the_model_where_there_are_several(outcome, champion, several, said):
    assert view._next(seen(champion=champion, several=several), outcome) == said
