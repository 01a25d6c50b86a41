"""Promotion where the data changed between champion and challenger."""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlctl.actions import judge
from mlctl.actions.contenders import Contender, challenging, champion_answers, champion_on
from mlctl.actions.locate import experiment
from mlctl.errors import BusyError, DataError, GateStoppedError
from mlctl.stats import paired
from mlctl.store.store import Store, init
from tests import gated
from tests.gated import directory, pointer

NOW = datetime(2026, 2, 9, tzinfo=UTC)
TWO = "shop_nogit_2"
SIX = "shop_nogit_6"


def last_event():
    lines = Path("mlstore/projects/shop/models/buys/events.jsonl").read_text().splitlines()
    return json.loads(lines[-1])


@pytest.fixture
def champion(shop, mlctl):
    """The stump of the first table is the champion."""
    assert mlctl("promote", "2").code == 0
    return shop


def test_newer_data_of_the_same_form(champion, mlctl):
    # The permanent split: what was held out stays held out, and no row of the champion's training is scored.
    gated.train(gated.rows(2000))
    told = mlctl("promote", "6", "--json")
    assert told.code == 0, told.err
    gate = told.json["gate"]
    before = mlctl("experiment", "show", "2", "--json").json["experiments"][0]["test_dataset"]["rows"]
    assert (
        gate["holdout"]["rows"] == mlctl("show", "6", "--json").json["experiments"][0]["test_dataset"]["rows"]
    )
    assert gate["holdout"]["rows"] > before
    assert gate["holdout"]["said"] == "the challenger's held-out rows"
    assert any(reason.startswith("newer data (shop_nogit_4 of") for reason in gate["facts"]["reasons_for"])
    assert gate["facts"]["guards"][-1] == {
        "name": "schema",
        "ok": True,
        "said": "the data pass the schema of shop_nogit_1",
    }
    assert pointer() == SIX


def test_a_random_split_scores_what_both_held_out(shop, mlctl):
    for seed in (1, 2):
        gated.train(gated.rows(1500), more=f"split: {{method: random, random_state: {seed}}}")
    assert mlctl("promote", "5").code == 0
    told = mlctl("promote", "9", "--json").json
    holdout = told["gate"]["holdout"]
    left = int(re.search(r"(\d+) that either was trained on left out", holdout["said"])[1])
    assert holdout["rows"] + left == 300
    assert 30 < holdout["rows"] < 90
    assert told["outcome"] == "undecided"
    assert "at least 200 are needed" in told["reasons"][0]
    # Those rows were a part of those that the first champion was judged by, which is another kind of look.
    assert told["gate"]["look"] == 1


def dropped(table, name):
    return [{key: value for key, value in row.items() if key != name} for row in table]


def changed(table, name, form):
    return [{**row, name: form(row[name])} for row in table]


@pytest.mark.parametrize(
    ("table", "edit", "said"),
    [
        (lambda t: dropped(t, "age"), str, "there is no column 'age', which the model learned from"),
        (lambda t: changed(t, "buys", lambda y: {"yes": "often"}.get(y, y)), str, "knows the classes"),
        (
            lambda t: changed(t, "region", lambda r: r),
            lambda text: text.replace("target: buys", "target: region"),
            "the challenger predicts region, the champion buys",
        ),
        (lambda t: changed(t, "age", lambda a: f"about {a}"), str, "the model learned it as number"),
    ],
)
def test_a_champion_that_cannot_score_stops_the_gate(champion, mlctl, table, edit, said):
    gated.train(table(gated.rows(400, seed=3)), edit=edit)
    stopped = mlctl("promote", "6")
    assert (stopped.code, pointer()) == (4, TWO), stopped.out
    assert "the champion shop_nogit_2 cannot score the challenger's rows, and stays" in stopped.err
    assert said in stopped.err
    assert last_event()["outcome"] == "stopped"
    assert mlctl("promote", "6", "--force", "--reason", "a new question").code == 0


def test_a_code_that_reads_as_a_number_now(shop, mlctl):
    mixed = [
        {**row, "code": row["code"] if n % 2 else f"K{row['code']}"} for n, row in enumerate(gated.rows(400))
    ]
    gated.train(mixed)
    assert mlctl("promote", "6", "--force", "--reason", "first").code == 0
    gated.train([{**row, "code": f"{n % 7:03d}"} for n, row in enumerate(gated.rows(1500, seed=5))])
    told = mlctl("promote", "8", "--json")
    assert told.code in (0, 4)
    schema = told.json["gate"]["facts"]["guards"][-1]
    assert schema["name"] == "schema"
    # A code that was text to the champion is text to it again: 007, and not 7.
    store, _ = init(Path("mlstore"), NOW)
    with challenging(store, experiment(store, "8"), trust=False) as ours:
        assert set(ours.problem.frame["code"].unique()) == set(range(7))
        theirs = champion_on(store, experiment(store, "6"), ours, trust=False)
        assert set(theirs.problem.frame["code"].unique()) == {f"{n:03d}" for n in range(7)}


