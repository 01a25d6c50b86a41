import unicodedata

import pytest

from mlctl.errors import DamagedError, NotFoundError
from mlctl.store.layout import Layout
from tests.store.conftest import NOW


def test_found_in_any_form_of_unicode(store):
    made, _ = store.add_project("école", "", NOW)
    assert store.project(unicodedata.normalize("NFD", "école")) == made


@pytest.mark.parametrize(
    ("ask", "said", "hint"),
    [
        (lambda s: s.project("irsi"), "no project 'irsi'", "did you mean iris?"),
        (lambda s: s.project("IRIS"), "no project 'IRIS'", "did you mean iris?"),
        (lambda s: s.project("zzz"), "no project 'zzz'", "see `mlctl project list`"),
        (lambda s: s.project("../iris"), "no project '../iris'", ""),
        (
            lambda s: s.model("iris", "specis"),
            "no model 'specis' in the project iris",
            "did you mean species?",
        ),
        (lambda s: s.model("irsi", "species"), "no project 'irsi'", "did you mean iris?"),
        (lambda s: s.dataset("iris", "x"), "no dataset 'x' in the project iris", "see `mlctl data list`"),
    ],
)
def test_not_found_names_the_nearest(store, model, ask, said, hint):
    with pytest.raises(NotFoundError) as caught:
        ask(store)
    assert caught.value.message == said
    assert hint in caught.value.hint


def test_a_damaged_record_is_not_missing(store, model):
    (Layout(store.root).model("iris", "species") / "meta.yaml").write_text("[")
    with pytest.raises(
        DamagedError, match=r"mlstore/projects/iris/models/species/meta.yaml cannot be read: meta"
    ):
        store.model("iris", "species")
