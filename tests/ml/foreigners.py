"""Estimators of another package, as far as mlctl can tell: named by their dotted path."""

import ctypes
import os
import re
import sys
import time
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning


class Majority(ClassifierMixin, BaseEstimator):
    """Says what it saw most often. What it does besides is told by its parameter."""

    def __init__(self, behaviour=""):
        self.behaviour = behaviour

    def fit(self, X, y):
        getattr(self, f"_{self.behaviour or 'nothing'}")(len(y))
        self.classes_, counts = np.unique(y, return_counts=True)
        self.most_ = counts.argmax()
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[self.most_])

    def _nothing(self, rows):
        pass

    def _fail(self, rows):
        raise ValueError("it does not like the data")

    def _fail_on_all_rows(self, rows):
        if rows == 72:
            raise ValueError("it does not like so many rows")

    def _warn(self, rows):
        warnings.warn("did not\n  converge", ConvergenceWarning, stacklevel=2)
        warnings.warn("did not converge", ConvergenceWarning, stacklevel=2)
        warnings.warn("soon gone", DeprecationWarning, stacklevel=2)

    def _warn_much(self, rows):
        for number in range(100):
            warnings.warn(f"{number} \ud800\x1b" + "x" * 10_000, ConvergenceWarning, stacklevel=2)

    def _mumble(self, rows):
        raise ValueError("\ud800\x1b[31m" + "x" * 5_000_000)

    def _print(self, rows):
        print("from Python")
        os.write(1, b"raw\n")
        os.write(2, b"raw\n")

    def _exit(self, rows):
        sys.exit(3)

    def _crash(self, rows):
        ctypes.string_at(0)

    def _die(self, rows):
        os._exit(9)

    def _hang(self, rows):
        time.sleep(600)

    def _eat(self, rows):
        self.eaten_ = bytearray(1 << 33)


class Terse(Majority):
    """Gives one answer, whatever it is asked."""

    def predict(self, X):
        return self.classes_[:1]


class Decisive(Majority):
    """Gives a decision function and no probabilities."""

    def decision_function(self, X):
        return np.arange(len(X), dtype=float)


class Unsure(Majority):
    """Gives probabilities, and half of the classes it was never told of."""

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


class Unholdable(Majority):
    """Holds what skops cannot take apart."""

    def fit(self, X, y):
        self.pattern_ = re.compile("x")
        return super().fit(X, y)


class Forgetful(Majority):
    """Keeps what it learned where skops does not look."""

    def __getstate__(self):
        return {"behaviour": self.behaviour, "classes_": self.classes_, "most_": 1 - self.most_}

    def __reduce_ex__(self, _):
        return (_forgetful, (self.behaviour, self.classes_, self.most_))


def _forgetful(behaviour, classes, most):
    model = Forgetful(behaviour)
    model.classes_, model.most_ = classes, most
    return model
