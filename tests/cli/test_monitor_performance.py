"""``mlctl monitor performance``, and drift of what was served: from a real server to the verdict."""

import inspect
import json
import random
import sys
import urllib.request
from pathlib import Path

import pytest

from mlctl.actions.performance_sources import NEWEST
from mlctl.bundle.bench.processes import running
from mlctl.cli import monitor
from tests import gated
from tests.actions.logged import HEADING, feedback, prediction, table, write

ROWS = 220


def post(server, path, document):
    """Send a document to a server, and return its answer."""
    address = f"http://{server.host}:{server.port}{path}"
    request = urllib.request.Request(
        address, json.dumps(document).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_from_a_server_to_the_verdict(shop, mlctl):
    assert mlctl("promote", "best").code == 0
    known = gated.rows(ROWS, seed=5)
    truth = [row.pop("buys") for row in known]
    served = [{"customer": f"c{at}", **row} for at, row in enumerate(known)]
    words = ("serve", "champion", "--port", "0", "--workers", "2", "--log-dir", "served")
    with running([sys.executable, "-m", "mlctl", *words, "--log-redact", "region"]) as server:
        told = post(server, "/predict", {"dataframe_records": served})["predictions"]
        numbers = [one["prediction_id"] for one in told]
        wrong = [{"prediction_id": number, "actual": "no"} for number in numbers]
        assert post(server, "/feedback", wrong) == {"accepted": ROWS}
        right = [{"prediction_id": n, "actual": a} for n, a in zip(numbers, truth, strict=True)]
        assert (
            post(server, "/feedback", [*right, {"prediction_id": "gone", "actual": "no"}])["accepted"] == 221
        )
    found = mlctl("monitor", "performance", "served", "--json").json
    (version,) = found["versions"]
    share = sum(one["label"] == actual for one, actual in zip(told, truth, strict=True)) / ROWS
    assert (found["matched"], found["unknown"], found["replaced"], found["fallen"]) == (ROWS, 1, ROWS, False)
    assert version["newest"][0]["estimate"] == share
    assert version["periods"][0]["rows"] == ROWS
    assert next(iter(version["periods"][0])) == "day"

    drawn = random.Random(0)
    table(Path("truth.csv"), "customer,buys", [(f"c{at}", drawn.choice(["yes", "no"])) for at in range(ROWS)])
    ran = mlctl(
        "monitor", "performance", "served", "--actuals", "truth.csv", "--key", "customer", "--exit-code"
    )
    assert ran.code == 4
    assert "shop_nogit_3 has fallen: accuracy_score 0." in ran.err
    assert (
        "next: mlctl retrain --project shop --model buys; or back to the one before: mlctl rollback"
        in ran.err
    )
    assert ran.out.splitlines()[1].split()[:3] == ["shop_nogit_3", "accuracy_score", "FALLEN"]
    hidden = mlctl("monitor", "performance", "served", "--actuals", "truth.csv", "--key", "region")
    assert hidden.code == 5  # it is not in the file; of the log see tests/actions/test_performance_join.py

    ran = mlctl("monitor", "drift", "served", "--json")
    assert "against shop_nogit_3, which answered last" in ran.err
    assert ran.json["rows"] == [1500, ROWS]
    assert ["region", "is redacted in the served log"] in ran.json["left_out"]
    assert ["predictions", "cannot be made without what is redacted"] in ran.json["left_out"]
    assert sum(name == "region" for name, _ in ran.json["left_out"]) == 1


def lines(count, *, wrong=0, first=0, day=1, version="shop_nogit_3"):
    """Return what a server would have logged of so many rows."""
    found = []
    for at, row in enumerate(gated.rows(count, seed=first + 1), first):
        row.pop("buys")
        found.append(prediction(at, "yes", day=day, version=version, inputs=row))
        found.append(feedback(at, "no" if at < first + wrong else "yes"))
    return found


def test_what_a_person_sees(shop, mlctl):
    write(Path("log"), *lines(250, version="shop_nogit_2"), *lines(300, wrong=150, first=300, day=9), "torn")
    with Path("log/served-2.jsonl").open("w") as stream:
        stream.write(json.dumps(HEADING) + "\n" + json.dumps(prediction(9999, "yes", day=9)) + "\n")
    ran = mlctl("monitor", "performance", "log", "--by", "month", "--last", "250", "--metric", "roc_auc")
    assert ran.code == 0
    assert ran.out.splitlines()[0].split() == [
        *("version", "metric", "verdict", "estimate", "lower", "upper", "reference", "rows", "span")
    ]
    cells = [line.split("  ") for line in ran.out.splitlines()]
    heads = [
        (line[0], [c.strip() for c in line if c.strip()][1:3]) for line in cells if line[0].startswith("shop")
    ]
    assert heads[0] == ("shop_nogit_2", ["accuracy_score", "holds"])
    assert sum(line[-1].strip() == "the newest" for line in cells) == 2
    assert [line[0] for line in cells if line[0].startswith("2026")] == ["2026-01"] * 4
    said = ran.err.splitlines()
    assert said[0] == "551 predictions, 550 with an actual value (100%)"
    assert said[1] == "warning: 1 line of the log could not be read, as where the disk was full"
    assert said[2].startswith("shop_nogit_2 (no longer in use) has not fallen: accuracy_score 1 on 250 rows")
    assert said[3].startswith("shop_nogit_3 has fallen: accuracy_score 0.6 on 250 rows")


def test_few_rows(shop, mlctl):
    write(Path("log"), *lines(20), prediction(999, "yes"), feedback(998, "no"), feedback(1, "yes", day=10))
    ran = mlctl("monitor", "performance", "log", "--version", "best", "--exit-code")
    assert ran.code == 0
    counts = "21 predictions, 20 with an actual value (95%)"
    assert ran.err.splitlines() == [
        f"{counts}; 1 actual value of no prediction here; 1 replaced by a later one",
        "shop_nogit_3 cannot be told to have fallen: 20 rows: under 200 nothing is said",
        "next: send more actual values to /feedback, or name a file of them: --actuals FILE --key COLUMN",
    ]


def test_files_of_predictions(shop, mlctl):
    known = [{"id": at, **row} for at, row in enumerate(gated.rows(300, seed=3))]
    gated.write([{name: v for name, v in row.items() if name != "buys"} for row in known], "new.csv")
    gated.write([{"id": row["id"], "buys": row["buys"]} for row in known], "truth.csv")
    assert mlctl("predict", "best", "new.csv", "--output", "told.csv").code == 0
    words = ("--actuals", "truth.csv", "--key", "id")
    ran = mlctl("monitor", "performance", "told.csv", *words, "--time", "when", "--by", "week", "--exit-code")
    assert ran.code == 0, ran.err
    assert "shop_nogit_3 has not fallen" in ran.err
    assert "next:" not in ran.err
    assert len([line for line in ran.out.splitlines() if line.startswith("202")]) == 9
    untimed = mlctl("monitor", "performance", "told.csv", *words)
    assert "not by time" in untimed.err
    assert "week" not in untimed.out


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["none"], 3, "there is no served log in 'none'"),
        (["log", "--actuals", "none.csv", "--key", "id"], 3, "there is no file 'none.csv'"),
        (["log", "--actuals", "truth.csv"], 2, "by which column"),
        (["log", "--actuals", "truth.csv", "--key", "ident"], 5, "lacks a column: 'ident'"),
        (["log", "--actuals", "truth.csv", "--key", "id"], 5, "has no values of 'id'"),
        (["log", "--metric", "fuzz"], 2, "there is no metric 'fuzz'"),
        (["log", "--model", "other"], 3, "no model 'other'"),
        (["log", "--version", "77"], 3, "77"),
        (["empty"], 5, "holds no prediction"),
    ],
)
def test_what_is_wrong_is_told(shop, mlctl, words, code, why):
    write(Path("log"), *lines(2))
    write(Path("empty"))
    table(Path("truth.csv"), "id,buys", [(1, "yes")])
    ran = mlctl("monitor", "performance", *words, "--json")
    assert (ran.code, ran.json["error"]["message"].count(why)) == (code, 1)


