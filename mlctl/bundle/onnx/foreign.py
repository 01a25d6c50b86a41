"""What skl2onnx writes: the estimator, and transformers of numbers that are not written here."""

import warnings
from typing import Any

from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import is_classifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from mlctl.bundle.onnx.boosting import settled
from mlctl.bundle.onnx.graph import DOUBLE, FLOAT, OPSET, Graph
from mlctl.bundle.onnx.numbers import between
from mlctl.bundle.onnx.registry import Block, Cells, NotOnnx, need, of_kind, others

LARGEST = 1e30
"""What numbers beyond it count as where they are added up: 32-bit floats end at 3.4e38, and infinite ones
would make a sum of NaN. A tree only compares them."""

_TREES = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
)


@others
def foreign_step(graph: Graph, part: Any, cells: Cells) -> Block:
    """Let skl2onnx write a transformer of numbers, in 32-bit floats.

    Raises
    ------
    NotOnnx
        When it gets anything but numbers, or skl2onnx cannot write it.
    """
    block = of_kind(graph, cells, part, "number")
    name, *_ = graph.inline(_converted(part, block.width), graph.cast(block.name, FLOAT))
    width = len(part.get_feature_names_out())
    return Block(graph.cast(name, DOUBLE), "number", width)


def estimator(graph: Graph, part: Any, block: Block) -> list[str]:
    """Let skl2onnx write the estimator, which takes 32-bit floats; return its outputs.

    Raises
    ------
    NotOnnx
        When skl2onnx cannot write it.
    """
    if type(part) in (HistGradientBoostingClassifier, HistGradientBoostingRegressor):
        part, block = settled(graph, part, block)
    model = _converted(part, block.width)
    if type(part) in _TREES:
        return graph.inline(_with_gaps(part, model), graph.cast(block.name, FLOAT))
    return graph.inline(model, graph.cast(between(graph, block.name, -LARGEST, LARGEST), FLOAT))


def _converted(part: Any, width: int) -> Any:
    options = {id(part): {"zipmap": False}} if is_classifier(part) else None
    given = [("features", FloatTensorType([None, width]))]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return convert_sklearn(part, initial_types=given, options=options, target_opset=dict(OPSET))
    except Exception as error:  # a converter may raise anything
        first = str(error).strip().partition("\n")[0][:200]
        raise NotOnnx(
            f"{type(part).__name__} (of {type(part).__module__}) cannot be written as ONNX: "
            f"skl2onnx says: {first or type(error).__name__}",
            "build the bundle instead, which is exact: mlctl build REF",
        ) from None


def _with_gaps(part: Any, model: Any) -> Any:
    """Say in each split of a model where missing numbers go: skl2onnx sends them all to the right.

    Raises
    ------
    NotOnnx
        When the splits are not those of the trees.
    """
    grown = [member.tree_ for member in (part.estimators_ if hasattr(part, "estimators_") else [part])]
    (node,) = (node for node in model.graph.node if node.op_type.startswith("TreeEnsemble"))
    told = {attribute.name: attribute for attribute in node.attribute}
    trees, places = told["nodes_treeids"].ints, told["nodes_nodeids"].ints
    features, modes = told["nodes_featureids"].ints, told["nodes_modes"].strings
    lefts = []
    for tree, place, feature, mode in zip(trees, places, features, modes, strict=True):
        is_leaf = mode == b"LEAF"
        same = tree < len(grown) and (is_leaf or int(grown[tree].feature[place]) == feature)
        need(same, part, "is written by this skl2onnx in an order that is not its own")
        lefts.append(0 if is_leaf else int(grown[tree].missing_go_to_left[place]))
    kept = [each for each in node.attribute if each.name != "nodes_missing_value_tracks_true"]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute("nodes_missing_value_tracks_true", lefts)])
    return model
