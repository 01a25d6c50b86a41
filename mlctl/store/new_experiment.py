"""Begin an experiment."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.records import Experiment, Model
from mlctl.domain.version_id import VersionId, short_commit
from mlctl.errors import NotFoundError, UsageError
from mlctl.store import numbers
from mlctl.store.adding import new_id
from mlctl.store.layout import LOG, META
from mlctl.store.liveness import own_process
from mlctl.store.open_experiment import OpenExperiment
from mlctl.store.record_files import Tree, record_tree, write_tree
from mlctl.store.site import Site
from mlctl.store.times import stamp


def new_experiment(
    site: Site, model: Model, commit: str | None, now: datetime, fields: dict[str, Any]
) -> OpenExperiment:
    """Draw a number and make the experiment's directory; it is visible only whole.

    Parameters
    ----------
    model : Model
        What it is a try at.
    commit : str or None
        The git commit, of which six digits are used; None outside git.
    fields : dict
        Of the record, to set.

    Raises
    ------
    NotFoundError
        When the model was removed meanwhile.
    UsageError
        When the record cannot hold what it is given, or the commit is none.
    """
    project = model.project_name
    wanted = Experiment(
        experiment_id=new_id(),
        model_id=model.model_id,
        model_version_id="",
        created_datetime=stamp(now),
        project_name=project,
        model_name=model.model_name,
    )
    wanted = replace(wanted, **fields, status="running")
    tree = record_tree(Experiment, wanted.to_dict())
    short = _short(commit)
    parent = site.layout.unlinked(site.layout.experiments(project, model.model_name))
    with site.locked():
        if not (site.layout.model(project, model.model_name) / META).is_file():
            raise NotFoundError(f"the model {project}/{model.model_name} is no longer there")
        version = str(VersionId(project, short, numbers.draw(site, project)))
        tree |= {"model_version_id": version, "process": own_process(site)}
        log = _make(site, parent / version, tree)
        numbers.settle(site, project)
    placed = {name: getattr(wanted, name) for name in Experiment.PLACED}
    return OpenExperiment(Experiment.from_dict(tree, **placed), parent / version, log)


def _make(site: Site, directory: Path, tree: Tree) -> files.HeldLog:
    log: files.HeldLog | None = None
    try:
        with files.new_folder(directory, aside=site.tmp) as folder:
            log = files.HeldLog(folder / LOG)
            write_tree(folder / META, tree)
    except BaseException:
        if log is not None:
            log.close()
        raise
    return log


def _short(commit: str | None) -> str:
    short = short_commit(commit)
    if VersionId.parse(f"p_{short}_1") is None:
        raise UsageError(f"{commit!r} is no git commit", "give the commit as git rev-parse HEAD prints it")
    return short