def test_copies_of_rows_are_counted_where_columns_are_coarse(shop, mlctl):
    draw = random.Random(4)
    table = [
        {"region": draw.choice("NS"), "size": draw.choice("SML"), "buys": draw.choice(["yes", "no"])}
        for _ in range(1500)
    ]
    for row in table:
        if row["region"] == "N" and draw.random() < 0.8:
            row["buys"] = "yes"
    gated.train(table)
    told = mlctl("promote", "6", "--json", "--force", "--reason", "first").json
    assert told["gate"]["holdout"]["rows"] > 250
    assert told["gate"]["holdout"]["said"] == "its own held-out rows, equal rows are counted, not told apart"
    again = mlctl("promote", "5", "--json").json["gate"]
    assert again["holdout"]["rows"] == told["gate"]["holdout"]["rows"]


def grouped(count, seed=0):
    return [{**row, "who": f"g{n % 40}"} for n, row in enumerate(gated.rows(count, seed))]


def test_rows_of_a_group_that_the_champion_knows_are_left_out(shop, mlctl):
    gated.train(grouped(1500), data=", group: who")
    told = mlctl("promote", "6", "--json")
    assert told.code == 0, told.out
    gated.train(grouped(2000, seed=1), data=", group: who", more="split: {random_state: 3}")
    judged = mlctl("promote", "9", "--json").json
    gate = judged["gate"]
    assert "that either was trained on left out" in gate["holdout"]["said"]
    assert gate["facts"]["block_unit"] == "group"
    assert judged["outcome"] == "undecided"


TIMED = ", time: when"


def test_rows_later_than_either_was_trained_on(shop, mlctl):
    gated.train(gated.rows(1500)[:900], data=TIMED)
    first = mlctl("promote", "5", "--json", "--force", "--reason", "few rows").json
    assert first["gate"]["holdout"]["said"].endswith("the last row that it was trained on")
    gated.train(gated.rows(1500), data=TIMED)
    told = mlctl("promote", "9", "--json").json
    gate = told["gate"]
    until = gate["until"]
    assert until["champion"] < until["challenger"]
    assert (
        gate["holdout"]["said"]
        == f"later than {until['challenger']}, the last row that either was trained on"
    )
    assert gate["facts"]["blocks"] == 12
    assert told["outcome"] == "undecided"
    assert "the rows are of 12 days: at least 20 are needed" in " ".join(told["reasons"])
    assert gate["facts"]["reasons_for"][0].startswith("newer data (up to 2025-")
    shown = mlctl("promote", "9").out
    assert "trained up to" in shown
    # The other way round: the older one's rows are all older than what the champion was trained on.
    assert mlctl("promote", "9", "--force", "--reason", "newer").code == 0
    back = mlctl("promote", "5", "--json").json
    assert (back["outcome"], back["gate"]["holdout"]["rows"]) == ("undecided", 0)
    assert back["gate"]["facts"]["champion"] == {"estimate": None, "lower": None, "upper": None}
    assert back["reasons"] == ["no row is left that neither model was trained on: at least 200 are needed"]
    told = mlctl("promote", "5")
    assert "difference  cannot be told from these rows" in told.out
    assert "next: newer data, of which a larger split.test_size holds out more; then mlctl train" in told.err


def test_a_challenger_that_drops_the_time_of_the_champion(shop, mlctl):
    gated.train(gated.rows(900), data=TIMED)
    assert mlctl("promote", "5", "--force", "--reason", "few rows").code == 0
    before = pointer()
    gated.train(gated.rows(900))
    stopped = mlctl("promote", "9")
    assert (stopped.code, pointer()) == (4, before)
    assert "its rows are split in time (data.time: when), the challenger's are not" in stopped.err
    assert "train the challenger with data.time: when" in stopped.err


def test_a_champion_without_a_time(champion, mlctl):
    gated.train(gated.rows(1500), data=TIMED)
    stopped = mlctl("promote", "6")
    assert (stopped.code, pointer()) == (4, TWO)
    assert "was trained without the time column 'when'" in stopped.err


def test_few_rows_beat_the_dummy_over_the_folds(shop, mlctl):
    gated.train(gated.rows(300, seed=2))
    assert mlctl("experiment", "remove", "4").code == 0
    gone = mlctl("promote", "6")
    assert (gone.code, pointer()) == (3, None)
    assert "there is no dummy on the same folds" in gone.err
    assert mlctl("experiment", "restore", "shop_nogit_4").code == 0
    told = mlctl("promote", "6", "--json").json
    facts = told["gate"]["facts"]
    assert (facts["where"], facts["count"], facts["metric"]) == ("folds", 2, "brier_score_loss")
    assert facts["lower"] < facts["gain"] == pytest.approx(facts["dummy"] - facts["challenger"])
    # Two folds hardly tell: what is ahead may be ahead by chance.
    assert told["outcome"] == ("promote" if facts["lower"] > 0 else "undecided")


