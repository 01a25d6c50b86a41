"""The scores that the template writes down; mlctl scores every rung itself."""

from sklearn.metrics import accuracy_score


def evaluate(model, x, y):
    """Return the share of right answers."""
    return {"accuracy_score": accuracy_score(y, model.predict(x))}
