"""Vectorizers of text."""

from typing import Any

from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)

from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, checked_step, floats, steps
from mlctl.bundle.runtime.text import PATTERNS

_OWN_CODE = ("tokenizer", "preprocessor")


@steps(CountVectorizer, TfidfVectorizer, HashingVectorizer)
def vectorizer(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write how a text is cut, and what each word counts for."""
    need(given.kinds == "t", part, "gets something else than one text")
    node: Node = {"op": "words", "binary": bool(part.binary), **_splitting(part)}
    if isinstance(part, HashingVectorizer):
        node |= {
            "hashes": int(part.n_features),
            "signed": bool(part.alternate_sign),
            "norm": part.norm or "none",
        }
        return node, Given("n" * part.n_features, full=True)
    vocabulary = part.vocabulary_
    terms = sorted(vocabulary, key=vocabulary.__getitem__)
    need([vocabulary[term] for term in terms] == list(range(len(terms))), part, "has gaps in its vocabulary")
    node["terms"] = [str(term) for term in terms]
    if isinstance(part, TfidfVectorizer):
        node |= _weights(sink, part)
    return node, Given("n" * len(terms), full=True)


@steps(TfidfTransformer)
def tfidf(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write what counts are weighed by."""
    count = given.numbers(part)
    node = checked_step({"op": "tfidf", **_weights(sink, part)}, given)
    return node, given.becoming(count, tame=False, full=True)


def _weights(sink: Sink, part: Any) -> Node:
    node: Node = {"sublinear": bool(part.sublinear_tf), "norm": part.norm or "none"}
    if part.use_idf:
        node["idf"] = sink.array(floats(part.idf_))
    return node


def _splitting(part: Any) -> Node:
    for name in _OWN_CODE:
        need(getattr(part, name) is None, part, f"{name} is code of its own")
    need(isinstance(part.analyzer, str), part, "analyzer is code of its own")
    need(part.strip_accents in (None, "unicode", "ascii"), part, "strip_accents is code of its own")
    need(part.input == "content", part, f"input={part.input!r}")
    least, most = part.ngram_range
    need(most <= 20, part, f"ngram_range={part.ngram_range!r}")
    node: Node = {
        "analyzer": part.analyzer,
        "lowercase": bool(part.lowercase),
        "accents": part.strip_accents or "keep",
        "least": int(least),
        "most": int(most),
    }
    if part.analyzer == "word":
        need(part.token_pattern in PATTERNS, part, f"token_pattern={part.token_pattern!r}")
        node |= {"pattern": part.token_pattern, "stop": sorted(part.get_stop_words() or ())}
    return node