def test_drift_of_what_was_served(shop, mlctl):
    asked = [line for line in lines(300) if line["what"] == "prediction"]
    for line in asked[:3]:
        line["inputs"]["buys"] = "yes"
    write(Path("log"), *asked)
    told = mlctl("monitor", "drift", "log", "--against", "best", "--json").json
    assert (told["drifted"], told["rows"]) == (False, [1500, 300])
    assert told["predictions"]["drifted"] is False
    assert "buys" not in {column["column"] for column in told["columns"]}  # a few requests carried the answer
    (dataset,) = mlctl("data", "list", "--json").json["datasets"]
    assert (
        mlctl("monitor", "drift", "log", "--against", f"shop:{dataset['dataset']}", "--json").json["drifted"]
        is False
    )
    write(Path("log"), *(line for line in lines(300) if line["what"] == "prediction"))
    assert mlctl("monitor", "drift", "log", "--against", "t.csv", "--json").json["drifted"] is False
    profiled = mlctl("data", "profile", "log")
    assert (profiled.code, "300 rows" in profiled.out + profiled.err) == (0, True)


def test_the_newest_rows_are_as_many_as_retraining_takes():
    assert inspect.signature(monitor.performance).parameters["last"].default == NEWEST


def test_drift_against_nothing(shop, mlctl):
    ran = mlctl("monitor", "drift", "t.csv")
    assert (ran.code, "--against REF" in ran.err) == (2, True)
    ran = mlctl("monitor", "drift", "nothing")
    assert (ran.code, "no served log 'nothing'" in ran.err) == (3, True)
