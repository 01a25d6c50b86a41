"""Code of a person's own, for steps.yaml and rung_by_path.yaml."""

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_wine
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer


def load_data():
    """Return the table; X and y apart would do as well."""
    return load_wine(as_frame=True).frame


def preprocess(frame):
    """Each row by itself: what is learned from several rows would leak those held out."""
    frame["flavour per phenol"] = frame["flavanoids"] / frame["total_phenols"]
    return frame


def build_knn(n_neighbors=5):
    """Return the estimator of a rung; its arguments are the rung's parameters."""
    return make_pipeline(PowerTransformer(), KNeighborsClassifier(n_neighbors=n_neighbors))


class Centroids(ClassifierMixin, BaseEstimator):
    """An estimator of one's own: its source is kept with each experiment, and loading it needs --trust."""

    def __init__(self, shrink_threshold=None):
        self.shrink_threshold = shrink_threshold

    def fit(self, X, y):
        """Learn the middle of each class."""
        self.inner_ = NearestCentroid(shrink_threshold=self.shrink_threshold).fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        """Return the class whose middle is the nearest."""
        return self.inner_.predict(X)