def test_a_number_as_target(shop, mlctl):
    table = gated.rows(1500)
    for row in table:
        row["amount"] = round(10 * row["visits"] + row["age"], 3)
    gated.train(
        table,
        edit=lambda text: (
            text.replace("target: buys", "target: amount, drop: [buys]").replace(
                "model: buys", "model: amount"
            )
            + "metric: mean_absolute_error\npromote: {min_gain: 0.01}\n"
        ),
    )
    assert mlctl("promote", "shop/amount:5").code == 0
    told = mlctl("promote", "shop/amount:6", "--json").json
    assert told["outcome"] == "promote"
    rules, facts = told["gate"]["rules"], told["gate"]["facts"]
    # Of an error, a share of the dummy's on the same rows: about 2.5 here.
    assert 0.02 < rules["min_gain"] < 0.03
    assert facts["gain"] > rules["min_gain"]
    assert facts["rarer"] is None
    # Without its dummy, a plain one is stricter than none.
    assert mlctl("experiment", "remove", "4").code == 0
    told = mlctl("promote", "shop/amount:5", "--json").json
    assert told["gate"]["facts"]["guards"][0]["ok"] is True


@pytest.fixture
def opened(champion):
    return init(Path("mlstore"), NOW)[0]


def test_the_error_rate_is_that_of_the_schedule_or_the_one_given(opened):
    three = experiment(opened, "3")
    by_hand = judge.gate(opened, three, now=NOW)
    daily = judge.gate(opened, three, now=NOW, rounds_per_year=365)
    given = judge.gate(opened, three, now=NOW, error_rate=0.2)
    assert [round(found.facts.error_rate, 6) for found in (by_hand, daily, given)] == [0.05, 0.001644, 0.2]
    assert daily.facts.lower < by_hand.facts.lower < given.facts.lower
    assert by_hand == judge.gate(opened, three, now=NOW)  # nothing was changed by asking


def test_whatever_the_champion_raises_stops_the_gate(opened, monkeypatch):
    with challenging(opened, experiment(opened, "3"), trust=False) as ours:
        theirs = champion_on(opened, experiment(opened, "2"), ours, trust=False)
        with pytest.raises(GateStoppedError, match="stays: TypeError: "):
            champion_answers(replace(theirs, model=5), ours.held_out)
        assert isinstance(theirs, Contender)

        def busy(*_):
            raise BusyError("held by another")

        monkeypatch.setattr(Store, "verify", busy)
        with pytest.raises(BusyError):  # come again: nothing is wrong with the champion
            champion_on(opened, experiment(opened, "2"), ours, trust=False)


def edited(number, old, new):
    path = directory(number) / "meta.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_training_rows_that_were_never_listed(champion, mlctl):
    edited(3, "  training_rows: train_rows.u32\n", "")
    refused = mlctl("promote", "3")
    assert (refused.code, pointer()) == (6, TWO)
    assert "shop_nogit_3 has no list of its training rows" in refused.err


@pytest.mark.parametrize("damage", ["gone", "damaged"])
def test_a_dummy_that_is_lost_is_replaced_by_a_plain_one(champion, mlctl, damage):
    if damage == "gone":
        assert mlctl("experiment", "remove", "1").code == 0
    else:
        (directory(1) / "model.skops").write_bytes(b"x")
    found = mlctl("promote", "3", "--json").json["gate"]["facts"]["guards"][0]
    assert (found["name"], found["ok"]) == ("the dummy", True)
    assert re.match(r"brier_score_loss is 0.1\d lower than the dummy's, at least 0.1\d lower", found["said"])


def test_a_champion_whose_schema_is_lost_or_out_of_form(champion, mlctl):
    gated.train(gated.rows(1600))
    record = Path("mlstore/projects/shop/datasets/shop_nogit_1.yaml")
    text = record.read_text()
    head, _, rest = text.partition("schema:\n")
    after = rest[re.search(r"^[a-z]", rest, re.MULTILINE).start() :]
    record.write_text(f"{head}schema: []\n{after}")
    names = [g["name"] for g in mlctl("promote", "6", "--json", "--dry-run").json["gate"]["facts"]["guards"]]
    assert "schema" not in names
    record.write_text(text.replace("role: feature", "role: strange", 1))
    kept = mlctl("promote", "6")
    assert (kept.code, pointer()) == (4, TWO)
    assert "NOT MET the schema of shop_nogit_1 cannot be used" in kept.out


