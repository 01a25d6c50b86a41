from dataclasses import replace

from mlctl.actions.card import card
from mlctl.actions.gate_result import GateResult
from mlctl.actions.gate_rows import Holdout
from mlctl.domain.checks import check
from mlctl.domain.gate import Facts, FirstFacts, Guard, Rules, Score, SliceFact, Verdict
from mlctl.domain.records import Dataset, Model
from mlctl.store.champion import Event
from tests.actions.records import DUMMY, LINEAR

MODEL = Model("m", "p", "species", "t", task="classification", target="kind", project_name="iris")
DATA = Dataset("iris_3f9a1c_1", "t", {"path": "a|b.csv", "rows": 3}, "fingerprint", {}, [], 150, 5)
FACTS = Facts(
    "accuracy_score",
    300,
    Score(0.8, 0.75, 0.85),
    Score(0.9, 0.85, 0.95),
    0.1,
    0.05,
    0.15,
    0.02,
    0.05,
    "exact",
    0.02,
    0.4,
    0.05,
    guards=(Guard("size", False, "size is 300 MB"), Guard("latency", True, "quick")),
    slices=(SliceFact("region", "<N>", 60, -0.01, -0.05, 0.03),),
)
RESULT = GateResult(
    Verdict("keep", ("size stands in the way",)),
    FACTS,
    "accuracy_score",
    Rules(),
    LINEAR,
    DUMMY,
    Holdout("f", 300, "later than May", ()),
    1,
    {"challenger": "2026-05-01", "champion": "2026-04-01"},
    ("odd rows",),
)

WORSE_SLICE = (
    "- where region = &lt;N>: accuracy_score 0.01 lower (worse), from 0.05 lower to 0.03 higher, on 60 rows"
)


def test_what_limits_it_is_told():
    event = Event(
        "2026-06-01", "me", "promote", "a", "b", ["it is urgent", "size stands in the way"], {"forced": True}
    )
    found = (check("MLC028", "300 held-out rows"),)
    text = card(replace(LINEAR, description="with income"), MODEL, DATA, DUMMY, found, RESULT, event)
    lines = text.splitlines()
    for line in (
        "# Model card: iris/species, iris_3f9a1c_2",
        "Written when it was promoted, 2026-06-01, by me.",
        'Not described yet: `mlctl model update iris/species --description "…"`.',
        "This try: with income",
        "- source: path a\\|b.csv",
        "- the last row that it was trained on is of 2026-05-01",
        "**The gate was overridden.** The reason given and, behind it, what the gate said:",
        "- it is urgent",
        "Scored on 300 rows: later than May.",
        "| this one | 0.9 | 0.85 to 0.95 |",
        "- not met: size is 300 MB",
        WORSE_SLICE,
        "- odd rows",
    ):
        assert line in lines, line
    assert "- MLC028 held-out part too small to tell: 300 held-out rows. " in text
    assert "latency" not in text


def test_a_first_champion_stands_beside_the_dummy_with_its_interval():
    first = FirstFacts("brier_score_loss", "rows", 300, 0.1, 0.25, 0.15, 0.12, 0.05)
    event = Event("2026-06-01", "me", "promote", None, "b", ["beats the dummy"])
    plain = card(LINEAR, MODEL, DATA, DUMMY, (), replace(RESULT, facts=first, champion=None), event)
    assert "95 % interval" not in plain
    told = replace(first, challenger_score=Score(0.1, 0.08, 0.12), dummy_score=Score(0.25, 0.24, 0.26))
    text = card(LINEAR, MODEL, DATA, DUMMY, (), replace(RESULT, facts=told, champion=None), event)
    assert (
        "| brier_score_loss | score | 95 % interval |\n| --- | ---: | --- |\n"
        "| this one | 0.1 | 0.08 to 0.12 |\n| the dummy | 0.25 | 0.24 to 0.26 |\n" in text
    )


def test_without_a_gate():
    event = Event("2026-06-01", "me", "promote", "a", "b", ["it broke"], {"forced": True})
    text = card(replace(LINEAR, task="regression"), MODEL, DATA, None, (), None, event)
    assert "Scored on" not in text
    assert "probabilities" not in text
