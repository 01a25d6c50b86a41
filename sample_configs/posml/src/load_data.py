"""The rows, as the template fetches them."""

from sklearn.datasets import load_iris


def load_data():
    """Return the measurements, and the species apart."""
    iris = load_iris(as_frame=True)
    return iris.data, iris.target
