"""What cannot be written exactly is refused with its reason, never approximated."""

import numpy as np
import pandas as pd
import pytest
from sklearn import ensemble, naive_bayes, neighbors, svm, tree
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)

from mlctl.bundle.portable import NotPortable, portable
from mlctl.bundle.portable.registry import covered
from mlctl.bundle.runtime import build
from mlctl.domain.columns import Column
from mlctl.errors import RefusedError
from mlctl.estimators.clipper import Clipper
from mlctl.estimators.rule import RuleClassifier
from tests.bundle import tables
from tests.bundle.agreement import check, columns_of

pytestmark = pytest.mark.filterwarnings("ignore")


class Own(TransformerMixin, BaseEstimator):
    """A user's own transformer."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X


class NearlyAScaler(StandardScaler):
    """A subclass may compute something else."""


def refused(model, words, frame=None, kinds="", target=None):
    """Fit the model, and expect it to be refused."""
    if frame is None:
        frame, target = tables.iris()
    fed = frame if kinds.strip("n") else frame.to_numpy(dtype=float)
    with pytest.raises(NotPortable, match=words) as caught:
        portable(model.fit(fed, target), columns=columns_of(frame, kinds))
    assert isinstance(caught.value, RefusedError)
    assert "docs/portable.md" in caught.value.hint


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Own(), r"Own \(of tests.bundle.test_refusals\) is none of the classes"),
        (NearlyAScaler(), "NearlyAScaler .* is none of the classes"),
        (KNNImputer(), "KNNImputer .* is none of the classes"),
        (QuantileTransformer(n_quantiles=9), "QuantileTransformer"),
        (FunctionTransformer(lambda x: x), "'<lambda>' is code of its own"),
        (FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1}), "kw_args"),
        (KBinsDiscretizer(3, encode="ordinal", dtype=np.float32), "dtype=float32"),
        (FeatureUnion([("a", StandardScaler())], transformer_weights={"a": 2.0}), "transformer_weights"),
        (ColumnTransformer([("a", StandardScaler(), [0])], transformer_weights={"a": 2.0}), "_weights"),
        (PolynomialFeatures(65), "degree=65"),
        (MissingIndicator(missing_values=0.0, features="all"), "missing_values=0.0"),
    ],
)
def test_transformers(part, words):
    frame, target = tables.iris()
    frame = frame.iloc[::20, :2] / 10 if isinstance(part, PolynomialFeatures) else frame
    refused(make_pipeline(part, Ridge()), words, frame, "", target[: len(frame)])


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (RuleClassifier("def f(row): return 1", "f"), "RuleClassifier"),
        (DummyClassifier(strategy="uniform"), "'uniform' answers by chance"),
        (DummyClassifier(strategy="stratified"), "'stratified' answers by chance"),
        (svm.SVC(kernel=lambda a, b: a @ b.T), "kernel="),
        (neighbors.KNeighborsClassifier(weights=lambda d: d), "weights are code"),
        (neighbors.KNeighborsClassifier(metric="cosine"), "metric='cosine'"),
        (neighbors.KNeighborsClassifier(metric=lambda a, b: 0.0, algorithm="brute"), "metric="),
        (neighbors.KNeighborsClassifier(p=3, metric_params={"w": np.ones(4)}), "a metric with weights"),
        (neighbors.KNeighborsClassifier(algorithm="brute", weights="distance"), "more than 15 columns"),
        (ensemble.GradientBoostingClassifier(n_estimators=1, init=LogisticRegression()), "begins with"),
        (ensemble.AdaBoostClassifier(n_estimators=2), "AdaBoostClassifier"),
        (ensemble.BaggingClassifier(svm.LinearSVC(), n_estimators=2), "without probabilities"),
    ],
)
def test_estimators(model, words):
    refused(model, words)


def test_probabilities_of_zero():
    frame, target = tables.iris()
    model = naive_bayes.GaussianNB(priors=[0.0, 0.0, 1.0]).fit(frame.to_numpy(), target)
    check(model, frame.iloc[::9], rows=3)
    sparse = frame.assign(none=(target == 0) * 1.0)
    refused(naive_bayes.MultinomialNB(alpha=0.0, force_alpha=True), "probability of zero", sparse, "", target)


def test_a_degree_beyond_all_reason():
    frame, target = tables.iris()
    model = svm.SVC(kernel="poly").fit(frame.to_numpy(), target).set_params(degree=2000)
    with pytest.raises(NotPortable, match="degree=2000"):
        portable(model, columns=columns_of(frame))


def test_whole_numbers_searched_one_by_one():
    frame, target = tables.iris()
    model = neighbors.KNeighborsClassifier(algorithm="brute").fit(frame.to_numpy().astype(int), target)
    with pytest.raises(NotPortable, match="was fitted on int64 numbers"):
        portable(model, columns=columns_of(frame))


def test_several_answers_a_row():
    frame, target = tables.diabetes()
    two = np.column_stack([target, target])
    for model in (
        Ridge(),
        tree.DecisionTreeRegressor(max_depth=2),
        neighbors.KNeighborsRegressor(),
        DummyClassifier(),
    ):
        refused(model, "several (numbers|values|labels) a row", frame, "", two)
    labels = np.column_stack([target > 100, target > 200])
    refused(tree.DecisionTreeClassifier(max_depth=2), "several", frame, "", labels)


def test_answers_in_units_that_nobody_can_turn_back():
    frame, target = tables.diabetes()
    power = TransformedTargetRegressor(Ridge(), transformer=QuantileTransformer(n_quantiles=9))
    refused(power, "transformer=QuantileTransformer", frame, "", target)
    own = TransformedTargetRegressor(Ridge(), func=lambda y: y, inverse_func=lambda y: y)
    refused(own, "inverse_func is code", frame, "", target)


def test_members_that_were_fitted_on_their_own_labels():
    frame, target = tables.cancer()
    inner = LogisticRegression().fit(frame.to_numpy(), target)
    stacked = ensemble.StackingClassifier([("a", inner)], cv="prefit", stack_method="predict")
    with pytest.raises(ValueError, match="could not convert"):
        stacked.fit(frame.to_numpy(), target)
    numbered = LogisticRegression().fit(frame.to_numpy(), np.where(target == "benign", 3, 4))
    stacked = ensemble.StackingClassifier([("a", numbered)], cv="prefit", stack_method="predict")
    refused(stacked, r"was fitted on the labels \[3, 4\]", frame, "", target)


def test_labels_and_columns_of_other_kinds():
    frame, target = tables.iris()
    one = tree.DecisionTreeClassifier().fit(frame.to_numpy(), np.zeros(len(frame)))
    with pytest.raises(NotPortable, match="has 1 class"):
        portable(one, columns=columns_of(frame))
    other = LogisticRegression().fit(frame.to_numpy(), target)
    other.classes_ = np.array([b"a", b"b", b"c"])
    with pytest.raises(NotPortable, match="labels of another kind"):
        portable(other, columns=columns_of(frame))
    with pytest.raises(NotPortable, match="gets columns that are no numbers"):
        portable(LogisticRegression().fit(frame.to_numpy(), target), columns=columns_of(frame, "nntn"))
    with pytest.raises(NotPortable, match="fitted on 4 columns, and gets 2"):
        portable(LogisticRegression().fit(frame.to_numpy(), target), columns=columns_of(frame.iloc[:, :2]))
    with pytest.raises(NotPortable, match=r"not named: petal length \(cm\), petal width \(cm\)"):
        portable(LogisticRegression().fit(frame, target), columns=columns_of(frame.iloc[:, :2]))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (CountVectorizer(tokenizer=str.split, token_pattern=None), "tokenizer is code"),
        (CountVectorizer(analyzer=str.split), "analyzer is code"),
        (CountVectorizer(strip_accents=str), "strip_accents is code"),
        (CountVectorizer(token_pattern=r"[a-z]+"), "token_pattern="),
        (CountVectorizer(analyzer="char", ngram_range=(1, 21)), "ngram_range="),
        (CountVectorizer(vocabulary={"a": 0, "b": 1}, input="file"), "input='file'"),
    ],
)
def test_vectorizers(part, words):
    texts = pd.DataFrame({"x": ["one two", "two three", "three one"] * 3})
    transformer = ColumnTransformer([("x", part, "x")])
    if part.input == "file":
        part.set_params(input="content")
    model = make_pipeline(transformer, Ridge()).fit(texts, np.arange(9.0))
    if "input" in words:
        model[0].named_transformers_["x"].input = "file"
    with pytest.raises(NotPortable, match=words):
        portable(model, columns=columns_of(texts, "t"))


def test_categories_that_cannot_be_told_apart():
    def refused_of(values, words, kind, part=None):
        frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
        encoder = part or OneHotEncoder()
        model = make_pipeline(encoder, Ridge()).fit(frame, np.arange(float(len(values))))
        with pytest.raises(NotPortable, match=words):
            portable(model, columns=columns_of(frame, kind))

    refused_of(["a", None, np.nan, "b"], "cannot be told apart", "c")
    refused_of(["a", "b"], "'a' in a column of numbers", "n")
    refused_of([1, 2], "1 in a column of texts", "c")
    refused_of([2**53 + 1, 5], "which no float holds", "n")
    refused_of(["a", "b"], "column of dates", "d")
    refused_of(
        ["a", None],
        "missing_values=None",
        "c",
        make_pipeline(
            SimpleImputer(missing_values=None, strategy="constant", fill_value="x"), OneHotEncoder()
        ),
    )
    refused_of(
        ["a", np.nan],
        "add_indicator on texts",
        "c",
        make_pipeline(SimpleImputer(strategy="most_frequent", add_indicator=True), OneHotEncoder()),
    )


def test_imputers_of_other_gaps():
    frame, target = tables.diabetes()
    model = make_pipeline(SimpleImputer(), Ridge()).fit(frame.to_numpy(), target)
    model[0].missing_values = "nothing"
    with pytest.raises(NotPortable, match="missing_values='nothing'"):
        portable(model, columns=columns_of(frame))


def test_a_model_that_no_number_holds_or_that_is_kept_another_way():
    frame, target = tables.iris()
    model = LogisticRegression().fit(frame.to_numpy(), target)
    model.coef_ = model.coef_ * np.inf
    with pytest.raises(NotPortable, match="cannot be written as plain data"):
        portable(model, columns=columns_of(frame))
    model = svm.SVC().fit(frame.to_numpy(), target)
    del model._gamma
    with pytest.raises(NotPortable, match=r"scikit-learn .* keeps it another way: .*_gamma"):
        portable(model, columns=columns_of(frame))
    clip = make_pipeline(Clipper(), OrdinalEncoder(), Ridge()).fit(frame, target)
    clip[1]._encoded_values = None
    clip[1].transform = lambda X: np.zeros((len(X), 9))
    with pytest.raises(NotPortable, match="gives 9 columns, not 4"):
        portable(clip, columns=columns_of(frame))


def test_dates_keep_the_form_of_their_texts():
    model = DummyClassifier().fit(pd.DataFrame({"day": ["2020"], "other": [1]}), [1])
    columns = [Column("other", "number", 1, 0), Column("day", "date", 1, 0)]
    header = portable(model, columns=columns, dates={"day": "%Y", "other": "%d"}).header
    assert header["columns"] == [
        {"name": "day", "kind": "date", "form": "%Y"},
        {"name": "other", "kind": "number"},
    ]
    header = portable(model, columns=columns).header
    assert header["columns"][0] == {"name": "day", "kind": "date"}


def test_the_specification_lists_what_is_covered():
    from tests.conftest import REPOSITORY

    text = (REPOSITORY / "docs" / "portable.md").read_text(encoding="utf-8")
    transformers, estimators = covered()
    for found in (*transformers, *estimators):
        assert f"`{found.__name__}`" in text, found.__name__
    for name in (*build.STEPS, *build.ESTIMATORS):
        assert f"`{name}`" in text, name
