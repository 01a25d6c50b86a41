"""Look over a whole store, and say what is not as it should be; nothing is written.

Whatever bytes stand in its files, findings come of it, and each costs the thing that it is about alone.
"""

from collections.abc import Callable, Iterator, Sequence

from mlctl.domain.findings import Finding
from mlctl.domain.records import Experiment
from mlctl.store import check_caches, check_datasets, check_experiment, check_logs, check_names
from mlctl.store.check_known import Known, known
from mlctl.store.site import Site

Told = Callable[[str], None]
"""Is called with the path of each thing that is about to be checked."""


def check(
    site: Site, *, quick: bool = False, only: Sequence[Experiment] = (), told: Told = lambda _: None
) -> Iterator[Finding]:
    """Yield what is wrong with a store.

    Parameters
    ----------
    quick : bool, default=False
        Do without checksums: sizes and names are still compared.
    only : sequence of Experiment
        Check these, and the data that they were trained on; all there is where none is given.
    told : callable
        Is told of each experiment and dataset before it is looked at.

    Yields
    ------
    Finding
        In the order of the store's directories.
    """
    found = known(site)
    if only:
        yield from _some(site, found, only, quick=quick, told=told)
        return
    yield from check_names.check(site)
    yield from check_caches.check(site, found)
    yield from found.findings(site)
    for project in found.projects:
        yield from check_caches.check_number(site, project)
        for dataset in found.datasets_of(project):
            told(site.layout.shown(site.layout.dataset(project, dataset.dataset)))
            yield from check_datasets.check(site, dataset, found, quick=quick)
        yield from check_datasets.check_files(site, project, found)
    for project, model in found.models:
        yield from check_logs.check(site, project, model)
    for experiment in found.experiments:
        yield from _experiment(site, found, experiment, quick=quick, told=told)


def _some(
    site: Site, found: Known, only: Sequence[Experiment], *, quick: bool, told: Told
) -> Iterator[Finding]:
    datasets = {}
    for experiment in only:
        yield from _experiment(site, found, experiment, quick=quick, told=told)
        if dataset := found.dataset_of(experiment):
            datasets[dataset.project_name, dataset.dataset] = dataset
    for dataset in datasets.values():
        yield from check_datasets.check(site, dataset, found, quick=quick)


def _experiment(
    site: Site, found: Known, experiment: Experiment, *, quick: bool, told: Told
) -> Iterator[Finding]:
    layout = site.layout
    version = experiment.model_version_id
    told(layout.shown(layout.experiment(experiment.project_name, experiment.model_name, version)))
    yield from check_experiment.check(site, experiment, found, quick=quick)
