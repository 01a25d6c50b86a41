"""Records that a repair writes anew, or sets aside with what belongs to them."""

import math
import statistics
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.records import Experiment, Model, Project
from mlctl.errors import MlctlError
from mlctl.store import check_scores
from mlctl.store.adding import new_id
from mlctl.store.check_datasets import archives
from mlctl.store.check_known import Known, known
from mlctl.store.layout import DATASET_SUFFIX, META
from mlctl.store.record_files import LARGEST, Tree, read_record_tree, read_tree, record_tree, write_tree
from mlctl.store.repair_aside import keep_copy, set_aside
from mlctl.store.site import Site
from mlctl.store.times import stamp


def set_dataset_aside(site: Site, project: str, record: Path, why: str, now: datetime) -> None:
    """Set a dataset's record aside, and the archive that it alone names."""
    stem = record.name.removesuffix(DATASET_SUFFIX)
    shared = {d.archive.get("file") for d in known(site).datasets_of(project) if d.dataset != stem}
    own = {file for file in (_named_archive(record), f"{stem}.tar.zst", f"{stem}.tar.gz") if file} - shared
    for path in [record, *(path for path in archives(site, project) if path.name in own)]:
        set_aside(site, path, f"{site.layout.shown(record)} {why}", now)


def _named_archive(record: Path) -> str:
    try:
        archive = read_tree(record).get("archive")
    except MlctlError:
        return ""
    return str(archive.get("file", "")) if isinstance(archive, dict) else ""


def rebuild(site: Site, project: str, model: str, now: datetime) -> None:
    """Write the record of a model, or of a project where none is named, from what stands below it."""
    found = known(site)
    if model:
        tree = _model(site, found, project, model, now)
        write_tree(site.layout.model(project, model) / META, record_tree(Model, tree))
    else:
        tree = _project(site, found, project, now)
        write_tree(site.layout.project(project) / META, record_tree(Project, tree))


def _model(site: Site, found: Known, project: str, model: str, now: datetime) -> Tree:
    tried = [e for e in found.experiments if (e.project_name, e.model_name) == (project, model)]
    last = tried[-1] if tried else Experiment("", new_id(), "", stamp(now))
    finished = next((e for e in reversed(tried) if e.metric), last)
    owner = _read(Project, site.layout.project(project) / META)
    return Model(
        model_id=last.model_id,
        project_id=str(owner.get("project_id") or new_id()),
        model_name=model,
        created_datetime=min((e.created_datetime for e in tried), default=stamp(now)),
        task=finished.task,
        metric=finished.metric,
    ).to_dict()


def _project(site: Site, found: Known, project: str, now: datetime) -> Tree:
    models = [name for owner, name in found.models if owner == project]
    records = [_read(Model, site.layout.model(project, name) / META) for name in models]
    ids = [str(record["project_id"]) for record in records if record]
    times = [str(record["created_datetime"]) for record in records if record]
    return Project(next(iter(ids), new_id()), project, min(times, default=stamp(now))).to_dict()


def _read(kind: type[Project | Model], path: Path) -> Tree:
    try:
        return read_record_tree(kind, path)
    except MlctlError:
        return {}


def restore_scores(site: Site, path: Path, why: str, now: datetime) -> None:
    """Put what ``scores.csv`` says back into a record; the record as it was is kept."""
    tree = read_record_tree(Experiment, path)
    scores = check_scores.read(path.parent / tree["artifact_file_paths"]["scores"])
    keep_copy(site, path, files.read_bytes_limited(path, LARGEST), why, now)
    for part, metrics in scores.items():
        for metric, values in metrics.items():
            if check_scores.differs(tree["evaluations"], part, metric, values):
                tree["evaluations"][part][metric] = _told(part, values)
    write_tree(path, record_tree(Experiment, tree))


def _told(part: str, values: list[float]) -> Any:
    if part != check_scores.FOLDS:
        return None if math.isnan(values[-1]) else values[-1]
    spread = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.fmean(values), "std": spread, "folds": values}
