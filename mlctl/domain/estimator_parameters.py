"""The constructor parameters of the estimators that the ladder knows.

Kept as a table so that a misspelt parameter is found without importing scikit-learn. Each row holds the
names of every supported version, 1.6 to 1.9; scikit-learn itself refuses a name that its version lacks.
"""

from collections.abc import Mapping

_TREE = (
    "ccp_alpha criterion max_depth max_features max_leaf_nodes min_impurity_decrease min_samples_leaf "
    "min_samples_split min_weight_fraction_leaf monotonic_cst random_state "
)
_FOREST = _TREE + "bootstrap max_samples n_estimators n_jobs oob_score verbose warm_start "
_BOOSTING = (
    "categorical_features early_stopping interaction_cst l2_regularization learning_rate loss "
    "max_bins max_depth max_features max_iter max_leaf_nodes min_samples_leaf monotonic_cst "
    "n_iter_no_change random_state scoring tol validation_fraction verbose warm_start "
)
_SPARSE_LINEAR = (
    "alpha copy_X fit_intercept max_iter positive precompute random_state selection tol warm_start "
)
_NEIGHBORS = "algorithm leaf_size metric metric_params n_jobs n_neighbors p weights"
_KERNEL = "C cache_size coef0 degree gamma kernel max_iter shrinking tol verbose "
_LINEAR_SVM = "C dual fit_intercept intercept_scaling loss max_iter random_state tol verbose "
_NETWORK = (
    "activation alpha batch_size beta_1 beta_2 early_stopping epsilon hidden_layer_sizes "
    "learning_rate learning_rate_init max_fun max_iter momentum n_iter_no_change nesterovs_momentum "
    "power_t random_state shuffle solver tol validation_fraction verbose warm_start "
)

_TABLE = {
    # The dummy is ours in part (last, seasonal_last), so it takes only what both sides know.
    "dummy.DummyClassifier": "random_state strategy",
    "dummy.DummyRegressor": "strategy",
    "linear_model.LogisticRegression": (
        "C class_weight dual fit_intercept intercept_scaling l1_ratio max_iter multi_class n_jobs penalty "
        "random_state solver tol verbose warm_start"
    ),
    "linear_model.LinearRegression": "copy_X fit_intercept n_jobs positive tol",
    "linear_model.Ridge": "alpha copy_X fit_intercept max_iter positive random_state solver tol",
    "linear_model.Lasso": _SPARSE_LINEAR,
    "linear_model.ElasticNet": _SPARSE_LINEAR + "l1_ratio",
    "linear_model.SGDClassifier": (
        "alpha average class_weight early_stopping epsilon eta0 fit_intercept l1_ratio learning_rate loss "
        "max_iter n_iter_no_change n_jobs penalty power_t random_state shuffle tol validation_fraction "
        "verbose warm_start"
    ),
    "tree.DecisionTreeClassifier": _TREE + "class_weight splitter",
    "tree.DecisionTreeRegressor": _TREE + "splitter",
    "naive_bayes.GaussianNB": "priors var_smoothing",
    "neighbors.KNeighborsClassifier": _NEIGHBORS,
    "neighbors.KNeighborsRegressor": _NEIGHBORS,
    "svm.SVC": _KERNEL + "break_ties class_weight decision_function_shape probability random_state",
    "svm.SVR": _KERNEL + "epsilon",
    "svm.LinearSVC": _LINEAR_SVM + "class_weight multi_class penalty",
    "svm.LinearSVR": _LINEAR_SVM + "epsilon",
    "ensemble.RandomForestClassifier": _FOREST + "class_weight",
    "ensemble.RandomForestRegressor": _FOREST,
    "ensemble.ExtraTreesClassifier": _FOREST + "class_weight",
    "ensemble.ExtraTreesRegressor": _FOREST,
    "ensemble.HistGradientBoostingClassifier": _BOOSTING + "class_weight",
    "ensemble.HistGradientBoostingRegressor": _BOOSTING + "quantile",
    "neural_network.MLPClassifier": _NETWORK,
    "neural_network.MLPRegressor": _NETWORK + "loss",
}

PARAMETERS: Mapping[str, frozenset[str]] = {
    f"sklearn.{path}": frozenset(names.split()) for path, names in _TABLE.items()
}
"""Dotted class path to the names that its constructor takes."""
