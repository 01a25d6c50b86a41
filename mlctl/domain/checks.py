"""The checks by code: what each is called, why it matters, what to do about it, and when it speaks.

One numbering for all. Codes up to MLC020 are said of the data, by its examination
(:mod:`mlctl.data.findings`), and stand in the warnings of every experiment that was trained on it. Codes from
MLC021 on are said of the method: how the model was trained, scored and chosen
(:mod:`mlctl.domain.method_checks`). A code keeps its meaning for ever. ``checks: {mute: [MLC009]}`` in the
parameters file mutes one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of check.

    Attributes
    ----------
    code : str
        ``MLC0xx``.
    name : str
        What it is called on the screen.
    reason : str
        Why it matters.
    remedy : str
        What to do about it, where the finding does not know better.
    speaks : str
        When it speaks, with its thresholds.
    """

    code: str
    name: str
    reason: str
    remedy: str
    speaks: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check that speaks of one experiment.

    Attributes
    ----------
    code, name : str
        From the table.
    figure : str
        What was measured, with its numbers.
    reason, remedy : str
        Why it matters, and what to do about it.
    """

    code: str
    name: str
    figure: str
    reason: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        """Return the fields as JSON has them."""
        return asdict(self)


_KINDS = (
    Kind(
        "MLC001",
        "leak suspect",
        "a column that is only known after the answer makes every score a fiction",
        "if it is not known at the time of a prediction, name it in data.drop",
        "a column alone predicts the target on rows held out: accuracy or R2 at least 0.98, and nine tenths "
        "of the commonest class's errors gone",
    ),
    Kind(
        "MLC002",
        "a column names the rows",
        "an id teaches nothing that holds for new rows, only the order of the file",
        "name it in data.drop, or in data.time or data.key if it is one",
        "a column has a value of its own in each row (dropped), or counts them up",
    ),
    Kind(
        "MLC003",
        "a column holds one value",
        "what never differs cannot tell rows apart",
        "nothing needs to be done: it is dropped",
        "a column has one distinct value: dropped",
    ),
    Kind(
        "MLC004",
        "a column holds no value",
        "what is always missing cannot tell rows apart",
        "nothing needs to be done: it is dropped; look whether the file should have it",
        "a column is empty: dropped",
    ),
    Kind(
        "MLC005",
        "rows without a target",
        "if answers are missing for a reason, the rest is no fair sample",
        "look which rows they are",
        "a row has no target: left out",
    ),
    Kind(
        "MLC006",
        "rare class under accuracy",
        "accuracy hardly moves when the rare class is missed, and that is often the one that matters",
        "look at roc_auc and balanced_accuracy_score beside it, or set metric to one of them",
        "the metric is accuracy, and the rarer of two classes is under 20 % of the rows; of more classes, "
        "one is under half of its even share and found half as often as the rest",
    ),
    Kind(
        "MLC007",
        "copied rows",
        "copies on both sides of a split let a model answer by heart",
        "keep the default split, which keeps copies together",
        "more than 1 % of the rows are copies of another, target and all",
    ),
    Kind(
        "MLC008",
        "very many levels",
        "most levels are seen too rarely to learn from",
        "name it in data.drop if it names the rows, or set data.types to text if it is prose",
        "a category has more than 1,000 levels; the rare ones are taken together",
    ),
    Kind(
        "MLC009",
        "skewed target",
        "a few extreme values decide squared errors",
        "set metric: mean_absolute_error if they should not",
        "the skewness of a regression's target is at least 2 either way, as an exponential distribution's is",
    ),
    Kind(
        "MLC010",
        "rows without a time",
        "a row without a time cannot be put before or after the others",
        "look which rows they are",
        "a row has no time: left out",
    ),
    Kind(
        "MLC011",
        "rows without a group or key",
        "rows without one count as one group, which may be large",
        "fill the column, or leave these rows out",
        "a row has no value in data.group or data.key",
    ),
    Kind(
        "MLC012",
        "the header line may be missing",
        "the first row would be lost, and columns would be named after its values",
        "if the file has no header line, add one",
        "half of the column names or more read as numbers",
    ),
    Kind(
        "MLC013",
        "numbers or dates that are text",
        "as text their order is lost",
        "name the marks for missing values in data.missing, or give the kind in data.types or data.dates",
        "a text column is nearly all numbers, or dates of an ambiguous form",
    ),
    Kind(
        "MLC014",
        "classes that are numbers",
        "as names their order is lost",
        "set task: regression if their order matters",
        "the classes are numbers with a fraction, and are taken as names",
    ),
    Kind(
        "MLC015",
        "dates in the future",
        "a date that has not come yet was written wrong, or was not known",
        "look where they come from",
        "a date column has dates after today",
    ),
    Kind(
        "MLC021",
        "train far above held out",
        "what was learned by heart does not hold for new rows, and a simpler model does as well without it",
        "take the simpler rung, or hold this one back: a smaller max_depth, a larger min_samples_leaf, more "
        "regularisation; more rows help too",
        "a quarter or more of the lead over the dummy that the model has on its training rows is gone on the "
        "held-out ones, beyond twice the standard error; not where it is better, beyond doubt, than every "
        "simpler rung that loses less",
    ),
    Kind(
        "MLC022",
        "no better than the dummy",
        "an answer that looks at no column does as well",
        "look for columns that tell more, or ask another question; more rows where the lead is within chance",
        "the lead over the dummy on the same folds is not above one standard error, corrected for their "
        "overlap",
    ),
    Kind(
        "MLC023",
        "slower than an equal simpler rung",
        "a model that is simpler, quicker and as good is easier to run and to explain",
        "take the simpler rung",
        "a simpler rung cannot be told from it on the same folds, and predicts a row in half the time or "
        "less",
    ),
    Kind(
        "MLC024",
        "useless columns",
        "each column is one more thing to fetch, to check and to drift",
        "leave them out with data.drop and train again",
        "shuffling all of these columns at once costs the model nothing: the loss, and twice its standard "
        "error more, are within the tolerance (0.005, or 0.5 % of the dummy's error); known once plots were "
        "asked for",
    ),
    Kind(
        "MLC025",
        "best value at the edge of the search",
        "the best value may lie beyond what was tried",
        "search further in that direction",
        "of three values or more the smallest or largest was chosen, it has no natural end there, and it "
        "leads the best other value by more than the tolerance (0.005, or 0.5 % of the dummy's error)",
    ),
    Kind(
        "MLC026",
        "folds that disagree",
        "the rows are not alike: groups, times or sources differ by more than chance, so the mean says "
        "little of new rows",
        "name what sets the rows apart in data.group or data.time, and look at the folds in scores.csv",
        "the scores of the folds scatter more than so many rows do by chance, once in a thousand, and half "
        "as much again for the models that differ",
    ),
    Kind(
        "MLC027",
        "probabilities uncalibrated",
        "a probability that does not mean what it says misleads whoever decides by it",
        "calibrate it (scikit-learn's CalibratedClassifierCV), choose by log_loss, or use the labels alone",
        "Spiegelhalter's z, or the mean, is beyond what calibrated probabilities give once in a thousand, "
        "and the probabilities are off by 0.03 or more on average",
    ),
    Kind(
        "MLC028",
        "held-out part too small to tell",
        "a difference between two models that is smaller than this cannot be seen on these rows",
        "hold more rows out (split.test_size), or bring more rows; compare on the folds until then",
        "the 95 % interval of the held-out score reaches 0.05 or more to either side (of an error: a tenth "
        "of the dummy's)",
    ),
    Kind(
        "MLC029",
        "more data would help",
        "the learning curve still rises: rows are worth more than a better model now",
        "bring more rows before a more complicated model",
        "all training rows beat every half of them on the held-out rows by more than the tolerance (0.005, "
        "or 0.5 % of the dummy's error) and twice the standard error; known once plots were asked for",
    ),
)

CHECKS: dict[str, Kind] = {kind.code: kind for kind in _KINDS}
"""Every check, by code."""

_CODED = re.compile(r"(MLC\d{3}) (.*)", re.DOTALL)


def check(code: str, figure: str, remedy: str = "") -> Check:
    """Return a check that speaks, with what the table says of its kind.

    Raises
    ------
    KeyError
        For a code that is not in the table.
    """
    kind = CHECKS[code]
    return Check(code, kind.name, figure, kind.reason, remedy or kind.remedy)


def from_warnings(warnings: Iterable[Any]) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Return the checks among an experiment's warnings, and the warnings that are none.

    Parameters
    ----------
    warnings : iterable of str
        As records hold them: ``MLC009 message — hint``, or plain words.
    """
    checks, rest = [], []
    for warning in map(str, warnings):
        coded = _CODED.fullmatch(warning)
        if coded and coded[1] in CHECKS:
            figure, _, hint = coded[2].partition(" — ")
            checks.append(check(coded[1], figure, hint))
        else:
            rest.append(warning)
    return tuple(checks), tuple(rest)


def muted(checks: Sequence[Check], codes: Iterable[str]) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return the checks that speak, by code, and those that are muted."""
    silent = set(codes)
    ordered = sorted(checks, key=lambda found: found.code)
    return (
        tuple(found for found in ordered if found.code not in silent),
        tuple(found for found in ordered if found.code in silent),
    )
