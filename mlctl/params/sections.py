"""The sections of the parameters file, each as a frozen value; ``data`` has a page of its own."""

from typing import Any

from pydantic import Field, model_validator

from mlctl.params import fields as f
from mlctl.params.problems import wanted
from mlctl.params.section import Section

TEST_SIZE = 0.2


class Steps(Section):
    """Code of your own in place of a part of the training; its source is kept with each experiment."""

    load_data: f.Reference | None = Field(
        default=None,
        description="file.py:function without arguments, which returns a table, or X and y: another way to "
        "write data.function.",
    )
    preprocess: f.Reference | None = Field(
        default=None,
        description="file.py:name of a function from table to table: it sees all rows before any is held "
        "out, so it must work row by row (what it learned from several would leak; a check says so). Or of a "
        "transformer (a class, or a function that makes one): fitted on training rows only, in the place of "
        "preprocess.",
    )


class Preprocess(Section):
    """What happens to the columns inside each pipeline; ``auto`` goes by the family of the rung."""

    scale: f.Scale = Field(default="auto", description="Numbers.")
    clip: f.Clip = Field(
        default="auto", description="Numbers, at the 0.1 and 99.9 percentiles of the training rows."
    )
    encode: f.Encode = Field(default="auto", description="Categories.")
    impute: f.Impute = Field(default="auto", description="Missing values.")
    text: f.TextWay = Field(default="auto", description="Columns of free text.")

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        if value == "none":
            return {"scale": "none", "clip": False, "encode": "none", "impute": "none", "text": "none"}
        if isinstance(value, str) and value != "auto":
            raise wanted("auto, none, or a section with some of " + ", ".join(cls.model_fields))
        return {} if value == "auto" else value


class Split(Section):
    """Which rows are held out until the end."""

    method: f.Method | None = Field(
        default=None,
        description="Default: time or group where data names such a column, else hash, which is permanent.",
    )
    train_size: f.Fraction | None = Field(default=None, description="Share of the rows to train on.")
    test_size: f.Fraction | None = Field(
        default=None, description=f"Share of the rows held out; default: {TEST_SIZE}."
    )
    random_state: f.Seed = Field(default=0, description="Seed of a random or stratified split.")

    @model_validator(mode="before")
    @classmethod
    def _size(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("train_size") is None and value.get("test_size") is None:
            return {**value, "test_size": TEST_SIZE}
        return value

    @model_validator(mode="after")
    def _at_most_all(self) -> "Split":
        if (self.train_size or 0) + (self.test_size or 0) > 1:
            raise wanted("a test_size that leaves room for train_size: together at most 1", "test_size")
        return self


class CrossValidation(Section):
    """The folds on which the choice is made."""

    folds: f.Folds = Field(default=5, description="Parts of the training rows, each scored once.")
    repeats: f.Repeats = Field(
        default="auto",
        description="Times that the folds are drawn anew; auto: 3 below 1,000 rows in random folds, else 1.",
    )


class Search(Section):
    """How many points of a grid or of ranges are tried."""

    max_points: f.Count = Field(
        default=12, description="A larger grid, or ranges, are sampled with the seed."
    )


class Stop(Section):
    """When the climb may end early."""

    target: f.Number | None = Field(default=None, description="A cross-validation score that is good enough.")
    max_minutes: f.Positive | None = Field(
        default=60.0, description="For the whole climb; null: without end."
    )


class Limits(Section):
    """What a rung may cost and still be recommended, and what it may use while it is fitted."""

    latency_ms: f.Positive = Field(default=100.0, description="To predict one row.")
    size_mb: f.Positive = Field(default=200.0, description="Of the stored model.")
    rung_minutes: f.Positive = Field(default=20.0, description="To fit one rung.")
    memory_gb: f.Memory | None = Field(
        default=None, description="Of one process; default: a share of the machine's."
    )


class Threshold(Section):
    """What a held-out score has to reach."""

    min: f.Number | None = Field(default=None, description="The challenger's score is at least this.")
    max: f.Number | None = Field(default=None, description="The challenger's score is at most this.")

    @model_validator(mode="after")
    def _one_at_least(self) -> "Threshold":
        if self.min is None and self.max is None:
            raise wanted("min, max, or both")
        return self


class Promote(Section):
    """When a challenger replaces the champion: both are scored on rows that neither was trained on."""

    mode: f.GateMode = Field(
        default="better",
        description="better: more than min_gain ahead, beyond doubt; not_worse: no more than margin behind, "
        "beyond doubt, and trained on newer data, simpler or faster.",
    )
    metric: f.Word | None = Field(default=None, description="The one that decides; default: metric.")
    min_gain: f.NotNegative = Field(
        default=0.0,
        description="In the metric's units; of an error, a share of the dummy's error (0.01: one hundredth).",
    )
    margin: f.Positive = Field(default=0.005, description="What counts as not worse; units as min_gain.")
    metrics: dict[f.Word, Threshold] = Field(
        default={}, description="Metric to the score that a champion needs: {accuracy_score: {min: 0.9}}."
    )
    slices: f.Words = Field(
        default=(), description="Columns; a challenger that is worse where one has a certain value stays out."
    )


class Bench(Section):
    """What `mlctl bench` holds its figures against; what is not named has no limit."""

    p50_ms: f.Positive | None = Field(default=None, description="Half of one client's requests over HTTP.")
    p99_ms: f.Positive | None = Field(default=None, description="99 of 100 of one client's requests.")
    requests_s: f.Positive | None = Field(
        default=None, description="Requests a second of 16 clients, at least."
    )
    row_ms: f.Positive | None = Field(default=None, description="Half of the calls with one row, no HTTP.")
    batch_rows_s: f.Positive | None = Field(default=None, description="Rows a second in a batch, at least.")
    cold_start_ms: f.Positive | None = Field(
        default=None, description="From the start of a process to its first prediction."
    )
    memory_mb: f.Positive | None = Field(default=None, description="Of the server after the load.")
    size_mb: f.Positive | None = Field(default=None, description="Of the model's file as it is served.")


class Checks(Section):
    """What the checks that `mlctl show` and `mlctl promote` tell of are to leave unsaid."""

    mute: f.Codes = Field(default=(), description="Codes of checks that are not to speak: [MLC009].")
