import json

import pytest

from mlctl.actions import bench as action
from mlctl.bundle.bench import run
from mlctl.bundle.bench.abuse import Ordeal
from tests.bundle.bench.small_target import report, soak


@pytest.fixture
def measured(monkeypatch):
    """Reports that are given out instead of measuring, which has tests of its own; and the plans."""
    plans, reports = [], [report(soak=soak())]

    def bench(target, plan, say):
        plans.append(plan)
        say("measuring")
        return reports[-1]

    monkeypatch.setattr(action, "bench", bench)
    return plans, reports


def test_a_person_sees_it_and_it_is_kept(iris, mlctl, measured):
    ran = mlctl(
        "bench", "best", "--seconds", "0.5", "--clients", "1,4", "--rates", "10,20", "--html", "page.html"
    )
    assert ran.code == 0, ran.err
    assert "one row" in ran.out
    assert "p99.9 7 µs" in ran.out
    assert "2.0 times a bare python" in ran.out
    assert "closed  16       " in ran.out
    assert "bad JSON  borne: 400" in ran.out
    assert "50 requests/s, 0 failed" in ran.out
    assert "warning: the machine was busy" in ran.err
    assert "kept as reports/bench.html" in ran.err
    assert (iris / "page.html").read_text().startswith("<!DOCTYPE html>")
    (plan,) = measured[0]
    assert plan == run.Plan(0.5, (1, 4), (10.0, 20.0), 0.0, True)


def test_a_broken_limit_is_refused(iris, mlctl, measured):
    (iris / "limits.yaml").write_text(
        "project: iris\nmodel: species\ndata: {source: 'sklearn:iris', target: target}\nbench: {p99_ms: 1}\n"
    )
    ran = mlctl("bench", "best", "--params", "limits.yaml")
    assert ran.code == 4
    assert "p99_ms is 2, the limit is 1" in ran.err
    assert "kept as" in ran.err
    ran = mlctl("bench", "best", "--params", "limits.yaml", "--json")
    assert ran.code == 4
    assert (ran.json["ok"], ran.json["reasons"]) == (False, ["p99_ms is 2, the limit is 1"])
    assert ran.json["schema_version"] == 1


def test_what_is_not_borne_is_refused_without_any_limit(iris, mlctl, measured):
    measured[1].append(report(ordeals=(Ordeal("bad JSON", False, "500"),), notes=()))
    ran = mlctl("bench", "best", "--no-abuse")
    assert ran.code == 4
    assert "bad JSON  NOT BORNE: 500" in ran.out
    assert measured[0][0].abuse is False


def test_a_bundle_is_measured_and_nothing_kept(iris, mlctl, measured):
    assert mlctl("build", "best", "-o", "b.pyz").code == 0
    measured[1].append(report(ordeals=(), notes=()))
    ran = mlctl("bench", "b.pyz", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["limits"] == []
    assert "kept" not in ran.err
    assert json.loads(ran.out)["version"] == "small_abc123_1"


@pytest.mark.parametrize(
    "words", [("--clients", "x"), ("--clients", ""), ("--clients", "0"), ("--rates", "-1")]
)
def test_what_is_wrong_is_told(small_store, mlctl, words):
    ran = mlctl("bench", "best", *words)
    assert ran.code == 2
    assert "is no list of numbers above 0" in ran.err
