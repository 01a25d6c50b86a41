"""The section ``data`` of the parameters file."""

from typing import Any

from pydantic import Field, ValidationInfo, ValidatorFunctionWrapHandler, field_validator, model_validator

from mlctl.params import fields as f
from mlctl.params.problems import Problem, ProblemsError, wanted
from mlctl.params.section import Section
from mlctl.params.words import nearest

SKLEARN_SETS = ("iris", "diabetes", "wine", "breast_cancer", "digits")
SOURCES = ("path", "source", "sql", "function", "dataset")
"""The keys of ``data`` that say where rows come from: exactly one of them is given."""


class Sql(Section):
    """A query, and the database that answers it."""

    url: f.Text | None = Field(
        default=None,
        repr=False,  # what the environment gave may hold a password
        description="The database's address, best as ${NAME}; default: none, and DuckDB reads the files that "
        "the query names.",
    )
    query: f.Word | None = Field(default=None, description="SQL; :name stands for one of the parameters.")
    query_file: f.Word | None = Field(default=None, description="A file that holds the query.")
    parameters: dict[f.Word, f.Bound] = Field(
        default={}, repr=False, description="The values of the query's :names."
    )

    @model_validator(mode="after")
    def _one_query(self) -> "Sql":
        if (self.query is None) == (self.query_file is None):
            both = ", not both" if self.query else ""
            raise wanted(f"a query or a query_file{both}", "query")
        return self


class Data(Section):
    """Where the rows come from, and what the columns are."""

    source: f.Word | None = Field(default=None, description="A set that scikit-learn ships: sklearn:iris.")
    path: f.Paths = Field(
        default=None,
        repr=False,  # what the environment gave may hold a password
        description="Files, relative to this one: CSV, Parquet or JSON Lines; * and ** may stand in it. "
        "Or their addresses: https://…, s3://…, gs://….",
    )
    sql: Sql | None = Field(default=None, description="A query.")
    function: f.Reference | None = Field(
        default=None,
        description="file.py:function, which returns a pandas table, several in turn, or the paths of files.",
    )
    dataset: f.Word | None = Field(
        default=None,
        description="A dataset of the project, by its name in `mlctl data list`: its rows as they are "
        "kept, or fetched anew where only the way to them is.",
    )
    keep: f.Keep = Field(
        default="snapshot",
        description="snapshot: the data itself; query: only how to fetch it again, and what tells whether it "
        "has changed; both.",
    )
    target: f.Word = Field(
        default=None,
        validate_default=True,
        description="The column to predict. Default: of a dataset, the one in its record; of "
        "steps.load_data, target.",
    )
    drop: f.Words = Field(default=(), description="Columns to leave out.")
    time: f.Word | None = Field(default=None, description="The column that orders the rows in time.")
    group: f.Word | None = Field(
        default=None, description="The column whose equal values never part in a split."
    )
    key: f.Word | None = Field(default=None, description="The column that identifies a row; never a feature.")
    positive: f.Label = Field(
        default=None, description="Of two classes, the one that scores speak of; default: the last."
    )
    delimiter: f.Delimiter = Field(
        default=None, description="Between a CSV's columns; default: found from the header."
    )
    encoding: f.Encoding = Field(default="utf-8", description="Of the text files.")
    missing: f.Words = Field(
        default=(), description="Further marks for a missing value, beside the empty cell."
    )
    dates: dict[f.Word, f.Word] = Field(
        default={}, description="Column to its date format, such as %d.%m.%Y."
    )
    types: dict[f.Word, f.ColumnType] = Field(
        default={}, description="Column to its type, where the inferred one is wrong."
    )

    @field_validator("source")
    @classmethod
    def _known_set(cls, source: str | None) -> str | None:
        name = (source or "").removeprefix("sklearn:")
        if source is None or (name in SKLEARN_SETS and source != name):
            return source
        near = nearest(name, SKLEARN_SETS)
        hint = f"; did you mean sklearn:{near}?" if near else "; a file is named under path"
        raise wanted("one of " + ", ".join(f"sklearn:{known}" for known in SKLEARN_SETS) + hint)

    @field_validator("target", mode="wrap")
    @classmethod
    def _named(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> str:
        if value is not None:
            return str(handler(value))
        if info.data.get("dataset") is None:
            raise ProblemsError([Problem((), "missing; wanted the name of the column to predict")])
        return ""  # settled by the dataset's record when it is read

    @model_validator(mode="after")
    def _consistent(self) -> "Data":
        roles = [
            role for role in ("time", "group", "key") if self.target and getattr(self, role) == self.target
        ]
        problems = [Problem((role,), "this column is the target; name another") for role in roles]
        given = [key for key in SOURCES if getattr(self, key) is not None]
        if len(given) != 1:
            several = f", not {' and '.join(given)}" if given else ""
            place = given[-1] if given else SOURCES[0]
            problems.append(Problem((place,), f"wanted one of {', '.join(SOURCES)}{several}"))
        if self.dataset is not None and self.keep != "snapshot":
            problems.append(
                Problem(("keep",), "wanted snapshot: the dataset's own record says how it is kept")
            )
        if self.target in self.drop:
            problems.append(Problem(("drop",), "the target is among them; keep it"))
        if problems:
            raise ProblemsError(problems)
        return self
