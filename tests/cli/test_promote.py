"""Promotion through the command line: the gate, the log, the pointer."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlctl.cli import out
from mlctl.cli.place import who
from mlctl.errors import MlctlError
from mlctl.store.store import Store
from tests import gated
from tests.gated import directory, pointer

ONE, TWO, THREE = "shop_nogit_1", "shop_nogit_2", "shop_nogit_3"


def events():
    lines = Path("mlstore/projects/shop/models/buys/events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def meta(number):
    return (directory(number) / "meta.yaml").read_text()


@pytest.fixture
def champion(shop, mlctl):
    """The stump is the champion."""
    assert mlctl("promote", "2", "--now", gated.BEFORE).code == 0
    return shop


def test_a_first_champion_then_a_better_one_then_back(shop, mlctl):
    first = mlctl("promote", "2", "--now", gated.BEFORE)
    assert first.code == 0, first.err
    assert "shop/buys · shop_nogit_2 · first champion · accuracy_score" in first.out
    assert re.search(r"95 % interval +0\.\d+ to 0\.\d+ +0\.\d+ to 0\.\d+", first.out)
    assert re.search(r"difference +0\.\d+ lower \(better\), at least 0\.\d+ lower \(95 % sure\)", first.out)
    assert "PROMOTE  beats the dummy: brier_score_loss" in first.out
    assert "shop_nogit_2 is the champion; model card: mlstore/projects/" in first.err
    assert pointer() == TWO
    second = mlctl("promote", "shop/buys:recommended")
    assert second.code == 0
    assert "PROMOTE  better: accuracy_score 0.9" in second.out
    assert re.search(
        r"difference  0\.\d+ higher \(better\), at least 0\.\d+ higher \(95 % sure, ", second.out
    )
    assert re.search(r"finds a true 2-point gain \d times in 10", second.out)
    assert "next: mlctl history --project shop --model buys, or back: mlctl rollback" in second.err
    assert pointer() == THREE
    card = (directory(3) / "reports/model_card.md").read_text()
    assert card.startswith("# Model card: shop/buys, shop_nogit_3\n")
    for part in (
        "Who buys again.",
        "| accuracy_score ↑ |",
        "the champion before",
        "mlctl reproduce shop_nogit_3",
    ):
        assert part in card
    assert "model_card: reports/model_card.md" in meta(3)
    back = mlctl("rollback", "--reason", "too slow")
    assert (back.code, back.out) == (0, "shop_nogit_2\n")
    assert "instead of shop_nogit_3" in back.err
    assert pointer() == TWO
    told = mlctl("history", "--json").json
    assert told["champion"] == TWO
    assert [(e["what"], e["from"], e["to"]) for e in told["events"]] == [
        ("rollback", THREE, TWO),
        ("promote", TWO, THREE),
        ("promote", None, TWO),
    ]
    assert told["events"][0]["why"] == ["too slow"]
    assert told["events"][2]["time"] == "2026-01-09T03:00:00.000000Z"
    assert "@" in told["events"][0]["who"]


def test_what_was_scored_is_told_in_json(champion, mlctl):
    told = mlctl("promote", "3", "--json").json
    assert (told["promoted"], told["outcome"], told["forced"]) == (True, "promote", False)
    assert (told["champion_before"], told["champion"], told["challenger"]) == (TWO, THREE, THREE)
    facts = told["gate"]["facts"]
    assert facts["rows"] == told["gate"]["holdout"]["rows"] == 295
    assert 0.15 < facts["lower"] < facts["gain"] < 0.4
    assert (facts["error_rate"], told["gate"]["look"]) == (0.05, 1)
    assert [guard["name"] for guard in facts["guards"]] == ["the dummy", "latency", "size"]
    assert {"section": "parameters", "name": "max_depth", "champion": 1, "challenger": 4} in told[
        "differences"
    ]
    assert not any(difference["section"] == "scores" for difference in told["differences"])
    assert told["model_card"].endswith("reports/model_card.md")
    assert "sketch" not in told["gate"]["holdout"]
    assert len(events()[-1]["gate"]["holdout"]["sketch"]) == 64
    # The scores are of now: they are those of the model files, whatever predictions.csv said then.
    again = mlctl("evaluate", "champion", "--json").json["scores"]["accuracy_score"]
    assert again == pytest.approx(facts["challenger"]["estimate"], abs=1e-12)
    for number, role in ((3, "challenger"), (2, "champion")):
        assert f"role: {role}" in meta(number)


def test_a_worse_one_stays_out(champion, mlctl):
    assert mlctl("promote", "3").code == 0
    kept = mlctl("promote", "2")
    assert kept.code == 4
    assert re.search(
        r"KEEP  worse: accuracy_score 0.6\d+ against the champion's 0.9\d+ on 295 rows", kept.out
    )
    assert "look 2 at these held-out rows" in kept.out or "look 2 at these rows" in kept.out
    assert "shop_nogit_3 stays the champion" in kept.err
    assert "next: mlctl diff shop_nogit_3 shop_nogit_2" in kept.err
    assert pointer() == THREE
    assert [e["what"] for e in events()] == ["promote", "promote", "refuse"]
    assert events()[-1]["outcome"] == "keep"


def test_the_champion_itself_stays(champion, mlctl):
    before = events()
    again = mlctl("promote", "champion")
    assert (again.code, again.out) == (0, "shop_nogit_2 is the champion already, and its files are whole\n")
    assert mlctl("promote", "2", "--json").json["outcome"] == "unchanged"
    assert events() == before
    stale = directory(2).parent.parent / "champion"
    stale.write_text(f"{ONE}\n")
    assert mlctl("promote", "champion").code == 0
    assert stale.read_text() == f"{TWO}\n"


def test_a_pointer_that_cannot_be_written_is_a_warning(champion, mlctl):
    place = directory(2).parent.parent / "champion"
    place.unlink()
    place.mkdir()
    done = mlctl("promote", "3")
    assert done.code == 0
    assert "the log counts, and promoting it again mends the pointer" in done.err
    assert mlctl("status", "--json").json["models"][0]["champion"] == THREE


def test_a_reason_is_kept_without_force_too(champion, mlctl):
    assert mlctl("promote", "3", "--reason", "it knows the north").code == 0
    assert events()[-1]["why"][0] == "it knows the north"


def test_rules_of_another_model_are_refused(champion, mlctl):
    Path("other.yaml").write_text(
        "project: other\nmodel: m\ndata: {source: 'sklearn:iris', target: target}\n"
    )
    ran = mlctl("promote", "3", "--params", "other.yaml")
    assert (ran.code, pointer()) == (2, TWO)
    assert "other.yaml is of other/m, and shop_nogit_3 of shop/buys" in ran.err


def test_the_champion_is_a_reference_everywhere(champion, mlctl):
    assert mlctl("show", "champion", "--json").json["experiments"][0]["champion"] is True
    rows = mlctl("compare", "--json").json["experiments"]
    assert [row["champion"] for row in rows if row["model_version_id"] == TWO] == [True]
    assert mlctl("status", "--json").json["models"][0]["champion"] == TWO
    assert mlctl("evaluate", "champion").code == 0
    assert mlctl("diff", "champion", "3").code == 0
    removed = mlctl("experiment", "remove", "2")
    assert removed.code == 4


def test_a_dry_run_is_a_look_and_changes_nothing_else(champion, mlctl):
    dry = mlctl("promote", "3", "--dry-run")
    assert dry.code == 0
    assert "a dry run: counted as a look at these rows" in dry.err
    assert "next: mlctl promote shop_nogit_3" in dry.err
    assert pointer() == TWO
    assert events()[-1]["what"] == "look"
    # The same question about the same rows is the same look.
    assert mlctl("promote", "3", "--json").json["gate"]["look"] == 1
    assert mlctl("promote", "2", "--json", "--dry-run").json["gate"]["look"] == 2


def test_force_needs_a_reason_and_is_recorded(champion, mlctl):
    assert mlctl("promote", "3").code == 0
    bare = mlctl("promote", "2", "--force")
    assert (bare.code, pointer()) == (2, THREE)
    assert "the log has to say why" in bare.err
    both = mlctl("promote", "2", "--force", "--reason", "x", "--dry-run")
    assert both.code == 2
    forced = mlctl("promote", "2", "--force", "--reason", "the other one leaks")
    assert forced.code == 0
    assert "FORCED  the gate is overridden (KEEP): the other one leaks" in forced.out
    assert pointer() == TWO
    last = events()[-1]
    assert (last["forced"], last["outcome"], last["why"][0]) == (True, "keep", "the other one leaks")
    assert "**The gate was overridden.**" in (directory(2) / "reports/model_card_2.md").read_text()
    assert "promote (forced)" in mlctl("history").out


def test_history_in_every_form(champion, mlctl):
    assert mlctl("history", "--format", "csv").out.startswith("time,what,challenger,to,why,")
    assert mlctl("history", "--format", "md").out.startswith("| age | what |")
    assert mlctl("promote", "3").code == 0
    assert len(mlctl("history", "--top", "1", "--json").json["events"]) == 1
    assert "shop/buys · 1 of 2 events · champion shop_nogit_3" in mlctl("history", "--top", "1").err
    assert "shop/buys · 2 events · champion shop_nogit_3" in mlctl("history").err
    assert mlctl("history", "--format", "yaml").code == 2


def test_nothing_happened_yet(shop, mlctl):
    empty = mlctl("history")
    assert (empty.code, empty.out) == (0, "")
    assert "next: mlctl promote shop/buys:recommended" in empty.err
    none = mlctl("rollback")
    assert none.code == 3
    assert "shop/buys has no champion yet" in none.err


def test_rolling_back_goes_back_and_not_to_and_fro(champion, mlctl):
    first = mlctl("rollback")
    assert first.code == 3
    assert "it is the only one that shop/buys ever had" in first.err
    assert mlctl("promote", "3").code == 0
    assert mlctl("rollback").out == f"{TWO}\n"
    ended = mlctl("rollback")
    assert ended.code == 3
    assert "there is no champion before shop_nogit_2" in ended.err
    assert "name a later one: mlctl rollback shop/buys:shop_nogit_3" in ended.err
    assert mlctl("rollback", "3", "--json").json == {
        "schema_version": 1,
        "champion_before": TWO,
        "champion": THREE,
        "changed": True,
    }
    same = mlctl("rollback", "3")
    assert "is the champion already" in same.err
    never = mlctl("rollback", "1")
    assert never.code == 4
    assert "shop_nogit_1 never was the champion" in never.err


def test_rolling_back_to_a_damaged_one(champion, mlctl):
    assert mlctl("promote", "3").code == 0
    (directory(2) / "scores.csv").write_text("x")
    damaged = mlctl("rollback")
    assert (damaged.code, pointer()) == (6, THREE)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("1",), 4, "shop_nogit_1 is the dummy: it is what a champion has to beat"),
        (("9",), 3, "no experiment '9'"),
        (("shop/other:2",), 3, "other"),
        (("shop/buys:2", "--model", "other"), 2, "not of shop/other"),
        (("2", "--reason", "a\ud800"), 2, "reason"),
        (("2", "--now", "yesterday"), 2, "is no moment"),
        (("2", "--params", "none.yaml"), 3, "none.yaml"),
    ],
)
def test_what_cannot_be_promoted(shop, mlctl, words, code, said):
    refused = mlctl("promote", *words)
    assert refused.code == code
    assert said in refused.err
    assert pointer() is None


def test_the_dummy_by_force(shop, mlctl):
    forced = mlctl("promote", "1", "--force", "--reason", "a placeholder")
    assert (forced.code, pointer()) == (0, ONE)


def test_unfinished_and_made_by_hand(shop, mlctl):
    text = meta(2).replace("status: finished", "status: failed")
    (directory(2) / "meta.yaml").write_text(text)
    failed = mlctl("promote", "2")
    assert failed.code == 3
    assert "shop_nogit_2 is failed: only a finished experiment can be promoted" in failed.err
    assert mlctl("experiment", "add", "shop/buys").code == 0
    by_hand = mlctl("promote", "4")
    assert by_hand.code == 3
    assert "was recorded by hand" in by_hand.err


@pytest.mark.parametrize("force", [(), ("--force", "--reason", "anyway")])
@pytest.mark.parametrize("file", ["model.skops", "predictions.csv", "train_rows.u32"])
def test_a_damaged_challenger_is_not_promoted_even_by_force(champion, mlctl, file, force):
    (directory(3) / file).write_bytes(b"x")
    damaged = mlctl("promote", "3", *force)
    assert (damaged.code, pointer()) == (6, TWO)
    (directory(3) / file).unlink()
    missing = mlctl("promote", "3", *force)
    assert (missing.code, pointer()) == (6, TWO)
    assert len(events()) == 1


def test_a_damaged_champion_stops_the_gate(champion, mlctl):
    (directory(2) / "model.skops").write_bytes(b"x")
    stopped = mlctl("promote", "3")
    assert (stopped.code, pointer()) == (4, TWO)
    assert "the champion shop_nogit_2 cannot score the challenger's rows, and stays" in stopped.err
    assert "Traceback" not in stopped.err
    assert (events()[-1]["what"], events()[-1]["outcome"]) == ("refuse", "stopped")
    assert "error" in mlctl("promote", "3", "--json").json
    forced = mlctl("promote", "3", "--force", "--reason", "it broke")
    assert (forced.code, pointer()) == (0, THREE)
    assert "FORCED  the gate is overridden (STOPPED): it broke" in forced.out
    assert events()[-1]["why"][0] == "it broke"


def test_a_champion_whose_record_is_gone_stops_the_gate(champion, mlctl):
    (directory(2) / "meta.yaml").write_text("[")
    stopped = mlctl("promote", "3")
    assert (stopped.code, pointer()) == (4, TWO)
    assert "the champion shop_nogit_2 is gone, or its record is damaged" in stopped.err


def test_slices_thresholds_and_metrics_of_the_training_rows(champion, mlctl):
    Path("strict.yaml").write_text(
        Path("p.yaml").read_text()
        + "promote: {slices: [region, age], metrics: {training_accuracy: {min: 0.95}, roc_auc: {max: 1}}}\n"
    )
    kept = mlctl("promote", "3", "--params", "strict.yaml")
    assert (kept.code, pointer()) == (4, TWO)
    assert "warning: training_accuracy_score rewards what was learned by heart" in kept.err
    assert re.search(r"NOT MET accuracy_score is 0.9\d+, and has to be at least 0.95", kept.out)
    assert "ok roc_auc is" in kept.out
    slices = events()[-1]["gate"]["facts"]["slices"]
    assert {part["value"] for part in slices if part["column"] == "region"} == {"N", "S"}
    ages = [part["value"] for part in slices if part["column"] == "age"]
    assert len(ages) == 4
    assert all(re.fullmatch(r"\d[\d.e-]* to \d[\d.e-]*", age) for age in ages)
    assert re.search(
        r"slice +region = N: 0\.\d+ higher \(better\), from 0\.\d+ higher to 0\.\d+ higher, on \d+ rows",
        kept.out,
    )


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{slices: [regio]}", "promote.slices: there is no column 'regio'"),
        ("{metric: r2}", "promote: r2_score is no metric of classification with 2 classes"),
        ("{metrics: {rmse: {max: 1}}}", "root_mean_squared_error"),
    ],
)
def test_rules_that_do_not_fit(champion, mlctl, section, said):
    Path("other.yaml").write_text(Path("p.yaml").read_text() + f"promote: {section}\n")
    wrong = mlctl("promote", "3", "--params", "other.yaml")
    assert (wrong.code, pointer()) == (2, TWO)
    assert said in wrong.err


def test_not_worse_needs_a_reason(champion, mlctl):
    assert mlctl("promote", "3").code == 0
    Path("mild.yaml").write_text(
        Path("p.yaml").read_text() + "promote: {mode: not_worse, margin: 0.9, metric: training_auc}\n"
    )
    told = mlctl("promote", "2", "--params", "mild.yaml", "--json")
    gate = told.json["gate"]
    assert (gate["metric"], gate["rules"]["mode"], gate["rules"]["margin"]) == ("roc_auc", "not_worse", 0.9)
    assert told.json["warnings"][0].startswith("training_roc_auc rewards")
    faster = "faster answers" in str(gate["facts"]["reasons_for"])
    assert told.json["outcome"] == ("promote" if faster else "keep")


def test_latency_and_size_beyond_the_limits(champion, mlctl):
    text = re.sub(r"single_row_us: .*", "single_row_us: 90000000.0", meta(3))
    (directory(3) / "meta.yaml").write_text(re.sub(r"model_bytes: .*", "model_bytes: null", text))
    kept = mlctl("promote", "3")
    assert kept.code == 4
    assert "NOT MET latency is 9e+04 ms a row, and may be 60000 ms a row at most" in kept.out
    assert "NOT MET size was not measured, and may be 200 MB at most" in kept.out


def test_a_card_that_cannot_be_written_leaves_the_promotion(champion, mlctl):
    (directory(3) / "reports").write_text("in the way")
    done = mlctl("promote", "3")
    assert (done.code, pointer()) == (0, THREE)
    assert "warning: the model card could not be written" in done.err


def test_a_record_that_cannot_be_written_leaves_the_verdict(champion, mlctl, monkeypatch):
    def full(*_):
        raise MlctlError("the disk is full")

    monkeypatch.setattr(Store, "keep_gate", full)
    done = mlctl("promote", "3")
    assert (done.code, pointer()) == (0, THREE)
    assert "shop_nogit_2: the verdict is in the log, not in its record: the disk is full" in done.err


def test_a_reason_draws_nothing_on_the_terminal(shop, mlctl):
    forced = mlctl("promote", "2", "--force", "--reason", "red \x1b[31m text")
    assert forced.code == 0
    assert "\x1b" not in forced.out + mlctl("history").out
    assert events()[-1]["why"][0] == "red \x1b[31m text"


def test_a_user_without_a_name(monkeypatch):
    def nameless():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert who().startswith(f"{os.getuid()}@")


def test_on_a_terminal_packages_are_few_and_it_is_said(champion, mlctl, monkeypatch):
    path = directory(2) / "environment.yaml"
    old = [f"  an-old-package-{n}: '1.0'" for n in range(9)]
    path.write_text(path.read_text().replace("packages:", "\n".join(["packages:", *old]), 1))
    sums = directory(2) / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines() if not line.endswith("environment.yaml")]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sums.write_text("\n".join([*lines, f"{digest}  environment.yaml"]) + "\n")
    piped = mlctl("promote", "3", "--dry-run").out
    assert piped.count("an-old-package-") == 9
    monkeypatch.setattr(out, "is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "80")
    drawn = mlctl("promote", "3").out
    assert drawn.count("an-old-package-") == 5
    assert "4 more differ" in drawn
    assert max(map(len, drawn.splitlines())) <= 80


def test_rolling_back_imports_no_ml_library(champion):
    script = (
        "import sys; from mlctl.cli.main import main; code = main(['rollback', '2']);"
        "print(code, [n for n in ('numpy', 'pandas', 'sklearn', 'scipy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
