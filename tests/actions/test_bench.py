import json
import subprocess
import zipfile
from datetime import UTC, datetime

import pytest

from mlctl.actions import bench as action
from mlctl.actions import locate
from mlctl.actions import offer as offers
from mlctl.actions.bench import Benched
from mlctl.actions.bench_figures import figures
from mlctl.actions.bench_page import facts, levels, ms, page
from mlctl.actions.locate import Place
from mlctl.bundle.bench.abuse import Ordeal
from mlctl.bundle.bench.limits import judge
from mlctl.bundle.bench.report import Level
from mlctl.bundle.bench.run import Plan
from mlctl.errors import DamagedError, DataError, NotFoundError, RefusedError
from mlctl.params.model import Parameters
from tests.bundle.bench.small_target import found, report, soak, target

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def store(iris):
    return Place(iris / "mlstore", iris, {}).open()


def parameters(**more):
    return Parameters(
        project="iris", model="species", data={"source": "sklearn:iris", "target": "target"}, **more
    )


class TestTarget:
    def test_an_experiment(self, store, tmp_path):
        made = action.target_of(store, locate.experiment(store, "best"), tmp_path)
        assert made.tier == "portable"
        assert made.size == (tmp_path / offers.MODEL).stat().st_size
        assert len(made.rows) == len(offers.rows(tmp_path))
        row = json.dumps(made.rows[0]).encode()
        done = subprocess.run(made.predict, input=row, capture_output=True, check=True)
        assert done.stdout.split()[0] in (b"0", b"1", b"2")

    def test_one_of_the_sklearn_tier(self, store, tmp_path, monkeypatch):
        made = offers.Offer("iris", "species", "iris_abc123_1", "sklearn")

        def make(store, experiment, directory, *, trust):
            offers.write(directory, made, [{"x": 1}], None)
            return made

        monkeypatch.setattr(action, "make", make)
        found = action.target_of(store, locate.experiment(store, "best"), tmp_path)
        assert found.predict == (*found.serve, "--once")

    def test_one_without_held_out_rows(self, store, tmp_path, monkeypatch):
        monkeypatch.setattr(action.offers, "rows", lambda _: [])
        with pytest.raises(DataError, match="has no held-out rows"):
            action.target_of(store, locate.experiment(store, "best"), tmp_path)


class TestBundle:
    def bundle(self, folder, tier="portable"):
        """Write what stands for a bundle: what is read of one here, and no program."""
        import hashlib

        golden = json.dumps({"columns": ["x"], "rows": [[1], [2]], "answers": [["a", None], None]}).encode()
        folder.mkdir()
        (folder / "golden.json").write_bytes(golden)
        (folder / "__main__.py").write_bytes(b"")
        sums = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in (("golden.json", golden), ("__main__.py", b""))
        }
        told = {
            "format": 1,
            "project": "p",
            "model": "m",
            "version": "p_abc123_1",
            "tier": tier,
            "entries": sums,
        }
        (folder / "manifest.json").write_text(json.dumps(told))
        return str(folder)

    def test_a_bundle(self, tmp_path):
        word = self.bundle(tmp_path / "b")
        made = action.target_of_bundle(word)
        assert (made.name, made.version, made.tier) == ("m", "p_abc123_1", "portable")
        assert made.rows == ({"x": 1},)
        assert made.serve[-2:] == (word, "serve")
        assert made.selftest[-1] == "selftest"
        assert made.probe[-2:] == (word, "0")
        assert made.size > 100

    def test_one_that_runs_code_needs_trust(self, tmp_path):
        word = self.bundle(tmp_path / "b", tier="sklearn")
        with pytest.raises(RefusedError, match="tier sklearn"):
            action.target_of_bundle(word)
        assert action.target_of_bundle(word, trust=True).serve[-1] == "--trust"

    def test_one_that_is_not_there_or_damaged(self, tmp_path):
        with pytest.raises(NotFoundError):
            action.target_of_bundle("nothing.pyz")
        with zipfile.ZipFile(tmp_path / "bad.pyz", "w") as file:
            file.writestr("x", "")
        with pytest.raises(DamagedError):
            action.target_of_bundle(str(tmp_path / "bad.pyz"))


def test_a_bundle_is_probed_by_a_process(iris, mlctl):
    assert mlctl("build", "best", "-o", "b.pyz").code == 0
    probe = action.target_of_bundle("b.pyz").probe
    done = subprocess.run([*probe, "0.01"], capture_output=True, check=True)
    assert json.loads(done.stdout)["calls"] > 10


