import pandas as pd
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from mlctl.estimators.texts import NO_WORD, TextCleaner


def test_every_text_has_a_word():
    cleaner = clone(TextCleaner()).fit(None)
    texts = pd.Series(["good food", None, "", "!?", 12, "맛있다"], dtype=object)
    assert cleaner.transform(texts).tolist() == ["good food", NO_WORD, NO_WORD, NO_WORD, "12", "맛있다"]
    check_is_fitted(cleaner)
    assert cleaner.get_feature_names_out(["review"]) == ["review"]
    assert cleaner.__sklearn_tags__().input_tags.one_d_array


def test_a_column_of_nothing_can_be_counted():
    counted = make_pipeline(TextCleaner(), TfidfVectorizer()).fit(pd.Series([None, None], dtype=object))
    assert counted.transform(pd.Series(["words"])).toarray().tolist() == [[0.0]]
