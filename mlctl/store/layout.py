"""Where everything is: format 1 of the store.

This page specifies the format; a reader needs nothing but it, a YAML parser and, for the datasets, zstd. No
other module spells a path inside the store. Every text is UTF-8. Names in capitals stand for names that
users chose (see :mod:`mlctl.domain.names`: Unicode NFC, no slash, no leading dot or dash, never all
digits), ``V`` for a model version id such as ``iris_3f9a1c_12``. A directory holds this page's names or the
users' names, never both. Links are never followed. What is not named here is ignored, and so is every name
that begins with a dot.

::

    mlstore/
    ├── FORMAT                     one line: mlctl-store 1; written last by init; a larger number is refused
    ├── README                     the short form of this page, for people
    ├── .gitignore                 lock, index and tmp
    ├── lock                       held by flock for moments; its text says who holds it; empty when free
    ├── index.sqlite               a cache, see below; may be missing
    ├── ticks.json                 a cache: when each model has to be looked at again; may be missing
    ├── slots/                     one lock for each retraining that may run at once
    ├── tmp/                       half-made things; nothing in it is ever read
    ├── trash/TIME_NAME/           removed things: from.yaml, and the thing itself as "item"
    ├── damaged/TIME_NAME/         set aside by repair: from.yaml says where it was and why; "item"
    └── projects/PROJECT/
        ├── meta.yaml              the project's record
        ├── number                 the last experiment number that was given out, in decimal
        ├── datasets/
        │   ├── NAME.tar.zst       the files as they came: a tar, names sorted, times 0 (or NAME.tar.gz)
        │   └── NAME.yaml          the dataset's record
        └── models/MODEL/
            ├── meta.yaml          the model's record
            ├── champion           one line: V; missing while there is none
            ├── events.jsonl       one JSON object a line, only ever appended to
            ├── retrain/           of training unattended:
            │   ├── params.yaml, from.yaml   the parameters file that is read, and the file it is a copy of
            │   ├── journal.jsonl  one JSON object a line, only ever appended to (mlctl.domain.runs)
            │   ├── run.lock       held by flock while a run lasts; its text says who holds it
            │   ├── logs/RUN.txt   the newest logs
            │   ├── runs/RUN/      what a run's steps leave for the next ones, until it is over
            │   └── usage.jsonl    predictions served, one JSON object a line, only ever appended to
            └── experiments/V/
                ├── meta.yaml      the experiment's record
                ├── params.yaml, environment.yaml, scores.csv, search.csv, predictions.csv, model.skops,
                │   model.joblib, plots/, changes.diff   artifacts, named by artifact_file_paths
                ├── metrics.csv, example.json, mlflow.yaml, artifacts/, logged_models/   of scripts and
                │   imported runs: every point logged; a row for the model; what only MLflow has; files
                ├── code/          a person's own code, as it was
                ├── train_rows.u32 32-bit hashes of the training rows, little-endian, sorted
                ├── log.txt        the full log; locked by flock while the experiment runs
                ├── reports/       what came after the end
                └── SHA256SUMS     of every file but meta.yaml, itself and reports/, as sha256sum writes it

**Records** are YAML mappings (the core schema of YAML 1.2; text that YAML 1.1 would read as something else
is quoted). Their keys are the fields of :mod:`mlctl.domain.records`, in that order. What the place tells is
not repeated: the project of a model, the project and model of an experiment. Unknown keys are kept and
ignored. Times are text, UTC, RFC 3339 with microseconds and ``Z``. Paths in ``artifact_file_paths`` are
relative to the experiment's directory. Paths in a dataset's ``source`` are relative to the directory that
holds the store, unless they were typed absolute; where a variable of the environment stands in one, they
are relative to ``source.relative_to``, which is relative to that directory. ``archive.file`` of a dataset
names a file in the same directory, which may be that of another record with equal content.

**An experiment's life.** Its directory appears whole, with ``status: running``, a ``process`` (``host``,
``pid``) and a locked ``log.txt``. At the end come the artifacts, then ``SHA256SUMS``, then ``status:
finished`` without ``process``: what says finished is whole. ``failed`` and ``interrupted`` experiments have
no ``SHA256SUMS``. One that says ``running`` while its ``log.txt`` is not locked is read as interrupted,
unless its ``host`` is another one and ``log.txt`` was touched within five minutes. After the end,
``meta.yaml`` is the only file that is rewritten, and ``reports/`` only grows.

**Numbers** count up within a project. One is given out under the lock, once: ``number`` is read, raised to
the highest number that any directory in the project bears, raised by one and replaced. The directories need
not be looked at where the time of ``number`` is that of the newest ``experiments/`` and one nanosecond more.
It outlives removal: the directory of a removed project stays behind with ``number`` alone.

**Truth.** Directories and events are the truth. The champion is the ``to`` of the last complete event whose
``what`` is ``promote`` or ``rollback``; ``champion`` repeats it. A torn line is ignored. An event has
``time``, ``who``, ``what``, ``from``, ``to`` and ``why``, a list of texts; ``refuse``, ``look`` and
``merged`` (of another store; ``was`` says what it was there) change nothing. What a gate found stands
under ``gate``, with ``holdout.sketch``, by which looks at the same rows are counted. A dataset exists when
its ``.yaml`` does. The index holds records by the time, size and inode of their files, and may be deleted
at any moment.

**Fields.** A project: ``project_id``, ``project_name``, ``created_datetime``, ``description``. A model:
``model_id``, ``project_id``, ``model_name``, ``created_datetime``, ``description``, ``task``, ``target``,
``metric``. An experiment: ``experiment_id`` (its identity, 32 hexadecimal digits), ``model_id``,
``model_version_id`` (V), ``created_datetime``, ``status``, ``rung`` (what was tried), ``parameters``,
``training_dataset`` (``dataset``, ``part``, ``rows``), ``evaluations`` (part to metric to a number; in
``cross_validation`` to ``mean``, ``std`` and ``folds``), ``artifact_file_paths`` (name to path),
``ladder_id``, ``git``, ``timings``, ``error`` and more. A dataset: ``dataset`` (its name), ``source``,
``fingerprint`` (sha256 of the sorted sha256 of its members, each ended by a newline), ``archive``
(``file``, ``sha256``, ``bytes``), ``members`` (``name``, ``bytes``, ``sha256``), ``rows``, ``columns``,
``schema``. All: ``tags``, ``notes``. ``scores.csv`` has ``fold``, ``split`` (``validation`` is the
record's ``cross_validation``), ``metric`` and ``value``.

**Keeping.** ``mlctl store check`` holds all this against the files and changes nothing; ``repair`` mends
what needs no guess, by moves to ``damaged/``; only ``gc`` deletes; ``merge`` takes what has another
``experiment_id`` and gives an equal V of another one a new number; ``migrate`` raises ``FORMAT``.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from mlctl.errors import DamagedError

FORMAT = 1
FORMAT_FILE = "FORMAT"
FORMAT_WORD = "mlctl-store"
DEFAULT_NAME = "mlstore"

META = "meta.yaml"
LOG = "log.txt"
SUMS = "SHA256SUMS"
NUMBER = "number"
REPORTS = "reports"
DATASET_SUFFIX = ".yaml"
ARCHIVE_SUFFIXES = (".tar.zst", ".tar.gz")
ITEM = "item"
FROM = "from.yaml"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one store.

    Parameters
    ----------
    root : Path
        The store's directory, absolute.
    """

    root: Path

    @property
    def format(self) -> Path:
        """Says that this is a store, and of which format."""
        return self.root / FORMAT_FILE

    @property
    def readme(self) -> Path:
        """What a person reads first."""
        return self.root / "README"

    @property
    def gitignore(self) -> Path:
        """What git leaves out."""
        return self.root / ".gitignore"

    @property
    def lock(self) -> Path:
        """Held to change what is there."""
        return self.root / "lock"

    @property
    def index(self) -> Path:
        """The cache of records."""
        return self.root / "index.sqlite"

    @property
    def tmp(self) -> Path:
        """Half-made things."""
        return self.root / "tmp"

    @property
    def import_lock(self) -> Path:
        """Held while experiments are brought in from elsewhere."""
        return self.tmp / "import.lock"

    @property
    def trash(self) -> Path:
        """Removed things."""
        return self.root / "trash"

    @property
    def damaged(self) -> Path:
        """Things that repair set aside."""
        return self.root / "damaged"

    @property
    def projects(self) -> Path:
        """All projects."""
        return self.root / "projects"

    def project(self, project: str) -> Path:
        """Return a project's directory."""
        return self.projects / project

    def number(self, project: str) -> Path:
        """Return the file of the last number given out."""
        return self.project(project) / NUMBER

    def datasets(self, project: str) -> Path:
        """Return the directory of a project's datasets."""
        return self.project(project) / "datasets"

    def dataset(self, project: str, name: str) -> Path:
        """Return the record of a dataset."""
        return self.datasets(project) / f"{name}{DATASET_SUFFIX}"

    def models(self, project: str) -> Path:
        """Return the directory of a project's models."""
        return self.project(project) / "models"

    def model(self, project: str, model: str) -> Path:
        """Return a model's directory."""
        return self.models(project) / model

    def champion(self, project: str, model: str) -> Path:
        """Return the pointer to the experiment in use."""
        return self.model(project, model) / "champion"

    def events(self, project: str, model: str) -> Path:
        """Return the log of what became of a model."""
        return self.model(project, model) / "events.jsonl"

    @property
    def ticks(self) -> Path:
        """The cache of when models are due."""
        return self.root / "ticks.json"

    @property
    def slots(self) -> Path:
        """The locks of those that may be retrained at once."""
        return self.root / "slots"

    def retrain(self, project: str, model: str) -> Path:
        """Return the directory of what retraining keeps."""
        return self.model(project, model) / "retrain"

    def retrain_params(self, project: str, model: str) -> Path:
        """Return the parameters file that retraining reads."""
        return self.retrain(project, model) / "params.yaml"

    def retrain_origin(self, project: str, model: str) -> Path:
        """Return what says which file that one was copied from."""
        return self.retrain(project, model) / FROM

    def journal(self, project: str, model: str) -> Path:
        """Return the log of a model's retraining."""
        return self.retrain(project, model) / "journal.jsonl"

    def run_lock(self, project: str, model: str) -> Path:
        """Return what is locked while a model is retrained."""
        return self.retrain(project, model) / "run.lock"

    def run_logs(self, project: str, model: str) -> Path:
        """Return the directory of the runs' logs."""
        return self.retrain(project, model) / "logs"

    def runs(self, project: str, model: str) -> Path:
        """Return the directory of what steps left for the next ones."""
        return self.retrain(project, model) / "runs"

    def usage(self, project: str, model: str) -> Path:
        """Return the log of predictions served."""
        return self.retrain(project, model) / "usage.jsonl"

    def experiments(self, project: str, model: str) -> Path:
        """Return the directory of a model's experiments."""
        return self.model(project, model) / "experiments"

    def experiment(self, project: str, model: str, version: str) -> Path:
        """Return an experiment's directory."""
        return self.experiments(project, model) / version

    def shown(self, path: Path) -> str:
        """Return a path as people are told it: relative to the directory that holds the store, with ``/``."""
        return Path(os.path.relpath(path, self.root.parent)).as_posix()

    def unlinked(self, path: Path, above: Path | None = None) -> Path:
        """Return a path inside the store, having made sure that no link on the way leads out of it.

        Parameters
        ----------
        path : Path
            Within the store.
        above : Path, optional
            A folder on the way of which that is known.

        Raises
        ------
        DamagedError
            When a link stands on the way.
        """
        way = above or self.root
        for part in path.relative_to(way).parts:
            way /= part
            if _is_link(way):
                raise DamagedError(
                    f"{self.shown(way)} is a link, which a store does not follow",
                    "put the thing itself in its place; the whole store may be behind a link",
                )
        return path


def names_of(experiment: Path) -> tuple[str, str]:
    """Return the project and the model that an experiment's directory belongs to.

    Examples
    --------
    >>> names_of(Path("mlstore/projects/iris/models/species/experiments/iris_nogit_1"))
    ('iris', 'species')
    """
    model = experiment.parent.parent
    return model.parent.parent.name, model.name


def _is_link(path: Path) -> bool:
    try:
        return stat.S_ISLNK(path.lstat().st_mode)
    except OSError:
        return False
