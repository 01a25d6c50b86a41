"""The shortest script that logs: mlctl's own names, a curve of ten steps, a model with held-out scores."""

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import mlctl

X_train, X_test, y_train, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
mlctl.autolog(X_test=X_test, y_test=y_test)

with mlctl.experiment("iris/script", name="logistic regression") as e:
    LogisticRegression(max_iter=1000).fit(X_train, y_train)
    for step in range(10):
        e.log_metric("loss", 1 / (step + 1), step=step)
