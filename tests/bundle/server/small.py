"""A model that is small enough to know by heart, and a server of it for tests that need a process."""

import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

from mlctl.bundle.runtime import InputError, Prediction, Predictions
from mlctl.bundle.server import Service, Settings, serve

Column = namedtuple("Column", ["name", "kind", "form"])

COLUMNS = (Column("x", "number", None), Column("colour", "category", None))
ROW = {"x": 3.0, "colour": "red"}
LOW = {"x": -1.0, "colour": "red"}


class Small:
    """Says ``high`` where x is above 0; the colour is not looked at, but has to be text."""

    task = "classification"
    classes = ("high", "low")
    columns = COLUMNS
    has_probabilities = True

    def __init__(self, seconds=0.0, breaks_on=None):
        self.seconds, self.breaks_on = seconds, breaks_on
        self.calls = []

    def _answer(self, row, number):
        for column in self.columns:
            if column.name not in row:
                raise InputError(number, column.name, "the model needs this column, and it is not there")
        if not isinstance(row["x"], (int, float)):
            raise InputError(number, "x", f"{row['x']!r} is not a number")
        if row["x"] == self.breaks_on:
            raise ZeroDivisionError("the inside of the model")
        return self._told(row)

    def _told(self, row):
        chance = 0.75 if row["x"] > 0 else 0.25
        return Prediction("high" if row["x"] > 0 else "low", (chance, 1 - chance))

    def predict_row(self, row, *, number=1):
        self.calls.append(1)
        time.sleep(self.seconds)
        return self._answer(row, number)

    def predict_rows(self, rows, *, first=1, bad=None):
        rows = list(rows)
        self.calls.append(len(rows))
        time.sleep(self.seconds)
        answers, kept = [], []
        for place, row in enumerate(rows):
            try:
                answers.append(self._answer(row, first + place))
                kept.append(place)
            except InputError as error:
                if bad is None:
                    raise
                bad.append(error)
        return Predictions([each.value for each in answers], [each.probabilities for each in answers], kept)


class Number(Small):
    """Doubles x."""

    task = "regression"
    classes = ()
    has_probabilities = False

    def _told(self, row):
        return Prediction(row["x"] * 2, None)

    def predict_rows(self, rows, *, first=1, bad=None):
        found = super().predict_rows(rows, first=first, bad=bad)
        return Predictions(found.values, None, found.rows)


def service(model=None, version="small_abc123_1", **more):
    return Service(model or Small(), "small", version, **more)


def main(words):
    """Serve; the words are ``name=value`` for Settings and what follows."""
    given = dict(word.split("=", 1) for word in words if "=" in word)
    seconds, version = float(given.pop("seconds", 0)), given.pop("file", "")
    settings = Settings(port=0)
    kinds = {name: type(getattr(settings, name)) for name in given}
    settings = replace(
        settings,
        **{
            name: (tuple(value.split(",")) if kinds[name] is tuple else kinds[name](value))
            for name, value in given.items()
        },
    )

    def newest():
        return Path(version).read_text().strip()

    def reload():
        if newest() == "bad":
            raise RuntimeError("no such model")
        if newest() == "slow":
            time.sleep(60)
        return service(Small(seconds), newest(), sample=ROW)

    more = {"reload": reload, "watch": newest} if version else {}

    def served(name, count):
        if name.startswith("lost"):
            raise OSError("the count is lost")
        sys.stderr.write(f"served {name} {count}\n")

    sample = {**ROW, "x": 13} if given.get("log_redact") == "broken" else ROW
    first = service(Small(seconds, breaks_on=13), newest() if version else "small_abc123_1", sample=sample)
    return serve(first, settings, served=served, **more)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
