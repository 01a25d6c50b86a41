"""MLflow's tutorial: elastic net on the diabetes data. One import line differs from the original.

python train_diabetes.py 0.01 0.75
"""

import sys
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, enet_path
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

import mlctl.tracking as mlflow  # was: import mlflow

mpl.use("Agg")
from matplotlib import pyplot as plt


def eval_metrics(actual, pred):
    rmse = np.sqrt(mean_squared_error(actual, pred))
    return rmse, mean_absolute_error(actual, pred), r2_score(actual, pred)


def plot_paths(X, y, l1_ratio):
    alphas, coefficients, _ = enet_path(X, y, eps=5e-3, l1_ratio=l1_ratio)
    figure, axes = plt.subplots()
    for one in coefficients:
        axes.plot(-np.log10(alphas), one)
    axes.set(xlabel="-Log(alpha)", ylabel="coefficients", title=f"ElasticNet path, l1_ratio {l1_ratio}")
    figure.savefig("ElasticNet-paths.png")
    plt.close(figure)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=ConvergenceWarning)

    diabetes = datasets.load_diabetes()
    data = pd.DataFrame(
        np.column_stack([diabetes.data, diabetes.target]), columns=[*diabetes.feature_names, "progression"]
    )
    train, test = train_test_split(data, random_state=40)
    train_x, test_x = train.drop(["progression"], axis=1), test.drop(["progression"], axis=1)
    train_y, test_y = train[["progression"]], test[["progression"]]

    alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.05
    l1_ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05

    mlflow.set_experiment("diabetes/progression")
    with mlflow.start_run():
        lr = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42)
        lr.fit(train_x, train_y)
        rmse, mae, r2 = eval_metrics(test_y, lr.predict(test_x))
        print(f"Elasticnet model (alpha={alpha:f}, l1_ratio={l1_ratio:f}):")
        print(f"  RMSE: {rmse}\n  MAE: {mae}\n  R2: {r2}")

        mlflow.log_param("alpha", alpha)
        mlflow.log_param("l1_ratio", l1_ratio)
        mlflow.log_metric("rmse", rmse)
        mlflow.log_metric("r2", r2)
        mlflow.log_metric("mae", mae)
        mlflow.sklearn.log_model(lr, "model", input_example=train_x)
        plot_paths(diabetes.data, diabetes.target, l1_ratio)
        mlflow.log_artifact("ElasticNet-paths.png")