def test_limits_come_from_two_sections():
    found = action.limits_of(parameters(bench={"p99_ms": 10}, limits={"latency_ms": 5}))
    assert found == {"row_ms": 5.0, "size_mb": 200.0, "p99_ms": 10.0}
    assert action.limits_of(parameters(bench={"row_ms": 1, "size_mb": 2}))["row_ms"] == 1.0


class TestBenched:
    def benched(self, limits=None, **more):
        made = report(**more)
        measured = judge(made, limits or {})
        return Benched(made, measured, tuple(action._reasons(made, measured)))

    def test_all_is_well(self):
        found = self.benched({"p99_ms": 10})
        assert found.ok
        assert found.to_dict()["limits"] == [{"name": "p99_ms", "value": 2.0, "limit": 10, "ok": True}]

    def test_what_is_not(self):
        lost = Level("closed", 1, 0.0, found(lost=2, refused=1), found(), 1.0)
        bad = self.benched(
            {"p99_ms": 1},
            selftest=False,
            levels=(lost,),
            ordeals=(Ordeal("bad JSON", False, "500"),),
            soak=soak(failed=4),
        )
        assert bad.reasons == (
            "p99_ms is 2, the limit is 1",
            "the self-test failed: it does not answer as it should",
            "bad JSON: 500",
            "3 requests under load were refused or lost",
            "4 requests of the soak were refused or lost",
        )
        failure = action.refusal(bad)
        assert failure.exit_code == 4
        assert "p99_ms is 2" in failure.message
        assert len(failure.details) == 4

    def test_what_was_found_is_kept(self, store):
        experiment = locate.experiment(store, "best")
        kept = action.keep(store, experiment, self.benched({"p99_ms": 10}), NOW)
        directory = store.experiment_directory(kept)
        told = json.loads((directory / kept.artifact_file_paths["bench"]).read_text())
        assert told["schema_version"] == 1
        assert told["bench_datetime"] == "2026-01-09T12:00:00.000000Z"
        assert (directory / kept.artifact_file_paths["bench_page"]).read_text().startswith("<!DOCTYPE html>")

    def test_a_target_is_measured(self):
        plan = Plan(0.1, (1,), (20.0,), 0.0, False, 1)
        made = action.measure(target(), plan, {"size_mb": 1e-9}, [].append)
        assert made.reasons == ("size_mb is 0.001, the limit is 1e-09",)


class TestPage:
    def test_it_tells_all_and_loads_nothing(self):
        made = report(soak=soak(), version="<b>")
        text = page(made, judge(made, {"p99_ms": 1, "p50_ms": 10}), ["p99_ms is 2"], made="today")
        assert "default-src 'none'" in text
        assert "&lt;b&gt;" in text
        assert "<b>" not in text.replace("<bdi>", "")
        assert "a &lt;machine&gt;" in text
        for word in (
            "BROKEN",
            "held",
            "p99_ms is 2",
            "borne",
            "Requests a second",
            "Memory under",
            "2.0 times",
        ):
            assert word in text
        assert text.count("<svg") == 4

    def test_what_was_not_measured_is_left_out(self):
        bare = report(levels=(), rows=None, cold=None, selftest=None, ordeals=(), notes=(), machine={})
        text = page(bare, judge(bare, {"p99_ms": 1}), [], made="today")
        assert "not measured" in text
        assert "<svg" not in text
        assert dict(facts(bare))["self-test"] == ""

    def test_lines_of_the_load(self):
        lines = levels(report())
        assert lines[0] == ("1 clients", "100", "1 ms", "1 ms", "2 ms", "2 ms", "0", "0.50", "300")
        assert lines[2][0] == "500 a second"
        assert lines[2][-2:] == ("", "")

    def test_durations(self):
        assert [ms(0.0000042), ms(0.0153), ms(2.5)] == ["4.2 µs", "15.3 ms", "2.5 s"]

    def test_figures_have_words_and_tables(self):
        made = list(figures(report(soak=soak())))
        assert [one.key for one in made] == ["throughput", "latency", "soak_memory", "soak_latency"]
        assert made[0].rows[1] == ("16", "1,000", "2,000", "3,000")
        assert "MB an hour" in made[2].words
