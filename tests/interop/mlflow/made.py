"""Small file stores of MLflow, made by hand: whole ones to spoil."""

from pathlib import Path

EXPERIMENT = "471639589456381176"
STORES = Path(__file__).parents[1] / "stores"
V1, V2, V3 = (STORES / name for name in ("v1", "v2", "v3"))


def run_id(number: int) -> str:
    """Return the id of a run."""
    return f"{number:032x}"


def experiment(root: Path, own: str = EXPERIMENT, name: str = "flowers", **more: object) -> Path:
    """Make an experiment, and return its directory."""
    meta = {"artifact_location": "file:///gone", "experiment_id": f"'{own}'", "name": name}
    return _write(root / own, {**meta, "lifecycle_stage": "active", "creation_time": 5, **more})


def run(folder: Path, number: int = 1, **more: object) -> Path:
    """Make a run in an experiment's directory, and return its own."""
    meta = {
        "artifact_uri": "file:///gone/artifacts",
        "end_time": 2500,
        "experiment_id": f"'{folder.name}'",
        "lifecycle_stage": "active",
        "run_id": f"'{run_id(number)}'",
        "run_name": f"run-{number}",
        "start_time": 1000 + number,
        "status": 3,
        "user_id": "ada",
    }
    place = _write(folder / run_id(number), {**meta, **more})
    for kind in ("metrics", "params", "tags", "artifacts"):
        (place / kind).mkdir()
    (place / "params" / "alpha").write_text("0.5")
    (place / "metrics" / "rmse").write_text("1000 0.79 0\n2000 0.75 1\n")
    return place


def _write(folder: Path, meta: dict[str, object]) -> Path:
    folder.mkdir(parents=True)
    (folder / "meta.yaml").write_text("".join(f"{key}: {value}\n" for key, value in meta.items()))
    return folder
