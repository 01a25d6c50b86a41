"""The models that are compared."""

from sklearn.neighbors import KNeighborsClassifier


def knn_model_1():
    """Return a model that asks one neighbour."""
    return KNeighborsClassifier(n_neighbors=1)


def knn_model_2(x_train, y_train, n_neighbors=5):
    """Return a fitted model: what mlctl cannot call, it reads, `KNeighborsClassifier(n_neighbors=5)`."""
    return KNeighborsClassifier(n_neighbors=n_neighbors).fit(x_train, y_train)
