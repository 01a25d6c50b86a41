"""What the template's scheduler starts; `mlctl train` takes its place."""

from load_data import load_data
from model_evaluate import evaluate
from modeling import knn_model_1

if __name__ == "__main__":
    x, y = load_data()
    print(evaluate(knn_model_1().fit(x, y), x, y))
