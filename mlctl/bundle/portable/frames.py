"""Pipelines, column transformers, unions, and what only hands on."""

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
)
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline

from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, estimators, steps, write_estimator, write_step


@estimators(Pipeline)
def pipeline(sink: Sink, part: Any, given: Given) -> Node:
    """Write a pipeline that ends in an estimator."""
    before, given = _chain(sink, part.steps[:-1], given)
    inner = write_estimator(sink, part.steps[-1][1], given)
    return {"op": "pipeline", "steps": before, "estimator": inner} if before else inner


@steps(Pipeline)
def transforming_pipeline(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write a pipeline of transformers."""
    chain, given = _chain(sink, part.steps, given)
    return {"op": "steps", "steps": chain}, given


def _chain(sink: Sink, named: Any, given: Given) -> tuple[list[Node], Given]:
    done = []
    for _, step in named:
        node, given = write_step(sink, step, given)
        if node["op"] != "pass":
            done.append(node)
    return done, given


@steps(ColumnTransformer)
def column_transformer(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write each branch with the cells that it takes."""
    need(not part.transformer_weights, part, "transformer_weights are not written")
    need(part.n_features_in_ == len(given.kinds), part, "was fitted on another number of columns")
    branches, kinds, tame, full = [], "", True, True
    for name, transformer, _ in part.transformers_:
        places = [int(place) for place in part._transformer_to_input_indices[name]]
        if (isinstance(transformer, str) and transformer == "drop") or not places:
            continue
        taken = Given("".join(given.kinds[place] for place in places), given.tame, given.full)
        node, found = write_step(sink, transformer, taken)
        branches.append({"of": places, "step": node})
        kinds, tame, full = kinds + found.kinds, tame and found.tame, full and found.full
    return {"op": "columns", "branches": branches}, Given(kinds, tame, full)


@steps(FeatureUnion)
def feature_union(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the parts of a union side by side."""
    need(not part.transformer_weights, part, "transformer_weights are not written")
    nodes, kinds, tame, full = [], "", True, True
    for _, transformer in part.transformer_list:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        node, found = write_step(sink, transformer, given)
        nodes.append(node)
        kinds, tame, full = kinds + found.kinds, tame and found.tame, full and found.full
    return {"op": "union", "steps": nodes}, Given(kinds, tame, full)


@steps(
    SelectKBest,
    SelectPercentile,
    SelectFpr,
    SelectFdr,
    SelectFwe,
    GenericUnivariateSelect,
    SelectFromModel,
    VarianceThreshold,
    SequentialFeatureSelector,
    RFE,
    RFECV,
)
def selection(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write which columns were selected."""
    del sink
    given.numbers(part)
    places = [int(place) for place in np.flatnonzero(part.get_support())]
    # scikit-learn looks at every column here, also at those that are left out.
    gaps = bool(part.__sklearn_tags__().input_tags.allow_nan)
    node: Node = {"op": "take", "of": places}
    if not (given.tame and (gaps or given.full)):
        node = {"op": "steps", "steps": [{"op": "check", "gaps": gaps}, node]}
    return node, given.becoming(len(places), tame=True, full=given.full or not gaps)


@estimators(GridSearchCV, RandomizedSearchCV)
def search(sink: Sink, part: Any, given: Given) -> Node:
    """Write the best estimator of a search."""
    return write_estimator(sink, part.best_estimator_, given)


@estimators(FrozenEstimator)
def frozen(sink: Sink, part: Any, given: Given) -> Node:
    """Write what was frozen."""
    return write_estimator(sink, part.estimator, given)


@steps(FrozenEstimator)
def frozen_step(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write what was frozen."""
    return write_step(sink, part.estimator, given)
