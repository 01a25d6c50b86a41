"""A store with all that a store may hold, made without a training, for check, repair, gc and merge."""

import csv
import io
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mlctl import files
from mlctl.domain.records import Dataset, Experiment, Model
from mlctl.store import Store
from mlctl.store.champion import Event
from mlctl.store.layout import Layout
from mlctl.store.site import Site

NOW = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
COMMIT = "3f9a1c" + "0" * 34
FOLDS = [0.5, 0.75, 0.7]


def site_of(root: Path) -> Site:
    """Return a store's site that does not wait long for a lock."""
    return Site(Layout(root), lock_timeout=0.2)


def model_of(store: Store, project: str = "iris", name: str = "species") -> Model:
    store.add_project(project, "flowers", NOW)
    return store.add_model(project, name, "which one", NOW)[0]


def experiment(
    store: Store, model: Model, rung: str = "tree", *, dataset: str = "", at: datetime = NOW, **fields
) -> Experiment:
    """Record a finished experiment with scores, a log and a model file of a few bytes."""
    opened = store.new_experiment(model, COMMIT, at, rung=rung, metric="accuracy_score", **fields)
    opened.write("scores.csv", _scores())
    opened.write("model.skops", f"the model of {opened.experiment.model_version_id}")
    opened.write("plots/roc.png", b"\x89PNG")
    opened.log("trained")
    told = {"mean": statistics.fmean(FOLDS), "std": statistics.stdev(FOLDS), "folds": FOLDS}
    data = {"dataset": dataset, "part": "train", "rows": 3} if dataset else {}
    return opened.finish(
        training_dataset=data,
        evaluations={"cross_validation": {"accuracy_score": told}, "test": {"accuracy_score": 0.75}},
        artifact_file_paths={"scores": "scores.csv", "model": "model.skops"},
    )


def _scores() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("fold", "split", "metric", "value"))
    writer.writerows((fold, "validation", "accuracy_score", value) for fold, value in enumerate(FOLDS))
    writer.writerow(("", "test", "accuracy_score", 0.75))
    return text.getvalue()


def dataset(
    store: Store, name: str, content: str = "a\n1\n", *, at: datetime = NOW, source: str = "a.csv", **fields
) -> Dataset:
    """Keep a dataset of one small file."""
    with store.scratch() as scratch:
        file = scratch / "a.csv"
        file.write_text(content)
        packed = files.pack([("a.csv", file)], scratch / "data.tar.zst", threads=1)
        record = Dataset(
            dataset=name,
            created_datetime=store.stamp(at),
            source={"path": source},
            fingerprint=packed.fingerprint,
            archive={"sha256": packed.archive_sha256, "bytes": packed.archive_bytes},
            members=[{"name": m.name, "bytes": m.bytes, "sha256": m.sha256} for m in packed.members],
            rows=1,
            columns=1,
            **fields,
        )
        return store.add_dataset("iris", record, scratch / "data.tar.zst")


def promote(store: Store, model: Model, to: str, *, at: datetime = NOW, what: str = "promote") -> None:
    before = store.champion(model)
    store.record_event(model, Event(store.stamp(at), "me", what, before, to, ["better"], {"challenger": to}))


def whole(store: Store) -> Model:
    """Fill a store: a project, a model, two datasets, three experiments, a champion before and one now."""
    model = model_of(store)
    dataset(store, "iris_3f9a1c_1")
    for rung in ("dummy", "tree", "boosting"):
        experiment(store, model, rung, dataset="iris_3f9a1c_1", ladder_id="one", comparison_key="k")
    promote(store, model, "iris_3f9a1c_2")
    promote(store, model, "iris_3f9a1c_3", at=NOW + timedelta(hours=1))
    journal = store.retraining.journal("iris", "species")
    journal.append("began", "run1", NOW)
    journal.add_served("iris_3f9a1c_3", 5, NOW)
    return model


def snapshot(root: Path, *, but: tuple[str, ...] = ("lock", "index.sqlite")) -> dict[str, bytes | None]:
    """Return every path of a store with its bytes; None for a folder."""
    return {
        path.relative_to(root).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.name not in but and not path.is_symlink()
    }
