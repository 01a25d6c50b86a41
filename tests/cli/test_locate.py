from mlctl.actions import locate


def test_all_experiments_of_a_model_and_what_is_damaged(store, ladder):
    model, records, damaged = locate.model_experiments(store, [], "iris", "species")
    assert (model.model_name, len(records), damaged) == ("species", 4, ())