def test_odd_rows_are_a_warning(champion, mlctl):
    table = gated.rows(1600)
    for row in table[::40]:
        row["age"] = 50
    gated.train(table)
    told = mlctl("promote", "6", "--json")
    assert any(w.startswith("since shop_nogit_1: ") for w in told.json["warnings"])


def test_a_champion_that_gives_no_probabilities(shop, mlctl):
    gated.train(
        gated.rows(1500),
        edit=lambda text: (
            re.sub(r"ladder: .*", "ladder: [dummy, linear_svc, logistic_regression]", text)
            + "promote: {metric: log_loss, metrics: {roc_auc: {min: 0.1}}}\n"
        ),
    )
    assert mlctl("promote", "5", "--force", "--reason", "first").code == 0
    stopped = mlctl("promote", "6")
    assert stopped.code == 4
    assert "the champion shop_nogit_5 gives no probabilities, which log_loss needs" in stopped.err
    assert mlctl("promote", "6", "--force", "--reason", "second").code == 0
    wrong = mlctl("promote", "5")
    assert wrong.code == 2
    assert "the challenger gives no probabilities, and log_loss needs them" in wrong.err
    # It has a decision function, which is enough for an area; and it has to beat the dummy all the same.
    Path("auc.yaml").write_text(
        Path("p.yaml")
        .read_text()
        .replace("metric: log_loss", "metric: roc_auc")
        .replace("roc_auc: {min: 0.1}", "log_loss: {max: 9}")
    )
    told = mlctl("promote", "5", "--params", "auc.yaml", "--json").json["gate"]
    assert told["facts"]["metric"] == "roc_auc"
    said = {guard["name"]: guard["said"] for guard in told["facts"]["guards"]}
    assert said["log_loss"] == "log_loss cannot be computed on these rows, and has to be at most 9"
    assert said["the dummy"].startswith("balanced_accuracy_score is ")


def test_a_window_of_one_class_decides_nothing(shop, mlctl):
    table = gated.rows(400)
    for row in table[300:]:
        row["buys"] = "yes"
    gated.train(table, data=TIMED, more="promote: {metric: roc_auc}")
    assert mlctl("promote", "5", "--force", "--reason", "first").code == 0
    told = mlctl("promote", "6", "--json").json
    assert told["outcome"] == "undecided"
    assert "80 rows that neither model was trained on tell too little" in told["reasons"][0]
    assert told["gate"]["facts"]["rarer"] == 0


def test_what_cannot_be_computed_on_enough_rows_is_an_error(champion, mlctl, monkeypatch):
    def never(*_, **__):
        raise DataError("an answer is not finite")

    monkeypatch.setattr(paired, "gain", never)
    refused = mlctl("promote", "3")
    assert (refused.code, pointer()) == (5, TWO)
    assert "an answer is not finite" in refused.err


def test_a_slice_that_tells_nothing_is_a_warning(champion, mlctl):
    rules = "promote: {metric: roc_auc, slices: [buys]}\n"
    Path("auc.yaml").write_text(Path("p.yaml").read_text() + rules)
    told = mlctl("promote", "3", "--params", "auc.yaml", "--json").json
    assert told["gate"]["facts"]["slices"] == []
    assert {warning.partition(":")[0] for warning in told["warnings"]} == {"buys = no", "buys = yes"}


def test_a_time_that_is_no_feature(shop, mlctl):
    named = ", time: when, types: {when: drop}"
    random_split = "split: {method: random, random_state: 1}"
    gated.train(gated.rows(1500), data=named, more=random_split)
    assert mlctl("promote", "5", "--force", "--reason", "first").code == 0
    gated.train(gated.rows(1500), data=named, more=random_split.replace("1}", "2}"))
    told = mlctl("promote", "9", "--json").json["gate"]
    assert told["until"]["champion"][:7] == told["until"]["challenger"][:7] == "2025-03"
    assert "that either was trained on left out" in told["holdout"]["said"]
    gated.train(gated.rows(1500), more=random_split)
    stopped = mlctl("promote", "12")
    assert stopped.code == 4
    assert "'when' is the champion's time, and not the challenger's" in stopped.err


def test_times_of_two_kinds(shop, mlctl):
    counted = [{**row, "when": n // 10} for n, row in enumerate(gated.rows(1500))]
    gated.train(counted, data=", time: when, types: {when: drop}")
    assert mlctl("promote", "5", "--force", "--reason", "first").code == 0
    told = mlctl("promote", "6", "--json").json["gate"]["facts"]
    assert (told["block_unit"], told["blocks"]) == ("run", 18)
    gated.train(gated.rows(1500), data=", time: when, types: {when: drop}")
    stopped = mlctl("promote", "9")
    assert stopped.code == 4
    assert "the times of champion and challenger cannot be compared" in stopped.err
